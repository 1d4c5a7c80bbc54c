const { FC_SEED } = process.env;

/** Of this run; `FC_SEED=… npx jest <file>` plays it again. */
export const SEED = FC_SEED === undefined ? Date.now() % 2 ** 31 : Number(FC_SEED);

/** Numbers from 0 to 1 that the seed decides. Name the seed in the test, so that a failure prints it. */
export function randomNumbers(seed = SEED): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
