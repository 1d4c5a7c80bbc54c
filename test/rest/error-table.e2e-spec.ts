import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  OttuAuthError,
  OttuBadResponseError,
  OttuConfigError,
  OttuDeleteUnknownError,
  type OttuError,
  type OttuErrorFacts,
  OttuInputError,
  OttuNotFoundError,
  OttuRateLimitError,
  OttuRefusedError,
  OttuTimeoutError,
  OttuUnavailableError,
  ottuErrorAnswer,
} from 'nestjs-ottu-cards';

const CLASSES = [
  OttuConfigError,
  OttuInputError,
  OttuAuthError,
  OttuNotFoundError,
  OttuRefusedError,
  OttuRateLimitError,
  OttuUnavailableError,
  OttuTimeoutError,
  OttuBadResponseError,
  OttuDeleteUnknownError,
];
/** What an answer may depend on besides the class. */
const FACTS: OttuErrorFacts[] = [{ status: 400 }, { status: 404 }, { status: 405 }, { status: 400, cardLocked: true }];

/** Each error with the answers that it can get: `400 refused`. */
const answers = new Map(
  CLASSES.map((Class): [name: string, answers: string[]] => {
    const all = FACTS.map((facts) => ottuErrorAnswer(new Class('words', facts)));
    return [Class.prototype.name, unique(all.map(({ statusCode, errorCode }) => `${statusCode} ${errorCode}`))];
  }),
);

function unique(texts: string[]): string[] {
  return [...new Set(texts)].toSorted();
}

it('is the table of the README, row by row', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| `(Ottu\w+Error)` +\|.*\|(.*)\|$/gm)];
  const told = rows.map(([, name = '', cell = '']): [string, string[]] => [
    name,
    unique([...cell.matchAll(/(\d{3}) `(\w+)`/g)].map(([, status, code]) => `${status} ${code}`)),
  ]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(answers));
});

it('tells the fields that are wrong, and nothing else of an error', () => {
  const facts = { status: 400, detail: 'detail', retryAfterMs: 5, attempts: 1 };
  const error = new OttuInputError('words', { ...facts, fieldErrors: { pgCodes: ['must be a list'] } });
  expect(ottuErrorAnswer(error)).toEqual({
    statusCode: 400,
    errorCode: 'invalid_request',
    message: 'The request is not valid.',
    fieldErrors: { pgCodes: ['must be a list'] },
  });
});

it('has an answer for an error of a newer copy of the library', () => {
  const error: OttuError = Object.create(new OttuTimeoutError('words'), { name: { value: 'OttuNewError' } });
  expect(ottuErrorAnswer(error)).toMatchObject({ statusCode: 502, errorCode: 'provider_unavailable' });
});
