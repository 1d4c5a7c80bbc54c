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

/** What may be left of an escape at the end of a text that was cut. */
const LONGEST_ESCAPE = 32;

/**
 * Makes a function that cuts `values` from a text, in every form in which a server echoes what it was sent: as it is,
 * percent-encoded, form-encoded, escaped as in JSON, Python or HTML (wholly or in parts), base64 (also wrapped) and hex,
 * in any normalisation form of Unicode, with or without invisible characters. The text comes back without such escapes,
 * in the form NFKC. Of a long text only the beginning comes back, so that the work does not grow with it.
 */
export function redactor(values: readonly string[]): (text: string) => string {
  let known: RegExp | undefined; // most failures have no text to cut from
  const margin = LONGEST_ESCAPE + LONGEST_FORM * Math.max(0, ...values.map((value) => Buffer.byteLength(value)));
  return (text) => {
    known ??= patternOf(values);
    const isLong = text.length > SHOWN + margin;
    const redacted = plain(isLong ? text.slice(0, SHOWN + margin) : text)
      .replace(known, CUT)
      .replace(LONG_DIGITS, CUT);
    return isLong ? redacted.slice(0, -margin) : redacted; // a value could stand across the place of the cut
  };
}

function patternOf(values: readonly string[]): RegExp {
  const longestFirst = values.filter((value) => value !== '').toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.flatMap(formsOf).join('|') || '(?!)', 'giu');
}

function formsOf(value: string): string[] {
  const text = escaped(plain(value)).replaceAll(' ', '[ +]');
  if (value.length < SHORT) return [String.raw`(?<![\p{L}\p{N}])${text}(?![\p{L}\p{N}])`];
  const spellings = new Set([value, ...['NFC', 'NFD', 'NFKC'].map((form) => value.normalize(form))]);
  const encoded = Array.from(spellings, (spelling) => Buffer.from(spelling)).flatMap((bytes) => [
    bytes.toString('hex'),
    ...base64FormsOf(bytes),
  ]);
  return [text, ...encoded];
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

const HEX = '[0-9a-fA-F]';
const ESCAPES = new RegExp(
  [
    `(?:%${HEX}{2})+`,
    String.raw`(?:\\[xX]${HEX}{2})+`,
    String.raw`\\U(?<long>${HEX}{8})`,
    String.raw`\\[uU](?<unit>${HEX}{4})`,
    String.raw`\\u\{(?<braced>${HEX}{1,6})\}`,
    String.raw`\\(?<quoted>["'\\/])`,
    String.raw`&#(?<decimal>\d{1,7});`,
    `&#[xX](?<hex>${HEX}{1,6});`,
    '&(?<name>[a-zA-Z]{2,4});',
  ].join('|'),
  'g',
);
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** A value may hold escapes of its own, and come back in some more. */
const MAX_LAYERS = 8;

/** The text without its escapes, also where one is wrapped in another. */
function plain(text: string, layers = MAX_LAYERS): string {
  const seen = visible(text);
  const next = seen.replaceAll(ESCAPES, (escape, ...groups) => unescaped(escape, groups.at(-1)));
  return next === seen || layers === 1 ? visible(next) : plain(next, layers - 1);
}

function unescaped(
  escape: string,
  { long, unit, braced, quoted, decimal, hex, name }: Readonly<Record<string, string>>,
): string {
  if (escape.startsWith('%')) return Buffer.from(escape.replaceAll('%', ''), 'hex').toString();
  if (/^\\x/i.test(escape)) return ofBytes(Buffer.from(escape.replaceAll(/\\x/gi, ''), 'hex'));
  if (quoted !== undefined) return quoted;
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? escape;
  const code = decimal === undefined ? Number.parseInt(unit ?? long ?? braced ?? hex ?? '', 16) : Number(decimal);
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : escape;
}

function visible(text: string): string {
  return text.normalize('NFKC').replaceAll(INVISIBLE, '').replaceAll(WRAP, '');
}

/** `\x` stands for a byte of UTF-8 in some languages, for a character of Latin-1 in others. */
function ofBytes(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
