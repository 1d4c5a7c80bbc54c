// #region pino
interface LoggedRequest {
  readonly url: string;
}

export const serializers = {
  req: (request: LoggedRequest) => ({
    ...request,
    url: request.url.replace(/(\/wallet\/cards\/)[^/?]+/, '$1{token}'),
  }),
};
// #endregion
