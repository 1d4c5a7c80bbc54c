import { RateLimitGate } from './retry-policy.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An open gate, and what it logs. */
function openGate(): { gate: RateLimitGate; reports: string[] } {
  const reports: string[] = [];
  const keep = (level: string) => (line: string) => void reports.push(`${level} ${line}`);
  return { gate: new RateLimitGate({ log: keep('log'), warn: keep('warn') }), reports };
}

function closedGate(forMs = HOUR): { gate: RateLimitGate; reports: string[] } {
  const { gate, reports } = openGate();
  gate.close(forMs, 0);
  return { gate, reports };
}

it('lets everything through at first', () => {
  expect(openGate().gate.waitMs(0)).toBeUndefined();
});

it('tells the time left', () => {
  const { gate, reports } = closedGate();
  expect(gate.waitMs(0)).toBe(HOUR);
  expect(gate.waitMs(MINUTE)).toBe(HOUR - MINUTE);
  expect(reports).toEqual(['warn gate-closed forMs=3600000']);
});

it('lets one call through every five minutes', () => {
  const { gate } = closedGate();
  const through = Array.from({ length: 31 }, (_, minute) => minute).filter(
    (minute) => gate.waitMs(minute * MINUTE) === undefined && gate.waitMs(minute * MINUTE) !== undefined,
  );
  expect(through).toEqual([5, 10, 15, 20, 25, 30]);
});

it('lets no call through a millisecond before the five minutes are over', () => {
  expect(closedGate().gate.waitMs(5 * MINUTE - 1)).toBe(55 * MINUTE + 1);
});

it('shows who would get through without letting them', () => {
  const { gate } = closedGate();
  expect([gate.peekMs(0), gate.remainingMs(0)]).toEqual([HOUR, HOUR]);
  expect([gate.peekMs(5 * MINUTE), gate.remainingMs(5 * MINUTE)]).toEqual([undefined, 55 * MINUTE]);
  expect(gate.peekMs(5 * MINUTE)).toBeUndefined();
  expect([gate.waitMs(5 * MINUTE), gate.peekMs(5 * MINUTE)]).toEqual([undefined, 55 * MINUTE]);
  expect([gate.peekMs(HOUR), gate.remainingMs(HOUR)]).toEqual([undefined, undefined]);
});

it('opens when the pause is over', () => {
  const { gate, reports } = closedGate(MINUTE);
  expect(gate.waitMs(MINUTE - 1)).toBe(1);
  expect(gate.waitMs(MINUTE)).toBeUndefined();
  expect(reports).toEqual(['warn gate-closed forMs=60000', 'log gate-opened']);
  expect(gate.waitMs(MINUTE)).toBeUndefined();
  expect(reports).toHaveLength(2);
});

it.each([200, 204, 301, 400, 401, 404, 428, 430, 500, 502, 504])('opens on a %i', (status) => {
  const { gate, reports } = closedGate();
  gate.onResponse(status);
  expect(gate.waitMs(1)).toBeUndefined();
  expect(reports.at(-1)).toBe('log gate-opened');
});

it.each([429, 503])('stays closed on a %i', (status) => {
  const { gate, reports } = closedGate();
  gate.onResponse(status);
  expect(gate.waitMs(1)).toBe(HOUR - 1);
  expect(reports).toHaveLength(1);
});

it('reports nothing when an open gate hears an answer', () => {
  const { gate, reports } = openGate();
  gate.onResponse(200);
  expect(reports).toEqual([]);
});

it('keeps the longer of two pauses, and reports one closing', () => {
  const { gate, reports } = closedGate();
  gate.close(MINUTE, MINUTE);
  expect(gate.waitMs(MINUTE)).toBe(HOUR - MINUTE);
  gate.close(2 * HOUR, MINUTE);
  expect(gate.waitMs(MINUTE)).toBe(2 * HOUR);
  expect(reports).toHaveLength(1);
});

it('counts the five minutes from the last request for a pause', () => {
  const { gate } = closedGate();
  gate.close(HOUR, 4 * MINUTE);
  expect(gate.waitMs(5 * MINUTE)).toBe(59 * MINUTE);
  expect(gate.waitMs(9 * MINUTE)).toBeUndefined();
});

it('is open also when its logger throws', () => {
  const refuse = (): void => {
    throw new Error('disk full');
  };
  const gate = new RateLimitGate({ log: refuse, warn: () => undefined });
  gate.close(HOUR, 0);
  expect(() => gate.onResponse(200)).toThrow('disk full');
  expect(gate.waitMs(0)).toBeUndefined();
});
