/** A request that the shop did not answer with success; `status` 0 means that it could not be reached. */
export class RequestFailure extends Error {
  constructor({ status, errorCode = '', retryAfterS }) {
    super(`${status} ${errorCode}`);
    const retryAt = retryAfterS === undefined ? undefined : Date.now() + retryAfterS * 1_000;
    Object.assign(this, { status, errorCode, retryAt });
  }
}

/** The id of the session whose data this page shows; `undefined` before somebody has signed in. */
let own;
let otherSession = () => undefined;

/** Calls `listener` when the shop answers for another session than this page's: another tab has signed in anew. */
export function onOtherSession(listener) {
  otherSession = listener;
}

/** Whether this page may show what belongs to the session with this id. */
export function isOurs(session) {
  own ??= session ?? undefined;
  if (session === null || session === own) return true;
  otherSession();
  return false;
}

/** Asks the shop; the browser sends the session's cookie along. */
export async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch(() => {
    throw new RequestFailure({ status: 0 });
  });
  const { status, headers } = response;
  if (!isOurs(headers.get('shop-session'))) return new Promise(() => {}); // nothing of this answer is for this page
  if (status === 204) return undefined;
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const retryAfterS = headers.has('retry-after') ? Number(headers.get('retry-after')) : undefined;
  throw new RequestFailure({ status, errorCode: answer.errorCode, retryAfterS });
}
