// #region pino
interface LoggedRequest {
  readonly id: unknown;
  readonly method: string;
  readonly url: string;
}

/** Names what is logged, instead of cutting from it: parameters, referer and cookie would tell token and session too. */
export const serializers = {
  req: ({ id, method, url }: LoggedRequest) => ({
    id,
    method,
    url: url.replace(/(\/wallet\/cards\/)[^/?]+/i, '$1{token}'), // Express takes /Wallet/Cards as well
  }),
};
// #endregion
