import type { IncomingHttpHeaders } from 'node:http';
import type { FakeAnswer, FakeCards } from './fake-cards.wire.js';

const CARDS = '/b/pbl/v2/card/';

interface FakeRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Which operation a request means, and what stands before it: address, key, method, content type. */
export function answerAsOttu(
  request: FakeRequest,
  { cards, apiKey }: { cards: FakeCards; apiKey: string },
): FakeAnswer {
  const { method, target, headers, body } = request;
  const [pathname = '', ...query] = target.split('?');
  const token = tokenIn(pathname);
  if (pathname !== CARDS && token === undefined) return { status: 404, body: { detail: 'Not found.' } };
  if (headers.authorization !== `Api-Key ${apiKey}`) {
    return { status: 401, body: { detail: 'Authentication credentials were not provided.' } };
  }
  if (token !== undefined && method === 'DELETE') return cards.delete(token, new URLSearchParams(query.join('?')));
  if (token !== undefined || method !== 'POST') {
    return { status: 405, body: { detail: `Method "${method}" not allowed.` } };
  }
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return { status: 415, body: { detail: 'Unsupported media type in request.' } };
  }
  return cards.list(parseJson(body));
}

/** `undefined` where the address names no card, also where it cannot be decoded. */
function tokenIn(pathname: string): string | undefined {
  const token = /^\/b\/pbl\/v2\/card\/([^/.]+)\/$/.exec(pathname)?.[1];
  try {
    return token === undefined ? undefined : decodeURIComponent(token);
  } catch {
    return undefined;
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
