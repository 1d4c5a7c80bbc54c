import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';

/** What a server does with a request: any bytes at any time, or nothing. */
export type Reply = (socket: Socket, request: RawRequest) => void;

/** A request as it came, byte for byte. */
export interface RawRequest {
  readonly text: string;
  /** On the how-manieth connection, from 0. */
  readonly connection: number;
}

/** Certificate and key from `certificates/`, in one file. */
export function certificateOf(name: string): Buffer {
  return readFileSync(join(import.meta.dirname, 'certificates', `${name}.pem`));
}

/** A TCP or TLS server that breaks HTTP as told, which no HTTP server would do. */
export class RawServer {
  /** Whole requests, in order of arrival. */
  readonly requests: RawRequest[] = [];
  /** What is connected now. */
  readonly sockets = new Set<Socket>();
  /** How many sockets there were at once, at most. */
  peak = 0;
  connections = 0;

  private script: Reply[] = [];
  private greeting: ((socket: Socket) => void) | undefined;
  private readonly server: Server;

  static async start(certificate?: string): Promise<RawServer> {
    const raw = new RawServer(certificate);
    await raw.listen();
    return raw;
  }

  /**
   * @param certificate a name from `certificates/`: speaks TLS with it
   * @param host an address of loopback
   */
  constructor(
    private readonly certificate?: string,
    private readonly host = '127.0.0.1',
  ) {
    const pem = certificate === undefined ? undefined : certificateOf(certificate);
    const accept = (socket: Socket): void => this.accept(socket);
    this.server = pem === undefined ? createServer(accept) : createTlsServer({ cert: pem, key: pem }, accept);
    this.server.on('tlsClientError', () => undefined); // a client that does not trust the certificate
  }

  async listen(): Promise<void> {
    this.server.listen(0, this.host);
    await once(this.server, 'listening');
  }

  get port(): number {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The raw server is not listening');
    return address.port;
  }

  get url(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `${this.certificate === undefined ? 'http' : 'https'}://${host}:${this.port}`;
  }

  /** Answers each request with the next of these; the last one holds on. */
  answer(...replies: Reply[]): void {
    this.script = replies;
  }

  /** Does this with each connection, before any request. */
  greet(greeting: (socket: Socket) => void): void {
    this.greeting = greeting;
  }

  /** Forgets script, requests and counts. */
  reset(): void {
    this.script = [];
    this.greeting = undefined;
    this.requests.length = 0;
    this.connections = 0;
    this.peak = 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(socket: Socket): void {
    const connection = this.connections;
    this.connections += 1;
    this.sockets.add(socket);
    this.peak = Math.max(this.peak, this.sockets.size);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined); // resets are what this is about
    this.greeting?.(socket);
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
      const length = requestLength(received);
      if (length === undefined) return;
      const request = { text: received.slice(0, length), connection };
      this.requests.push(request);
      received = received.slice(length);
      const reply = this.script.length > 1 ? this.script.shift() : this.script[0];
      reply?.(socket, request);
    });
  }
}

/** The characters of the first whole request in `text`; `undefined` while it is not whole. */
function requestLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const body = Number(/^content-length: (\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length >= head + 4 + body ? head + 4 + body : undefined;
}
