import { logLine } from './log-line.js';

it.each<[expected: string, facts: Parameters<typeof logLine>[1]]>([
  ['retry', undefined],
  ['retry', {}],
  ['retry reason=timeout attempt=1', { reason: 'timeout', attempt: 1 }],
  ['retry code=0', { code: 0, status: undefined }],
  ['retry call="POST /b/pbl/v2/card/"', { call: 'POST /b/pbl/v2/card/' }],
  [String.raw`retry why="is \"odd\""`, { why: 'is "odd"' }],
  [String.raw`retry why="\"odd\""`, { why: '"odd"' }],
  ['retry why="a=b" attempt=2', { why: 'a=b', attempt: 2 }],
  [String.raw`retry why="two\nlines"`, { why: 'two\nlines' }],
])('%s', (expected, facts) => {
  expect(logLine('retry', facts)).toBe(expected);
});
