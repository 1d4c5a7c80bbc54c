/** As much of Nest's logger as is used. */
export type LineLogger = Record<'debug' | 'log' | 'warn', (line: string) => void>;

/** One line for a log, such as `retry call="POST /b/pbl/v2/card/" reason=timeout attempt=1`: templates and codes only. */
export function logLine(event: string, facts: Readonly<Record<string, string | number | undefined>> = {}): string {
  const told = Object.entries(facts).filter(([, value]) => value !== undefined);
  return [event, ...told.map(([name, value]) => `${name}=${quoted(String(value))}`)].join(' ');
}

function quoted(text: string): string {
  return /[\s"=]/.test(text) ? JSON.stringify(text) : text;
}
