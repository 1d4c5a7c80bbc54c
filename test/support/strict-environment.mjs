import { TestEnvironment } from 'jest-environment-node';
import { checkContexts } from './traced-contexts.mjs';

/**
 * Fails a test file on what Node merely warns about, a listener too many or a rejection that nobody handled, and on a
 * tracing context that holds what it must not. It stands outside the sandbox of the tests, because `process` in there
 * is a copy that hears nothing.
 */
export default class StrictEnvironment extends TestEnvironment {
  complaints = [];
  onWarning = (warning) => {
    if (warning.name !== 'ExperimentalWarning' && warning.name !== 'DeprecationWarning') this.complaints.push(warning);
  };
  onRejection = (reason) => this.complaints.push(new Error('A rejection that nobody handled', { cause: reason }));

  async setup() {
    await super.setup();
    process.on('warning', this.onWarning);
    process.on('unhandledRejection', this.onRejection);
    this.stopChecking = checkContexts((problem) => this.complaints.push(problem));
  }

  async teardown() {
    await new Promise((resolve) => setImmediate(resolve)); // warnings come a tick late
    process.off('warning', this.onWarning);
    process.off('unhandledRejection', this.onRejection);
    this.stopChecking();
    await super.teardown();
    if (this.complaints.length > 0) throw this.complaints[0];
  }
}
