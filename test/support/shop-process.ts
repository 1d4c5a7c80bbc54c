import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A shop that says where it listens, or ends before it does. */
export interface ShopProcess {
  /** Empty when the shop ended without listening. */
  readonly url: string;
  /** Everything that it has printed so far. */
  readonly output: () => string;
}

/** Waits until the shop listens, and reads what it prints to the end: one that cannot log any more dies. */
export async function listening(child: ChildProcess): Promise<ShopProcess> {
  let output = '';
  const opened = new Promise<string>((resolve) => {
    const read = (chunk: unknown): void => {
      output += String(chunk);
      const url = /Open (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
  });
  const ended = once(child, 'close').then(() => '');
  return { url: await Promise.race([opened, ended]), output: () => output };
}
