const { appendFileSync } = require('node:fs');
const { TestEnvironment } = require('jest-environment-node');

/**
 * For Stryker: one test that fails is enough, and Jest does not stop there when another program runs it. So the tests
 * after it are skipped; runner.cjs skips the files after it.
 */
class BailEnvironment extends TestEnvironment {
  /** The mutant that a test has noticed already. */
  static killed;
  /** In the copy that Stryker works on: written when nothing is broken yet. */
  static NAMES = 'names-of-tests.jsonl';

  constructor(config, context) {
    super(config, context);
    this.path = context.testPath;
  }

  handleTestEvent({ name, test }, { rootDescribeBlock }) {
    const { __STRYKER_ACTIVE_MUTANT__: mutant } = process.env;
    if (name === 'run_start' && mutant === undefined) {
      appendFileSync(
        BailEnvironment.NAMES,
        `${JSON.stringify({ path: this.path, names: namesIn(rootDescribeBlock, '') })}\n`,
      );
    }
    if (mutant === undefined) return;
    if (name === 'test_done' && test.errors.length > 0) BailEnvironment.killed = mutant;
    if (BailEnvironment.killed === mutant && name === 'test_done') skipRest(rootDescribeBlock);
  }
}

function namesIn(block, before) {
  return block.children.flatMap((child) => {
    const name = `${before}${child.name}`;
    return child.type === 'describeBlock' ? namesIn(child, `${name} `) : [name];
  });
}

function skipRest(block) {
  block.mode = 'skip';
  for (const child of block.children) {
    if (child.type === 'describeBlock') skipRest(child);
    else if (child.status === null || child.status === undefined) child.mode = 'skip';
  }
}

module.exports = BailEnvironment;
