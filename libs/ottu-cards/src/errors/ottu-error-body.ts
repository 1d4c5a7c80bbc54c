import type { OttuFieldErrors } from './ottu.error.js';
import { isRecord } from '../common/is-record.js';

const MAX_FIELDS = 50;
const MAX_MESSAGES = 10;
const MAX_LENGTH = 200;
const MAX_DEPTH = 5;

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
 * @see Ottu's OpenAPI file, `CardErrors` and `GenericErrorMessage`, and its guide to errors, seen 2026-11-20
 */
export function readOttuErrorBody(body: unknown, redact: Redact): OttuErrorBody {
  if (Array.isArray(body)) return detailOf(shown(messagesOf(body, redact).join(' '), redact));
  if (!isRecord(body)) return {};
  const { detail, error, ...fields } = body;
  if (typeof detail === 'string') return detailOf(shown(detail, redact));
  if (typeof error === 'string') return detailOf(shown(error, redact));
  if (isRecord(error) && typeof error['message'] === 'string') {
    const message = shown(error['message'], redact);
    const field = error['field'];
    return { ...detailOf(message), ...fieldErrorsOf(typeof field === 'string' ? { [field]: [message] } : {}, redact) };
  }
  return fieldErrorsOf({ ...fields, ...(detail === undefined ? {} : { detail }) }, redact);
}

function detailOf(detail: string): OttuErrorBody {
  return detail === '' ? {} : { detail };
}

function fieldErrorsOf(fields: Record<string, unknown>, redact: Redact): OttuErrorBody {
  const found = new Map<string, readonly string[]>();
  collect(fields, [], found, redact);
  return found.size === 0 ? {} : { fieldErrors: Object.fromEntries(found) };
}

function collect(value: unknown, path: readonly string[], found: Map<string, readonly string[]>, redact: Redact): void {
  if (found.size >= MAX_FIELDS || path.length > MAX_DEPTH) return;
  const messages = messagesOf(value, redact);
  if (messages.length > 0) found.set(shown(path.join('.'), redact), messages);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, child] of Object.entries(value)) {
    if (Array.isArray(value) && typeof child === 'string') continue; // a message, taken above
    if (name !== '__proto__') collect(child, [...path, name], found, redact);
    if (found.size >= MAX_FIELDS) return;
  }
}

function messagesOf(value: unknown, redact: Redact): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list
    .filter((item) => typeof item === 'string')
    .slice(0, MAX_MESSAGES)
    .map((text) => shown(text, redact))
    .filter((text) => text !== '');
}

/** One printable line: redacted before it is folded, which could change a value, and after, which could join one. */
function shown(text: string, redact: Redact): string {
  const line = redact(redact(text).replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')).trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
}
