import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';

/** What an instance is started with. */
export interface Setup {
  readonly options: { readonly apiKey: string; readonly env: 'sandbox'; readonly baseUrl: string };
  readonly redis: string;
  /** Its lists are cached in that Redis for so long. @default no cache */
  readonly ttlMs?: number;
  /** All instances on that Redis together send so many requests a day at most. @default no limit */
  readonly limit?: number;
}

export interface Call {
  readonly id: number;
  readonly method: 'list' | 'find' | 'delete';
  readonly card: { readonly customerId: string; readonly token?: string; readonly pgCodes?: readonly string[] };
}

export interface Reply {
  readonly id: number;
  /** The tokens of a list. */
  readonly tokens: readonly string[];
  readonly ms: number;
  readonly error?: string;
}

const repo = join(import.meta.dirname, '../..');

/** An instance of a shop in a process of its own. An unhandled rejection ends it, and every call after that fails. */
export class Instance {
  private calls = 0;
  private readonly waiting = new Map<number, (reply: Reply) => void>();

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (reply: Reply) => this.waiting.get(reply.id)?.(reply));
  }

  static async start(program: Program, setup: Setup): Promise<Instance> {
    const child = fork(program.file, [JSON.stringify(setup)], { execArgv: [], env: { PATH: process.env['PATH'] } });
    await Promise.race([once(child, 'message'), once(child, 'exit').then(() => Promise.reject(new Error('it ended')))]);
    return new Instance(child);
  }

  async call(method: Call['method'], card: Call['card']): Promise<Reply> {
    if (!this.child.connected) throw new Error('The instance has ended.');
    this.calls += 1;
    const id = this.calls;
    const reply = new Promise<Reply>((resolve) => this.waiting.set(id, resolve));
    this.child.send({ id, method, card } satisfies Call);
    return reply;
  }

  async list(customerId: string, pgCodes?: readonly string[]): Promise<readonly string[]> {
    const { tokens, error } = await this.call('list', { customerId, ...(pgCodes && { pgCodes }) });
    if (error !== undefined) throw new Error(error);
    return tokens;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** The library and the program of an instance as a Node process loads them: packed like the published one. */
export class Program {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ottu-instance-'));
  readonly file = join(this.folder, 'app/instance.mjs');

  /** @param program the file beside this one that an instance runs */
  constructor(program = 'cache-instance.ts') {
    const library = join(this.folder, 'app/node_modules/nestjs-ottu-cards');
    const source = join(repo, 'libs/ottu-cards/src');
    for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (name.endsWith('.ts') && !name.endsWith('.spec.ts')) {
        compile(join(source, name), join(library, 'dist/esm', name.replace(/\.ts$/, '.js')));
      }
    }
    cpSync(join(repo, 'libs/ottu-cards/package.json'), join(library, 'package.json'));
    compile(join(import.meta.dirname, program), this.file);
    symlinkSync(join(repo, 'node_modules'), join(this.folder, 'node_modules'));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function compile(from: string, to: string): void {
  const { code } = transformSync(readFileSync(from, 'utf8'), {
    swcrc: false,
    module: { type: 'es6' },
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  });
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, code);
}
