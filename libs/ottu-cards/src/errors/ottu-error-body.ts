import { isRecord } from '../common/is-record.js';
import type { OttuFieldErrors } from './ottu.error.js';

const MAX_FIELDS = 50;
const MAX_MESSAGES = 10;
const MAX_LENGTH = 200;
const MAX_DEPTH = 5;
/** Values of an answer that are looked at. More cannot be a list of 50 fields that somebody reads. */
const MAX_VISITS = 10_000;
/**
 * What redacting the field errors of one answer may cost, in characters: enough for 50 fields of 10 messages of 500
 * characters of ASCII. Messages that must be decoded cost more: of those of 100 characters there is room for 300.
 */
const MAX_WORK = 400_000;
/** What a text costs however short it is, and however long. */
const [LEAST_WORK, MOST_WORK] = [100, 700];
/** How many times as much a text costs that may hold escapes, or letters of several forms. */
const DECODING = 6;
const NEEDS_NO_DECODING = /^[^%&\\\u{80}-\u{10ffff}]*$/u;

interface OttuErrorBody {
  readonly detail?: string;
  readonly fieldErrors?: OttuFieldErrors;
}

type Redact = (text: string) => string;

/**
 * Reads every documented shape of an Ottu error body: `{detail}`, `{detail, code}`, `{error: "…"}`,
 * `{error: {message, field}}`, `{field: ["…"]}` nested or not, and a bare list of messages. Anything else, HTML and
 * plain text among it, says nothing: raw bodies are never shown.
 *
 * @param redact must cut a text that is too long before it works on it: names and messages come as they are
 * @see Ottu's OpenAPI file, `CardErrors` and `GenericErrorMessage`, and its guide to errors, seen 2026-11-20
 */
export function readOttuErrorBody(body: unknown, redact: Redact): OttuErrorBody {
  if (Array.isArray(body)) return detailOf(shown(messagesOf(body, redact).join(' '), redact));
  if (!isRecord(body)) return {};
  const { detail, error } = body;
  if (typeof detail === 'string') return detailOf(shown(detail, redact));
  if (typeof error === 'string') return detailOf(shown(error, redact));
  if (isRecord(error) && typeof error['message'] === 'string') {
    const message = shown(error['message'], redact);
    const field = error['field'];
    return { ...detailOf(message), ...fieldErrorsOf(typeof field === 'string' ? { [field]: [message] } : {}, redact) };
  }
  return fieldErrorsOf(body, redact);
}

function detailOf(detail: string): OttuErrorBody {
  return detail === '' ? {} : { detail };
}

function fieldErrorsOf(fields: Record<string, unknown>, redact: Redact): OttuErrorBody {
  const reader = new FieldErrorReader(redact);
  for (const name of Object.keys(fields)) {
    if (name !== '__proto__' && name !== 'error') reader.read([name], fields[name]);
    if (reader.isFull) break;
  }
  return reader.found.size === 0 ? {} : { fieldErrors: Object.fromEntries(reader.found) };
}

/** Walks through nested fields, each value once, and stops when it has seen enough. */
class FieldErrorReader {
  readonly found = new Map<string, readonly string[]>();
  private fields = 0;
  private visits = 0;
  private work = 0;
  private readonly redact: Redact;

  constructor(redact: Redact) {
    this.redact = (text) => {
      const read = text.slice(0, MOST_WORK);
      const redacted = redact(text);
      const length = Math.max(read.length, redacted.length); // one letter may become eighteen
      this.work += (LEAST_WORK + length) * (NEEDS_NO_DECODING.test(read) ? 1 : DECODING);
      return redacted;
    };
  }

  /** Fields count even where their names, cut and redacted, are the same. */
  get isFull(): boolean {
    return this.fields >= MAX_FIELDS || this.visits >= MAX_VISITS || this.work >= MAX_WORK;
  }

  read(path: readonly string[], value: unknown): void {
    this.visits += 1;
    const messages = messagesOf(value, this.redact);
    if (messages.length > 0) {
      this.fields += 1;
      this.found.set(this.nameOf(path), messages);
    }
    if (path.length === MAX_DEPTH || typeof value !== 'object' || value === null) return;
    const holder = Array.isArray(value) ? value.slice(0, MAX_VISITS) : value;
    for (const name of Object.keys(holder)) {
      if (this.isFull) return;
      const child: unknown = Reflect.get(holder, name);
      const isMessage = Array.isArray(value) && typeof child === 'string'; // taken above
      if (!isMessage && name !== '__proto__') this.read([...path, name], child);
    }
  }

  /** Each name is cut and redacted before they are joined, and the whole after that: a value could span two of them. */
  private nameOf(path: readonly string[]): string {
    return shown(path.map((name) => shown(name, this.redact)).join('.'), this.redact);
  }
}

function messagesOf(value: unknown, redact: Redact): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value.slice(0, MAX_VISITS) : [value];
  return list
    .filter((item) => typeof item === 'string')
    .slice(0, MAX_MESSAGES)
    .map((text) => shown(text, redact))
    .filter((text) => text !== '');
}

/** One printable line: redacted before it is folded, which could change a value, and after, which could join one. */
function shown(text: string, redact: Redact): string {
  const redacted = redact(text);
  const folded = redacted.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ');
  const line = (folded === redacted ? folded : redact(folded)).trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
}
