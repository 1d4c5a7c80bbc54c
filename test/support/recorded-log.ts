import { ConsoleLogger, Logger } from '@nestjs/common';
import { closeWithTest } from './application.js';

/** Every line that Nest's logger gets from now on, as `level context: text`, until the test ends. */
export function recordLog(): string[] {
  const lines: string[] = [];
  const keep = (level: string) => (message: unknown, context: unknown) =>
    void lines.push(`${level} ${String(context)}: ${String(message)}`);
  Logger.overrideLogger({ log: keep('log'), warn: keep('warn'), error: keep('error'), debug: keep('debug') });
  closeWithTest(async () => Logger.overrideLogger(new ConsoleLogger({ logLevels: ['error'] })));
  return lines;
}
