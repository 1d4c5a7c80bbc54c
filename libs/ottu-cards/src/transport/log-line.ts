import type { Outcome } from './outcome.js';

/** One line for a log, such as `retry call="POST /b/pbl/v2/card/" reason=timeout attempt=1`: templates and codes only. */
export function logLine(event: string, facts: Readonly<Record<string, string | number | undefined>> = {}): string {
  const told = Object.entries(facts).filter(([, value]) => value !== undefined);
  return [event, ...told.map(([name, value]) => `${name}=${quoted(String(value))}`)].join(' ');
}

/** What an outcome is called in a log: the status, or the code of what went wrong on the way. */
export function codeOf(outcome: Outcome): string | number {
  if (outcome.kind === 'answered') return outcome.status;
  return outcome.kind === 'late' ? 'LATE' : outcome.code;
}

function quoted(text: string): string {
  return /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}
