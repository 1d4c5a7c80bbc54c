const CUT = '[cut]';

/** Twelve or more digits, also in groups: a card number, or a token that looks like one. */
const LONG_DIGITS = /\p{Nd}(?:[ -]?\p{Nd}){11,}/gu;

/** Below this length a value is cut only where it stands alone, or "1" would eat every digit of a sentence. */
const SHORT = 4;

/**
 * Makes a function that cuts `values` from a text, in every form in which a server echoes what it was sent: as it is,
 * percent-encoded, form-encoded, JSON-escaped, base64 and hex.
 */
export function redactor(values: readonly string[]): (text: string) => string {
  const forms = [...new Set(values.filter((value) => value !== '').flatMap(formsOf))].toSorted(byLengthDown);
  const known = forms.length > 0 ? new RegExp(forms.map(patternOf).join('|'), 'giu') : undefined;
  return (text) => (known ? text.replace(known, CUT) : text).replace(LONG_DIGITS, CUT);
}

function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  return [
    value,
    encodeURIComponent(value),
    new URLSearchParams([['', value]]).toString().slice(1),
    JSON.stringify(value).slice(1, -1),
    asciiJson(value),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

/** The escapes of Python's `json.dumps`, which Ottu's Django answers with. */
function asciiJson(value: string): string {
  return JSON.stringify(value)
    .slice(1, -1)
    .replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function patternOf(form: string): string {
  const literal = form.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  return form.length < SHORT ? String.raw`(?<![\p{L}\p{N}])${literal}(?![\p{L}\p{N}])` : literal;
}

function byLengthDown(a: string, b: string): number {
  return b.length - a.length;
}
