const CUT = '[cut]';

/** Twelve or more digits, also in groups: a card number, or a token that looks like one. */
const LONG_DIGITS = /\p{Nd}(?:[ -]?\p{Nd}){11,}/gu;

/** Below this length a value is cut only where it stands alone, or "1" would eat every digit of a sentence. */
const SHORT = 4;

/** Fewer characters of base64 than these say nothing for certain. */
const TELLING = 6;

/**
 * Makes a function that cuts `values` from a text, in every form in which a server echoes what it was sent: as it is,
 * percent-encoded, form-encoded, escaped as in JSON or HTML (wholly or in parts), base64 and hex. The text comes back
 * without such escapes.
 */
export function redactor(values: readonly string[]): (text: string) => string {
  let known: RegExp | undefined; // most failures have no text to cut from
  return (text) => {
    known ??= patternOf(values);
    return plain(text).replace(known, CUT).replace(LONG_DIGITS, CUT);
  };
}

function patternOf(values: readonly string[]): RegExp {
  const longestFirst = values.filter((value) => value !== '').toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.flatMap(formsOf).join('|') || '(?!)', 'giu');
}

function formsOf(value: string): string[] {
  const text = escaped(plain(value)).replaceAll(' ', '[ +]');
  if (value.length < SHORT) return [String.raw`(?<![\p{L}\p{N}])${text}(?![\p{L}\p{N}])`];
  const bytes = Buffer.from(value);
  return [text, bytes.toString('hex'), ...base64FormsOf(bytes)];
}

/** The whole, and what these bytes alone decide of a base64 text in which they begin after a border of three bytes. */
function base64FormsOf(bytes: Buffer): string[] {
  const cores = [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const decided = padded.subarray(0, padded.length - (padded.length % 3)).toString('base64');
    return decided.slice(offset === 0 ? 0 : 4);
  });
  return [bytes.toString('base64').replace(/=+$/, ''), ...cores]
    .filter((form) => form.length >= TELLING)
    .map((form) => `${form.replaceAll('+', '[-+]').replaceAll('/', '[/_]')}[A-Za-z0-9+/_-]*=*`);
}

const ESCAPES =
  /(?:%[0-9a-f]{2})+|\\u([0-9a-f]{4})|\\(["'\\/])|&#(\d{1,7});|&#x([0-9a-f]{1,6});|&(amp|lt|gt|quot|apos);/gi;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** A value may hold escapes of its own, and come back in some more. */
const MAX_LAYERS = 8;

/** The text without its escapes, also where one is wrapped in another. */
function plain(text: string, layers = MAX_LAYERS): string {
  const next = text.replaceAll(ESCAPES, (escape, unit, quoted, decimal, hex, name) => {
    if (escape.startsWith('%')) return percentDecoded(escape);
    if (quoted !== undefined) return quoted;
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? escape;
    const code = decimal === undefined ? Number.parseInt(unit ?? hex, 16) : Number(decimal);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : escape;
  });
  return next === text || layers === 1 ? next : plain(next, layers - 1);
}

function percentDecoded(escape: string): string {
  return Buffer.from(escape.replaceAll('%', ''), 'hex').toString();
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
