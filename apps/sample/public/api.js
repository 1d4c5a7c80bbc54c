/** A request that the shop did not answer with success; `status` 0 means that it could not be reached. */
export class RequestFailure extends Error {
  constructor({ status, errorCode = '', retryAfterS }) {
    super(`${status} ${errorCode}`);
    Object.assign(this, { status, errorCode, retryAfterS });
  }
}

/** Asks the shop; the session's cookie goes along by itself. */
export async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch(() => {
    throw new RequestFailure({ status: 0 });
  });
  if (response.status === 204) return undefined;
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { status, headers } = response;
  const retryAfterS = headers.has('retry-after') ? Number(headers.get('retry-after')) : undefined;
  throw new RequestFailure({ status, errorCode: answer.errorCode, retryAfterS });
}
