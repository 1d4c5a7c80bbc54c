import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SOAK = join(import.meta.dirname, '../../scripts/soak.mjs');

it('keeps its promises under load, in memory and at the end of the process', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [SOAK, '--short'], { timeout: 100_000 });
  const reports = stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const held = ['concurrent', 'aborted', 'outage', 'mixed', 'flood', 'chunks', 'exit'].map((scenario) => ({
    scenario,
    holds: true,
  }));
  expect(reports).toMatchObject(held);
}, 110_000);
