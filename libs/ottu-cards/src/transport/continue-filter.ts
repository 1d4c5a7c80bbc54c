import type { Socket } from 'node:net';

const STATUS_AT = 'HTTP/1.1 '.length;
const [CR, LF, ZERO, ONE, TWO] = Buffer.from('\r\n012');

/**
 * Lets undici read over a `100 Continue`, at which it would end the connection: it sees a 102, which means as little.
 * Only what comes before the final answer is touched.
 *
 * @see RFC 9110, 15.2: a client must be able to parse any 1xx before the final answer, even if it expects none
 */
export class ContinueFilter {
  /** Characters of the current line so far; `undefined` once the final answer has begun. */
  private column: number | undefined;
  private isStatusLine = true;
  private zeros = 0;

  /** Filters what is read from the socket from now on. */
  attach(socket: Socket): void {
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      const chunk: unknown = read(size);
      if (this.column !== undefined && Buffer.isBuffer(chunk)) this.filter(chunk);
      return chunk;
    };
  }

  /** A request is sent: the next byte that is read begins an answer to it. */
  expectAnswer(): void {
    this.column = 0;
    this.isStatusLine = true;
    this.zeros = 0;
  }

  /** Changes an interim 100 to 102 in place. */
  private filter(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.column !== undefined; at += 1) {
      const byte = chunk[at];
      if (byte === CR) continue;
      if (byte === LF) this.endLine();
      else if (this.isStatusLine) this.readStatus(chunk, at);
      else this.column += 1;
    }
  }

  /** An empty line ends an interim answer: another one, or the final answer, follows. */
  private endLine(): void {
    this.isStatusLine = this.column === 0;
    this.column = 0;
  }

  private readStatus(chunk: Buffer, at: number): void {
    const column = this.column ?? 0;
    this.column = column + 1;
    if (column === STATUS_AT && chunk[at] !== ONE) this.column = undefined; // the final answer
    if (column === STATUS_AT) this.zeros = 0;
    if (column <= STATUS_AT || column > STATUS_AT + 2 || chunk[at] !== ZERO) return;
    this.zeros += 1;
    if (this.zeros === 2 && TWO !== undefined) chunk[at] = TWO;
  }
}
