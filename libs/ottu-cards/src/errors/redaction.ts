const CUT = '[cut]';

/** Twelve or more digits, also in groups: a card number, or a token that looks like one. */
const LONG_DIGITS = /\p{Nd}(?:[ -]?\p{Nd}){11,}/gu;

/** Below this length a value is cut only where it stands alone, or "1" would eat every digit of a sentence. */
const SHORT = 4;

/** Fewer characters of base64 than these say nothing for certain. */
const TELLING = 6;

/**
 * Makes a function that cuts `values` from a text, in every form in which a server echoes what it was sent: as it is,
 * percent-encoded, form-encoded, escaped as in JSON or HTML (all of it or parts), base64 and hex.
 */
export function redactor(values: readonly string[]): (text: string) => string {
  const longestFirst = values.filter((value) => value !== '').toSorted((a, b) => b.length - a.length);
  const known = new RegExp(longestFirst.flatMap(patternsOf).join('|') || '(?!)', 'giu');
  return (text) => text.replace(known, CUT).replace(LONG_DIGITS, CUT);
}

function patternsOf(value: string): string[] {
  const spelled = Array.from(value, spellingsOf).join('');
  if (value.length < SHORT) return [String.raw`(?<![\p{L}\p{N}])${spelled}(?![\p{L}\p{N}])`];
  const bytes = Buffer.from(value);
  return [spelled, bytes.toString('hex'), ...[0, 1, 2].flatMap((offset) => base64PatternOf(bytes, offset))];
}

/** One character in all its spellings: Ottu's Django answers with the `\u0000` of Python's `json.dumps`. */
function spellingsOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const percent = [...Buffer.from(character)].map((byte) => `%${hex(byte, 2)}`).join('');
  const unicode = character.split('').map((unit) => String.raw`\\u${hex(unit.charCodeAt(0), 4)}`);
  const spellings = [
    String.raw`\\?${escaped(character)}`,
    percent,
    unicode.join(''),
    `&#(?:0*${code}|x0*${hex(code, 1)});`,
    ...(ALIASES[character] ?? []),
  ];
  return `(?:${spellings.join('|')})`;
}

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  ' ': [String.raw`\+`],
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
};

/** What these bytes alone decide of a base64 text in which they begin `offset` bytes after a border of three. */
function base64PatternOf(bytes: Buffer, offset: number): string[] {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = padded.subarray(0, padded.length - (padded.length % 3)).toString('base64');
  const core = whole.slice(offset === 0 ? 0 : 4);
  return core.length < TELLING ? [] : [`${core.replaceAll('+', '[-+]').replaceAll('/', '[/_]')}[A-Za-z0-9+/_-]*=*`];
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
