/** All calls that one signal may end, under one listener: Node warns of a leak at a signal's eleventh. */
class AbortWatch {
  private readonly tellers = new Set<() => void>();
  private readonly tellAll = (): void => this.tellers.forEach((tell) => tell());

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.tellAll, { once: true });
  }

  add(tell: () => void): void {
    this.tellers.add(tell);
  }

  remove(tell: () => void): void {
    this.tellers.delete(tell);
    if (this.tellers.size > 0) return;
    this.signal.removeEventListener('abort', this.tellAll);
    watches.delete(this.signal);
  }
}

const watches = new WeakMap<AbortSignal, AbortWatch>();

/** Calls `onAbort` when the signal aborts, until the function that it returns is called. */
export function watchAbort(signal: AbortSignal, onAbort: () => void): () => void {
  const watch = watches.get(signal) ?? new AbortWatch(signal);
  watches.set(signal, watch);
  watch.add(onAbort);
  return () => watch.remove(onAbort);
}
