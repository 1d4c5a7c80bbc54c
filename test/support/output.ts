/** Runs `task` and returns what it wrote to stdout and stderr, which stay silent meanwhile. */
export async function captureOutput(task: () => unknown): Promise<string> {
  const parts: string[] = [];
  const streams = [process.stdout, process.stderr];
  const originals = streams.map((stream): unknown => Reflect.get(stream, 'write'));
  for (const stream of streams) {
    stream.write = (chunk: string | Uint8Array) => parts.push(Buffer.from(chunk).toString()) > 0;
  }
  try {
    await task();
  } finally {
    streams.forEach((stream, index) => Object.assign(stream, { write: originals[index] }));
  }
  return parts.join('');
}
