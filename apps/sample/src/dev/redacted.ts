/** One request to Ottu and its answer, as they went over the wire. */
export interface Exchange {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  /** The head of the request: its first line and its headers. */
  head: string;
  /** `null` until the answer comes. */
  status: number | null;
  answer: string;
  /** Why there is no whole answer: the code of a socket's error, or its class. */
  failure: string | null;
}

/** As much of an exchange as may be shown: no key, card token, customer id or name. */
export interface ShownExchange {
  readonly request: string;
  readonly headers: string;
  readonly body: string;
  readonly status: number | null;
  readonly answer: string;
  readonly failure: string | null;
}

const SECRET = '•••';
const SECRET_FIELDS = new Set(['token', 'customer_id', 'name_on_card', 'agreement_id', 'agreements']);

/** Headers that hold no secret. The others are not shown, except for the scheme of the key. */
const SHOWN_HEADERS = /^(host|accept|accept-encoding|content-type|content-length|user-agent):/i;

export function redacted({ method, target, head, body, status, answer, failure }: Exchange): ShownExchange {
  const lines = head.split('\r\n').slice(1);
  const [scheme] = lines.flatMap((line) => /^(authorization: \S+) /i.exec(line)?.[1] ?? []);
  return {
    request: `${method} ${redactedTarget(target)}`,
    headers: [...(scheme ? [`${scheme} ${SECRET}`] : []), ...lines.filter((line) => SHOWN_HEADERS.test(line))].join(
      '\n',
    ),
    body: redactedBody(body),
    status,
    answer: redactedBody(answer),
    failure,
  };
}

function redactedTarget(target: string): string {
  return target
    .replace(/(\/card\/)[^/?]+/, `$1${SECRET}`)
    .replaceAll(/([?&]([^=&]+)=)[^&]*/g, (pair, start: string, name: string) =>
      SECRET_FIELDS.has(name) ? `${start}${SECRET}` : pair,
    );
}

/** Pretty JSON. What is no JSON is not shown, because nobody knows what it holds. */
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
