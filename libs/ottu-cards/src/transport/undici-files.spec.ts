import { buildConnector, Client } from 'undici';
import buildUndiciConnector from 'undici/lib/core/connect.js';
import UndiciClient from 'undici/lib/dispatcher/client.js';

it('the files of undici that are imported hold what its index exports', () => {
  expect(UndiciClient).toBe(Client);
  expect(buildUndiciConnector).toBe(buildConnector);
});
