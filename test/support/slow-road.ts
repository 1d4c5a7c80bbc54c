import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A road to Ottu on which requests and answers take their time, each its own: an answer may be old when it arrives. */
export class SlowRoad {
  private readonly server = createServer((request, response) => {
    this.carry(request.method ?? '', request.url ?? '', request.headers, buffer(request)).then(
      ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      () => response.destroy(),
    );
  });

  /** @param delayMs asked twice for each request: for the way there and the way back */
  static async start(target: string, delayMs: () => number): Promise<SlowRoad> {
    const road = new SlowRoad(target, delayMs);
    road.server.listen(0, '127.0.0.1');
    await once(road.server, 'listening');
    return road;
  }

  private constructor(
    private readonly target: string,
    private readonly delayMs: () => number,
  ) {}

  get url(): string {
    const address = this.server.address();
    if (!isAddressInfo(address)) throw new Error('The road is closed.');
    return `http://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async carry(
    method: string,
    path: string,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    body: Promise<Buffer>,
  ): Promise<{ status: number; body: Buffer }> {
    const bytes = await body;
    await sleep(this.delayMs());
    const answer = await fetch(`${this.target}${path}`, {
      method,
      headers: { authorization: String(headers['authorization']), 'content-type': 'application/json' },
      body: method === 'POST' ? new Uint8Array(bytes) : null,
    });
    const answered = Buffer.from(await answer.arrayBuffer());
    await sleep(this.delayMs());
    return { status: answer.status, body: answered };
  }
}

function isAddressInfo(address: unknown): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
