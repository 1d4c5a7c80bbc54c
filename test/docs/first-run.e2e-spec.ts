import { jest } from '@jest/globals';

it('lists the sample cards of the fake, as the README says', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  await import('./examples/first-run.js');
  const [cards] = log.mock.calls[0] ?? [];
  log.mockRestore();
  expect(cards).toHaveLength(6);
});
