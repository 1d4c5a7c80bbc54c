const { TestEnvironment } = require('jest-environment-node');

/** The mutant that a test has noticed already. */
let killed;

/**
 * For Stryker: one test that fails is enough, and Jest does not stop there when another program runs it. So the tests
 * after it are skipped, those of further files too.
 */
module.exports = class BailEnvironment extends TestEnvironment {
  handleTestEvent({ name, test }, { rootDescribeBlock }) {
    const { __STRYKER_ACTIVE_MUTANT__: mutant } = process.env;
    if (mutant === undefined) return;
    if (name === 'test_done' && test.errors.length > 0) killed = mutant;
    if (killed === mutant && (name === 'run_start' || name === 'test_done')) skipRest(rootDescribeBlock);
  }
};

function skipRest(block) {
  block.mode = 'skip';
  for (const child of block.children) {
    if (child.type === 'describeBlock') skipRest(child);
    else if (child.status === null || child.status === undefined) child.mode = 'skip';
  }
}
