import { pino } from 'pino';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { serializers } from './examples/redaction.js';

it('cuts the card token from the address that pino logs', () => {
  const lines: string[] = [];
  const logger = pino({ serializers }, { write: (line: string) => lines.push(line) });
  logger.info({ req: { method: 'DELETE', url: `/api/wallet/cards/${CANARIES.token}?a=b` } });

  expect(lines.join()).toContain('/api/wallet/cards/{token}?a=b');
  expect(leaksIn({ lines: lines.join() })).toEqual([]);
});
