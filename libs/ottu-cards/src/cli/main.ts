#!/usr/bin/env node
import { createInterface } from 'node:readline';
import { FAKE_USAGE, fakeOptions, startFake } from './fake.command.js';

async function main([command, ...rest]: readonly string[]): Promise<void> {
  if (command === undefined || command === 'help' || command.startsWith('-')) return print(FAKE_USAGE);
  if (command !== 'fake') return fail(`Unknown command "${command}". There is one: fake.`);
  const options = fakeOptions(rest);
  if ('problem' in options) return fail(options.problem);
  if (options.help) return print(FAKE_USAGE);
  const session = await startFake(options);
  const input = createInterface({ input: process.stdin, terminal: false });
  const end = (): void => {
    input.close();
    process.stdin.destroy();
    void session.stop();
  };
  process.once('SIGINT', end).once('SIGTERM', end);
  print(session.greeting);
  for await (const line of input) print(await session.onLine(line));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(problem: string): void {
  process.stderr.write(`${problem}\n\n${FAKE_USAGE}\n`);
  process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : 'The fake ended without a reason.'}\n`);
  process.exitCode = 1;
});
