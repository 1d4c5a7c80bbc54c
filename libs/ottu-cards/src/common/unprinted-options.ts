import { isRecord } from './is-record.js';

/** Options as they are injected. They hold a key: printed, they show nothing. */
class UnprintedOptions {
  constructor(options: object) {
    Object.assign(this, options);
  }

  toJSON(): string {
    return '[OttuOptions]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toJSON();
  }
}

/** A copy that prints as nothing; what is no object stays what it is. */
export function unprintedOptions(options: unknown): unknown {
  return isRecord(options) ? new UnprintedOptions(options) : options;
}
