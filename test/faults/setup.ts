import { closeAll } from '../support/application.js';
import { RawServer } from './raw-server.js';
import { restore } from './shop.js';

/** A raw server for all tests of a file, as new for each; what a test opens is closed after it. */
export function useRawServer(certificate?: string): RawServer {
  const server = new RawServer(certificate);
  beforeAll(() => server.listen());
  beforeEach(() => server.reset());
  closeAfterEach();
  afterAll(() => server.stop());
  return server;
}

/** Closes what a test opened, and undoes what it changed in the process. */
export function closeAfterEach(): void {
  afterEach(closeAll);
  afterEach(restore);
}
