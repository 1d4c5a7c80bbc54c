/** The same object without a prototype: code that reads it inherits nothing from a polluted `Object.prototype`. */
export function withoutPrototype<T extends object>(options: T): T {
  Object.setPrototypeOf(options, null);
  return options;
}
