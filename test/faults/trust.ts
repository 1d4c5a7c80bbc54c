import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import tls from 'node:tls';

/**
 * From now on, until mocks are restored, the authority of the test certificates is trusted as one of the system's is.
 * Node before 22 takes a further authority only from the environment of a process that starts.
 */
export function trustTestAuthority(): void {
  const ca = readFileSync(join(import.meta.dirname, 'certificates/authority.pem'));
  const original = tls.createSecureContext;
  jest.spyOn(tls, 'createSecureContext').mockImplementation((options) => original({ ca, ...options }));
}
