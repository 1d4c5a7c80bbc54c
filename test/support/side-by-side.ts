import { closeAll } from './application.js';

/**
 * Begins these tasks at once, before the tests of a `describe`, and gives each test what its task came to, or throws what
 * the task threw. For what mostly waits: all of it takes as long as the longest. Each task opens what it needs itself.
 */
export function startTogether<T>(prepare: () => Promise<readonly (() => Promise<T>)[]>): (index: number) => T {
  let outcomes: readonly PromiseSettledResult<T>[] = [];
  beforeAll(async () => {
    const tasks = await prepare();
    outcomes = await Promise.allSettled(tasks.map(async (task) => task()));
  }, 60_000);
  afterAll(closeAll);
  return (index) => {
    const outcome = outcomes[index];
    if (outcome?.status !== 'fulfilled') throw outcome?.reason;
    return outcome.value;
  };
}

/** Tests that mostly wait, by name, all at once. */
export function testSideBySide(tests: Readonly<Record<string, () => Promise<void>>>): void {
  const outcomeOf = startTogether(() => Promise.resolve(Object.values(tests)));
  it.each(Object.keys(tests).map((name, index) => ({ name, index })))('$name', ({ index }) => outcomeOf(index));
}
