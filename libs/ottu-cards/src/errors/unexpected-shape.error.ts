/** Says where an answer is not what it must be. The transport makes an `OttuBadResponseError` of it. */
export class UnexpectedShapeError extends Error {
  override get name() {
    return 'UnexpectedShapeError' as const;
  }

  /** @param path such as `[3].token`; @param expectation such as `must be a string`. Never a value. */
  constructor(path: string, expectation: string) {
    super(`${path} ${expectation}`);
  }
}
