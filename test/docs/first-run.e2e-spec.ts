import { jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';

it('lists the sample cards of the fake, as the README says', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  await import('./examples/first-run.js');
  await eventually(() => log.mock.calls.length, 1);
  const [cards] = log.mock.calls[0] ?? [];
  log.mockRestore();
  expect(cards).toHaveLength(6);
});
