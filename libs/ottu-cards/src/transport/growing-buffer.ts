/** Collects pieces in one buffer, so that a million pieces of one byte cost no more than one piece of a million. */
export class GrowingBuffer {
  private buffer = Buffer.alloc(0);
  private used = 0;

  get length(): number {
    return this.used;
  }

  add(piece: Buffer): void {
    const length = this.used + piece.length;
    if (length > this.buffer.length) this.growTo(length);
    piece.copy(this.buffer, this.used);
    this.used = length;
  }

  /** What was collected: a view that is valid until more is added. */
  content(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  private growTo(length: number): void {
    const grown = Buffer.allocUnsafe(Math.max(length, this.buffer.length * 2));
    this.buffer.copy(grown);
    this.buffer = grown;
  }
}
