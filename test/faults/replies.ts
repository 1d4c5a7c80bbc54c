import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CANARIES } from '../support/leaks.js';
import { WIRE_CARD } from '../support/wire-card.js';
import type { RawRequest, Reply } from './raw-server.js';

/** A list of values: the header comes once for each. */
type Headers = Readonly<Record<string, string | readonly string[]>>;

/** A card of the canaries' customer, as Ottu sends it. */
export const CARD = {
  ...WIRE_CARD,
  customer_id: CANARIES.customerId,
  token: CANARIES.token,
  number: CANARIES.cardNumber,
  name_on_card: CANARIES.nameOnCard,
  agreements: [],
};

/** A whole, well-formed answer. */
export function answer(status: number, body: unknown = '', headers: Headers = {}): Reply {
  const content =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const length = status === 204 ? {} : { 'Content-Length': String(content.length) };
  return (socket) => void socket.write(Buffer.concat([head(status, { ...length, ...headers }), content]));
}

/** One card of whoever is asked for. */
export const cards: Reply = (socket, request) => void socket.write(cardsFor(request));

/** The whole answer with one card of whoever is asked for. */
export function cardsFor({ text }: RawRequest): Buffer {
  const asked: unknown = JSON.parse(Buffer.from(text, 'latin1').toString().split('\r\n\r\n')[1] ?? '');
  const customerId = typeof asked === 'object' && asked !== null && 'customer_id' in asked ? asked.customer_id : '';
  const body = Buffer.from(JSON.stringify([{ ...CARD, customer_id: customerId }]));
  return Buffer.concat([head(200, { 'Content-Length': String(body.length) }), body]);
}

export const deleted = answer(204);
export const html = '<!doctype html><title>Gateway</title>';

/** The head of an answer. */
export function head(status: number, headers: Headers): Buffer {
  const lines = Object.entries({ 'Content-Type': 'application/json', ...headers }).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  return Buffer.from(`HTTP/1.1 ${status} Whatever\r\n${lines.join('\r\n')}\r\n\r\n`);
}

/** These bytes and nothing more; the connection stays. */
export function bytes(...parts: (string | Buffer)[]): Reply {
  return (socket) => void socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
}

/** These bytes, then the end of the connection. */
export function closing(...parts: (string | Buffer)[]): Reply {
  return (socket) => void socket.end(Buffer.concat(parts.map((part) => Buffer.from(part))));
}

/** These bytes, then a reset. */
export function resetting(...parts: (string | Buffer)[]): Reply {
  return (socket) => {
    if (parts.length === 0) return void socket.resetAndDestroy();
    // a moment for the bytes to arrive, or the reset overtakes them
    return void socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))), () => {
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
  };
}

/** A byte at a time, for as long as the connection lasts. */
export function dripping(start: string | Buffer, drip: string, everyMs: number): Reply {
  return (socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(drip), everyMs);
    socket.once('close', () => clearInterval(timer));
  };
}

/** A large body in pieces, as fast as it is taken. */
export function flooding(start: Buffer, piece: Buffer, times: number): Reply {
  return (socket) => {
    socket.write(start);
    pour(socket, piece, times).catch(() => socket.destroy());
  };
}

async function pour(socket: Socket, piece: Buffer, times: number): Promise<void> {
  for (let sent = 0; sent < times && !socket.destroyed; sent += 1) {
    if (!socket.write(piece)) await Promise.race([drained(socket), sleep(5)]);
  }
}

async function drained(socket: Socket): Promise<void> {
  await new Promise((resolve) => {
    socket.once('drain', resolve);
  });
}

/** This reply after interim answers; undici on its own would end the connection at a 100. */
export function afterInterim(interim: string, reply: Reply): Reply {
  return (socket, request) => {
    socket.write(interim);
    reply(socket, request);
  };
}

/** This reply, each byte in a packet of its own. */
export function byteByByte(reply: Reply): Reply {
  return (socket, request) => {
    const pieces: Buffer[] = [];
    const collector = { write: (piece: string | Buffer) => pieces.push(Buffer.from(piece)) };
    reply(Object.assign(Object.create(socket), collector), request);
    socket.setNoDelay();
    trickle(socket, Buffer.concat(pieces)).catch(() => socket.destroy());
  };
}

async function trickle(socket: Socket, bytesToSend: Buffer): Promise<void> {
  for (const byte of bytesToSend) {
    await new Promise((resolve) => {
      socket.write(Buffer.from([byte]), resolve);
    });
  }
}

/** Nothing at all. */
export const silence: Reply = () => undefined;
