import type { ReceivedRequest } from 'nestjs-ottu-cards/testing';

/** One request and its answer as they may be shown: no key, card token, customer id or name. */
export interface Exchange {
  readonly request: string;
  readonly headers: string;
  readonly body: string;
  /** `null` until the answer has gone out. */
  readonly status: number | null;
  readonly answer: string;
}

const SECRET = '•••';
const SECRET_FIELDS = new Set(['token', 'customer_id', 'name_on_card', 'agreement_id', 'agreements']);

/** Headers that hold no secret; the others are not shown, but for the key's, whose scheme is. */
const SHOWN_HEADERS = ['host', 'accept', 'content-type', 'content-length', 'user-agent'];

export function redacted({ method, target, headers, body, answered }: ReceivedRequest): Exchange {
  const shown = SHOWN_HEADERS.flatMap((name) => (headers[name] ? [`${name}: ${String(headers[name])}`] : []));
  const [scheme] = headers.authorization?.split(' ') ?? [];
  return {
    request: `${method} ${redactedTarget(target)}`,
    headers: [...(scheme ? [`authorization: ${scheme} ${SECRET}`] : []), ...shown].join('\n'),
    body: redactedBody(body),
    status: answered?.status ?? null,
    answer: redactedBody(answered?.body ?? ''),
  };
}

function redactedTarget(target: string): string {
  return target
    .replace(/(\/card\/)[^/?]+/, `$1${SECRET}`)
    .replaceAll(/([?&]([^=&]+)=)[^&]*/g, (pair, start: string, name: string) =>
      SECRET_FIELDS.has(name) ? `${start}${SECRET}` : pair,
    );
}

/** Pretty JSON; what is no JSON is not shown, for nobody knows what it holds. */
function redactedBody(body: string): string {
  if (body === '') return '';
  try {
    const parsed: unknown = JSON.parse(body, (name, value: unknown) =>
      SECRET_FIELDS.has(name) ? hidden(value) : value,
    );
    return JSON.stringify(parsed, undefined, 2);
  } catch {
    return `(${body.length} characters that are no JSON)`;
  }
}

function hidden(value: unknown): unknown {
  if (value === null) return null;
  return Array.isArray(value) ? value.map(() => SECRET) : SECRET;
}
