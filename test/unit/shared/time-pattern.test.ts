import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_CALENDAR_TIME, timeFormat, timePatternProblem, timeZoneProblem } from '../../../shared/time-pattern.ts';

const at = (iso: string) => Date.parse(iso);

describe('timeFormat', () => {
  it('renders every part, padded', () => {
    expect(timeFormat('yyyy-MM-dd HH:mm:ss', 'UTC')(at('2024-03-05T07:08:09Z'))).toBe('2024-03-05 07:08:09');
  });

  it('counts the hours of a day from 00 to 23', () => {
    const format = timeFormat('dd/HH', 'UTC');
    expect([format(at('2024-03-05T00:00:00Z')), format(at('2024-03-05T23:59:59Z'))]).toEqual(['05/00', '05/23']);
  });

  it.each([
    ['Asia/Shanghai', '2024-12-31T16:00:00Z', '2025/01/01/00'],
    ['America/New_York', '2024-07-01T03:59:59Z', '2024/06/30/23'],
    ['Asia/Kolkata', '2024-01-01T18:29:59Z', '2024/01/01/23'],
    ['Asia/Kolkata', '2024-01-01T18:30:00Z', '2024/01/02/00'],
    ['Asia/Kathmandu', '2024-01-01T18:15:00Z', '2024/01/02/00'],
  ])('%s at %s is %s', (timeZone, time, text) => {
    expect(timeFormat('yyyy/MM/dd/HH', timeZone)(at(time))).toBe(text);
  });

  it('gives the repeated hour of a clock change the same name, and skips the missing one', () => {
    const format = timeFormat('HH', 'Europe/Berlin');
    expect([format(at('2024-10-27T00:30:00Z')), format(at('2024-10-27T01:30:00Z'))]).toEqual(['02', '02']);
    expect([format(at('2024-03-31T00:59:00Z')), format(at('2024-03-31T01:00:00Z'))]).toEqual(['01', '03']);
  });

  it('has no Julian calendar, and no hour of its own where a zone was some seconds off', () => {
    const format = timeFormat('yyyy-MM-dd HH', 'Asia/Shanghai');
    expect([
      format(at('0001-01-01T00:00:00Z')),
      format(at('0000-01-01T00:00:00Z')),
      format(at('9999-12-31T23:59:59Z')),
    ]).toEqual(['0001-01-01 08', '0000-01-01 08', '10000-01-01 07']);
    // 44 minutes and 30 seconds behind UTC until 1972.
    const monrovia = timeFormat('HH', 'Africa/Monrovia');
    const times = ['1960-01-01T12:40:00Z', '1960-01-01T12:44:29Z', '1960-01-01T12:44:30Z'];
    expect(times.map((time) => monrovia(at(time)))).toEqual(['11', '11', '12']);
  });

  it('answers for times that are on no calendar', () => {
    const format = timeFormat('yyyy', 'UTC');
    expect(format(1_700_000_000_000_000_000)).toBe(NO_CALENDAR_TIME);
    expect(format(Number.NaN)).toBe(NO_CALENDAR_TIME);
    expect(format(-1)).toBe('1969');
  });

  it('answers from its cache what it would answer without', () => {
    const times = fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { minLength: 2, maxLength: 20 });
    const patterns = fc.constantFrom('yyyy/MM/dd/HH', 'HH:mm', 'yyyyMMddHHmmss');
    const zones = fc.constantFrom('UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(times, patterns, zones, (epochs, pattern, zone) => {
        const cached = timeFormat(pattern, zone);
        for (const epoch of epochs) expect(cached(epoch)).toBe(timeFormat(pattern, zone)(epoch));
      }),
      { numRuns: 50 },
    );
  });

  it('agrees with ISO 8601 in UTC', () => {
    fc.assert(
      fc.property(fc.integer({ min: at('0000-01-01T00:00:00Z'), max: 250_000_000_000_000 }), (epoch) => {
        expect(timeFormat('yyyy-MM-dd', 'UTC')(epoch)).toBe(new Date(epoch).toISOString().slice(0, 10));
      }),
    );
  });
});

describe('timePatternProblem', () => {
  it.each(['yyyy/MM/dd/HH', 'yyyyMMdd', "HH'mm", 'yyyy年MM'.replace('年', '.')])('takes %s', (pattern) => {
    expect(timePatternProblem(pattern)).toBeUndefined();
  });

  it.each(['yyyy-mmm', 'YYYY', 'hh', 'date', '', '/', 'yyyy年'])('refuses %j', (pattern) => {
    expect(timePatternProblem(pattern)).toMatch(/yyyy/);
  });
});

describe('timeZoneProblem', () => {
  it('takes IANA names and refuses others', () => {
    expect(timeZoneProblem('Asia/Shanghai')).toBeUndefined();
    expect(timeZoneProblem('Mars/Olympus')).toContain('Mars/Olympus');
  });
});
