import { once } from 'node:events';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';

const MEBIBYTE = Buffer.alloc(1024 * 1024, 'x');
const BOMB = gzipSync(Buffer.alloc(200 * 1024 * 1024));

/**
 * An Ottu that does what the beginning of the customer's id says: `ok-`, `slow-`, `silent-`, `down-`, `html-`, `gone-`,
 * `flood-`, `bomb-`, `chunks-`. Lives in the parent, so that its memory is not that of the calls.
 */
export class SoakServer {
  sockets = new Set();
  peak = 0;
  requests = 0;
  #server = createServer((socket) => this.#accept(socket));

  async start() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket) {
    this.sockets.add(socket);
    this.peak = Math.max(this.peak, this.sockets.size);
    let received = '';
    socket
      .setEncoding('latin1')
      .on('error', () => undefined)
      .on('close', () => this.sockets.delete(socket))
      .on('data', (chunk) => {
        received += chunk;
        const [head, body] = received.split('\r\n\r\n');
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (body === undefined || body.length < length) return;
        received = '';
        this.requests += 1;
        const customerId = /customer_id(?:=|":")([^"& ]+)/.exec(head + body)?.[1] ?? '';
        reply(socket, customerId, head.startsWith('DELETE'));
      });
  }
}

function reply(socket, customerId, isDelete) {
  switch (customerId.split('-')[0]) {
    case 'silent':
      return undefined;
    case 'slow':
      return setTimeout(() => socket.write(isDelete ? answer(204) : answer(200, cards(customerId))), 20);
    case 'down':
      return socket.write(answer(500));
    case 'html':
      return socket.write(answer(200, '<html>'));
    case 'gone':
      return socket.write(answer(404, '{"detail":"Not found."}'));
    case 'flood':
      return flood(socket, 100).catch(() => socket.destroy());
    case 'chunks':
      return oneByteChunks(socket, 1_000_000).catch(() => socket.destroy());
    case 'bomb':
      return socket.write(answer(200, BOMB, 'Content-Encoding: gzip\r\n'));
    default:
      return socket.write(isDelete ? answer(204) : answer(200, cards(customerId)));
  }
}

function answer(status, body = '', headers = '') {
  const length = status === 204 ? '' : `Content-Length: ${body.length}\r\n`;
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} X\r\n${length}${headers}\r\n`), Buffer.from(body)]);
}

function cards(customerId) {
  const card = {
    customer_id: customerId,
    token: 'tok-00000001',
    brand: 'VISA',
    number: '**** 0001',
    name_on_card: 'TEST HOLDER',
    expiry_month: '01',
    expiry_year: '39',
    pg_code: 'credit-card',
    is_preferred: false,
    is_expired: false,
    cvv_required: true,
    agreements: [],
  };
  return JSON.stringify([card, card, card]);
}

async function flood(socket, pieces) {
  socket.write(`HTTP/1.1 200 X\r\nContent-Length: ${pieces * MEBIBYTE.length}\r\n\r\n`);
  for (let sent = 0; sent < pieces && !socket.destroyed; sent += 1) {
    if (!socket.write(MEBIBYTE)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
}

/** Many chunks of one byte each; the end of the answer comes a while after the last of them. */
async function oneByteChunks(socket, count) {
  socket.write('HTTP/1.1 400 X\r\nTransfer-Encoding: chunked\r\n\r\n');
  const piece = '1\r\nx\r\n'.repeat(10_000);
  for (let sent = 0; sent < count && !socket.destroyed; sent += 10_000) {
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  }
  setTimeout(() => socket.write('0\r\n\r\n'), 1_000);
}
