import { pino } from 'pino';
import { CANARIES, leaksIn } from '../support/leaks.js';
import { serializers } from './examples/redaction.js';

const TOKEN = CANARIES.token;

it.each([`/api/wallet/cards/${TOKEN}?a=b`, `/API/Wallet/Cards/${TOKEN}`])(
  'keeps the card token and the session of %s out of the log',
  (url) => {
    const lines: string[] = [];
    const logger = pino({ serializers }, { write: (line: string) => lines.push(line) });
    const headers = { cookie: CANARIES.hmacKey, referer: `https://shop.example/wallet/cards/${TOKEN}` };
    logger.info({ req: { id: 1, method: 'DELETE', url, params: { token: TOKEN }, query: {}, headers } });

    expect(lines.join()).toContain('"method":"DELETE"');
    expect(lines.join()).toMatch(/\/wallet\/cards\/\{token\}/i);
    expect(leaksIn({ lines: lines.join() })).toEqual([]);
  },
);
