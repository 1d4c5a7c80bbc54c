const captures = new Set<string[]>();
let restore: () => void;

/**
 * Runs `task` and returns what was written to stdout and stderr meanwhile; they stay silent. Tasks may overlap: each
 * gets everything that is written while it runs.
 */
export async function captureOutput(task: () => unknown): Promise<string> {
  const parts: string[] = [];
  if (captures.size === 0) restore = redirectOutput();
  captures.add(parts);
  try {
    await task();
  } finally {
    captures.delete(parts);
    if (captures.size === 0) restore();
  }
  return parts.join('');
}

export function isCapturing(): boolean {
  return captures.size > 0;
}

function redirectOutput(): () => void {
  const streams = [process.stdout, process.stderr];
  const originals = streams.map((stream): unknown => Reflect.get(stream, 'write'));
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array) => {
      for (const parts of captures) parts.push(Buffer.from(chunk).toString());
      return true;
    };
  }
  return () => streams.forEach((stream, index) => Object.assign(stream, { write: originals[index] }));
}
