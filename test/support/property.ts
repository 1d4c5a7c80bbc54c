import fc from 'fast-check';

const { FC_SEED, FC_PATH, RANDOM_SHARE = '1', STRYKER_MUTATOR_WORKER } = process.env;

// A failure prints seed and path; FC_SEED=… FC_PATH=… npx jest <file> -t <name> plays it again.
fc.configureGlobal({
  ...(FC_SEED !== undefined && { seed: Number(FC_SEED) }),
  ...(FC_PATH !== undefined && { path: FC_PATH }),
  endOnFailure: STRYKER_MUTATOR_WORKER !== undefined, // a mutant needs to be killed, not to be understood
});

/** How many random cases to run of so many: `npm test` runs a tenth of them, `RANDOM_SHARE=0.5 npm test` half. */
export function runs(all: number): number {
  return Math.max(1, Math.round(all * Number(RANDOM_SHARE)));
}
