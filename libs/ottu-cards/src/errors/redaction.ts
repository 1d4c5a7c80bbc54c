import { isUtf8 } from 'node:buffer';

const CUT = '[cut]';

/** Twelve or more digits, also in groups: a card number, or a token that looks like one. */
const LONG_DIGITS = /\p{Nd}(?:[ -]?\p{Nd}){11,}/gu;

/** Below this length a value is cut only where it stands alone, or "1" would eat every digit of a sentence. */
const SHORT = 4;

/** Fewer characters of base64 than these say nothing for certain. */
const TELLING = 6;

/** More of a text is not worth reading: no error shows more than 200 characters of it. */
const SHOWN = 600;

/** Characters of the longest form for each byte of a value: hex. */
const LONGEST_FORM = 2;

/** In which a server may write a value before it encodes it. */
const FORMS = ['NFC', 'NFD', 'NFKC'];

/** What may be left of an escape at the end of a text that was cut. */
const LONGEST_ESCAPE = 32;

/**
 * Makes a function that cuts `values` from a text, in every form in which a server echoes what it was sent: as it is,
 * percent-encoded, form-encoded, escaped as in JSON, Python or HTML (wholly or in parts), base64 (also wrapped) and hex,
 * in any normalisation form of Unicode, with or without invisible characters. The text comes back without such escapes,
 * in the form NFKC. Of a long text only the beginning comes back, so that the work does not grow with it.
 */
export function redactor(values: readonly string[]): (text: string) => string {
  let prepared: { readonly known: RegExp; readonly margin: number } | undefined; // most failures have no text to cut from
  return (text) => {
    const { known, margin } = (prepared ??= { known: patternOf(values), margin: marginOf(values) });
    const limit = SHOWN + margin;
    const seen = visible(text.slice(0, limit)); // may be longer: some characters become eighteen
    const isLong = text.length > limit || seen.length > limit;
    const redacted = plain(seen.slice(0, limit)).replace(known, CUT).replace(LONG_DIGITS, CUT);
    return isLong ? redacted.slice(0, -margin) : redacted; // a value could stand across the place of the cut
  };
}

/** The most that a value can fill: NFKC makes eighteen characters of some. */
function marginOf(values: readonly string[]): number {
  const lengths = values.flatMap((value) => [
    plain(value).length,
    ...[value, ...FORMS.map((form) => value.normalize(form))].map((it) => LONGEST_FORM * Buffer.byteLength(it)),
  ]);
  return LONGEST_ESCAPE + Math.max(0, ...lengths);
}

function patternOf(values: readonly string[]): RegExp {
  const longestFirst = values.filter((value) => value !== '').toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.flatMap(formsOf).join('|') || '(?!)', 'giu');
}

function formsOf(value: string): string[] {
  // the flag "i" knows no letter that becomes two, such as ß
  const cases = [value, value.toUpperCase(), value.toLowerCase()].map((it) => escaped(plain(it)));
  const texts = Array.from(new Set(cases), (it) => it.replaceAll(' ', '[ +]'));
  if (value.length < SHORT) return texts.map((text) => String.raw`(?<![\p{L}\p{N}])${text}(?![\p{L}\p{N}])`);
  const spellings = new Set([value, ...FORMS.map((form) => value.normalize(form))]);
  const encoded = Array.from(spellings, (spelling) => Buffer.from(spelling)).flatMap((bytes) => [
    bytes.toString('hex'),
    ...base64FormsOf(bytes),
  ]);
  return [...texts, ...encoded];
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

/** What a reader does not see, such as a zero-width space or a soft hyphen. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]+/gu;

/** Where base64 of several lines goes on: a line break, or what JSON makes of it. Lines have 64 or 76 characters. */
const WRAP = /(?:\r?\n|(?:\\r)?\\n)(?<=[\w+/-]{32}(?:\r?\n|(?:\\r)?\\n))(?=[\w+/=-])/g;

/** Before the others, and without a function for each: a text may consist of them. */
const QUOTED = /\\(["'\\/])/g;
const ESCAPES =
  /(?:%[0-9a-fA-F]{2})+|(?:\\[xX][0-9a-fA-F]{2})+|\\U[0-9a-fA-F]{8}|\\[uU][0-9a-fA-F]{4}|\\u\{[0-9a-fA-F]{1,6}\}|&#\d{1,7};|&#[xX][0-9a-fA-F]{1,6};|&[a-zA-Z]{2,4};/g;
const NAMED: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};
/** A value may hold escapes of its own, and come back in some more. */
const MAX_LAYERS = 8;

/** The text without its escapes, also where one is wrapped in another. */
function plain(text: string, layers = MAX_LAYERS): string {
  const seen = visible(text);
  const next = seen.replaceAll(QUOTED, '$1').replaceAll(ESCAPES, unescaped);
  return next === seen || layers === 1 ? visible(next) : plain(next, layers - 1);
}

function unescaped(escape: string): string {
  if (escape[0] === '%') return ofBytes(escape, 1);
  if (escape[0] === '\\') {
    if (escape[1] === 'x' || escape[1] === 'X') return ofBytes(escape, 2);
    return ofCode(Number.parseInt(escape.slice(escape[2] === '{' ? 3 : 2), 16), escape);
  }
  if (escape[1] === '#') return ofCode(Number(`0${escape.slice(2, -1)}`), escape); // "065", or "0x41"
  return NAMED[escape.toLowerCase()] ?? escape;
}

function ofCode(code: number, escape: string): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : escape;
}

function visible(text: string): string {
  return text.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(WRAP, '');
}

/**
 * The text of bytes in hex, each after a sign of this length. `\x` stands for a byte of UTF-8 in some languages, for a
 * character of Latin-1 in others.
 */
function ofBytes(escape: string, signLength: number): string {
  const step = signLength + 2;
  const first = Number.parseInt(escape.slice(signLength, step), 16);
  if (escape.length === step && first < 0x80) return String.fromCharCode(first); // the usual case, without a buffer
  const bytes = Buffer.allocUnsafe(escape.length / step);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(escape.slice(at * step + signLength, (at + 1) * step), 16);
  }
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
