import fc from 'fast-check';
import { parseRetryAfter } from './retry-after.js';

const NOW = Date.parse('Fri, 20 Nov 2026 10:00:00 GMT');

describe('parseRetryAfter', () => {
  it.each<[header: unknown, ms: number | undefined]>([
    ['1', 1_000],
    [' 120 ', 120_000],
    ['3600', 3_600_000],
    ['99999999999', 99_999_999_999_000],
    ['999999999999999', Number.MAX_SAFE_INTEGER],
    ['3600.0', 3_600_000],
    ['3600.', 3_600_000],
    ['0.1', 1_000],
    ['1.5', 2_000],
    ['3600, 3600', 3_600_000],
    ['1,3600', 3_600_000],
    ['3600, soon', 3_600_000],
    ['soon, -1, 0', undefined],
    [['5', '3600', '7'], 3_600_000],
    [['5', 6, undefined], 5_000],
    [[], undefined],
    ['Fri, 20 Nov 2026 10:00:30 GMT, 120', 120_000],
    ['20, Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Friday, 20-Nov-26 10:00:30 GMT', 30_000],
    ['Friday, 20-Nov-26 10:00:30 GMT, 5', 30_000],
    ['Friday, 20-Nov-77 10:00:30 GMT', undefined],
    ['Friday, 20-Nov-76 10:00:00 GMT', Date.parse('2076-11-20T10:00:00Z') - NOW],
    ['Fri Nov 20 10:00:30 2026', 30_000],
    ['Tue Dec  1 10:00:00 2026', 11 * 86_400_000],
    ['fri, 20 nov 2026 10:00:30 gmt', 30_000],
    ['Tue, 31 Nov 2026 10:00:30 GMT', undefined],
    ['Fri, 20 Xyz 2026 10:00:30 GMT', undefined],
    ['Fri Nov 20 10:00:30 2026 GMT', undefined],
    ['9999999999999999', Number.MAX_SAFE_INTEGER],
    ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ['0', undefined],
    ['-5', undefined],
    ['+5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['5 s', undefined],
    ['٥', undefined],
    ['', undefined],
    ['soon', undefined],
    [undefined, undefined],
    [5, undefined],
    ['Fri, 20 Nov 2026 10:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 10:00:00 GMT', undefined],
    ['Fri, 20 Nov 2026 09:59:59 GMT', undefined],
    ['Fri, 99 Nov 2026 10:00:30 GMT', undefined],
    ['2026-11-20T10:00:30Z', undefined],
    ['x Fri, 20 Nov 2026 10:00:30 GMT', undefined],
    ['Fri, 20 Nov 2026 10:00:30 GMT x', undefined],
  ])('%j is %j ms', (header, ms) => {
    expect(parseRetryAfter(header, NOW)).toBe(ms);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])('reads a date of month %j', (month) => {
    const date = new Date(Date.UTC(2027, month, 15));
    expect(parseRetryAfter(date.toUTCString(), NOW)).toBe(date.getTime() - NOW);
  });

  it('is a positive number or nothing, whatever stands there', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.anything()), (header) => {
        const ms = parseRetryAfter(header, NOW) ?? 1;
        expect(ms > 0 && Number.isFinite(ms)).toBe(true);
      }),
    );
  });
});
