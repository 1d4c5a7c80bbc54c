import { jest } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { CANARIES } from '../support/leaks.js';
import { cards, cardsFor } from './replies.js';
import { useRawServer } from './setup.js';
import { startShop } from './shop.js';

const server = useRawServer();

describe('a kept-alive socket that the server has meanwhile closed', () => {
  it('costs no attempt when the close has been heard', async () => {
    const shop = await startShop(server.url);
    server.answer((socket, request) => socket.end(cardsFor(request)), cards);
    await shop.call('list');
    await eventually(() => server.sockets.size, 0);
    expect(await shop.call('list')).toMatchObject({ ending: 'cards' });
    expect(server.requests).toHaveLength(2);
  });

  it('is followed by one retry at once, on a fresh socket, however many old ones there are', async () => {
    const shop = await startShop(server.url);
    server.answer((...args) => void setTimeout(() => cards(...args), 50));
    await Promise.all(Array.from({ length: 5 }, () => shop.service.list({ customerId: CANARIES.customerId })));
    expect(server.connections).toBe(5);
    server.requests.length = 0;
    server.answer((socket, request) => (request.connection < 5 ? socket.resetAndDestroy() : cards(socket, request)));
    jest.spyOn(Math, 'random').mockReturnValue(0.999); // a backoff would take 200 ms
    const call = await shop.call('list');
    expect(call).toMatchObject({ ending: 'cards' });
    expect(call.output).toMatch(/delayMs=0/);
    expect(server.requests.map(({ connection }) => connection)).toEqual([expect.any(Number), 5]);
  });
});
