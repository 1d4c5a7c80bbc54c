import { isRecord } from './is-record.js';

const UNPRINTED = { value: () => '[OttuOptions]' };

/** A copy of options that hold a key: printed, it shows nothing. What is no object stays what it is. */
export function unprintedOptions<T>(options: T): T {
  if (!isRecord(options)) return options;
  return Object.defineProperties(
    { ...options },
    { toJSON: UNPRINTED, [Symbol.for('nodejs.util.inspect.custom')]: UNPRINTED },
  );
}
