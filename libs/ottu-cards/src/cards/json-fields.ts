import { UnexpectedShapeError } from '../errors/unexpected-shape.error.js';
import { isRecord } from '../common/is-record.js';

/** Reads fields by name and type; whatever does not fit is refused with its path, unknown fields are never looked at. */
export class JsonFields {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    private readonly path: string,
  ) {
    if (!isRecord(value)) throw new UnexpectedShapeError(path, 'must be an object');
    this.fields = value;
  }

  refuse(name: string, expectation: string): never {
    throw new UnexpectedShapeError(`${this.path}.${name}`, expectation);
  }

  string(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : this.refuse(name, 'must be a string');
  }

  nullableString(name: string): string | null {
    const value = this.get(name);
    return value === null || typeof value === 'string' ? value : this.refuse(name, 'must be a string or null');
  }

  optionalString(name: string): string | null {
    return this.get(name) === undefined ? null : this.nullableString(name);
  }

  boolean(name: string): boolean {
    const value = this.get(name);
    return typeof value === 'boolean' ? value : this.refuse(name, 'must be a boolean');
  }

  optionalBoolean(name: string): boolean | undefined {
    return (this.get(name) ?? undefined) === undefined ? undefined : this.boolean(name);
  }

  /** `null` means none. */
  strings(name: string): readonly string[] {
    const value = this.get(name);
    if (value === null) return [];
    if (!Array.isArray(value)) return this.refuse(name, 'must be a list of strings');
    const list: unknown[] = value;
    return list.map((item, index) =>
      typeof item === 'string' ? item : this.refuse(`${name}[${index}]`, 'must be a string'),
    );
  }

  private get(name: string): unknown {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }
}
