// What the machine and the practical limit allow: a raw socket that knows its answers, and undici's pool.
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Pool } from 'undici';
import { deletePath, HEADERS, listBody, PATH } from './requests.mjs';

const SOCKETS = 50;

export const rawSocket = {
  async open(origin) {
    const { hostname, port, protocol, host } = new URL(origin);
    const idle = [];
    const waiting = [];
    const sockets = [];
    for (let index = 0; index < SOCKETS; index += 1) sockets.push(await connected(protocol, hostname, Number(port)));
    idle.push(...sockets);
    const send = async (request, expectsBody) => {
      const socket = idle.pop() ?? (await new Promise((resolve) => waiting.push(resolve)));
      socket.write(request);
      const body = await read(socket, expectsBody);
      const next = waiting.shift();
      if (next) next(socket);
      else idle.push(socket);
      return body;
    };
    const head = (line, length) =>
      `${line} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${HEADERS.Authorization}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    return {
      list: async (customer) =>
        JSON.parse(await send(head(`POST ${PATH}`, Buffer.byteLength(listBody(customer))) + listBody(customer), true)),
      delete: (customer) => send(head(`DELETE ${deletePath(customer)}`, 0), false),
      close: () => sockets.forEach((socket) => socket.destroy()),
    };
  },
};

function connected(protocol, host, port) {
  return new Promise((resolve, reject) => {
    const socket = protocol === 'https:' ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
    socket.setNoDelay(true);
    socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => resolve(socket)).once('error', reject);
  });
}

function read(socket, expectsBody) {
  return new Promise((resolve) => {
    let text = '';
    const onData = (chunk) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end === -1) return;
      const length = expectsBody ? Number(/content-length: (\d+)/i.exec(text)[1]) : 0;
      if (text.length < end + 4 + length) return;
      socket.off('data', onData);
      resolve(text.slice(end + 4));
    };
    socket.on('data', onData);
  });
}

export const undiciPool = {
  async open(origin) {
    const pool = new Pool(origin, { connections: SOCKETS });
    return {
      async list(customer) {
        const { body } = await pool.request({ path: PATH, method: 'POST', headers: HEADERS, body: listBody(customer) });
        return body.json();
      },
      async delete(customer) {
        const { body } = await pool.request({ path: deletePath(customer), method: 'DELETE', headers: HEADERS });
        await body.dump();
      },
      close: () => pool.destroy(),
    };
  },
};
