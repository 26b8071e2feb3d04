import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysFromCivil } from '../../../../../functions/maxcompute-sink/value/date-time-text.ts';
import { LocalTime } from '../../../../../functions/maxcompute-sink/value/local-time.ts';
import { fromJsons, fromTexts } from './read-values.ts';

const NO_TIME = 'found a text that is no time such as 2026-11-21 10:15:30';
const NO_DATE = 'found a text that is no date such as 2026-11-21';
const FIRST = Date.parse('0000-01-01T00:00:00Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

describe('dates', () => {
  it('are days of the calendar', () => {
    const days = ['0000-01-01', '9999-12-31', '1970-01-01', '1969-12-31', '2000-02-29', '2024-02-29'];
    expect(fromTexts('date', days)).toEqual(days);
    expect(fromJsons('date', ['"2024-02-29"', '20240229'])).toEqual(['2024-02-29', 'found a number, which is no date']);
  });

  it.each([
    '2023-02-29',
    '1900-02-29',
    '2024-13-01',
    '2024-00-01',
    '2024-04-31',
    '2024-1-1',
    '20240101',
    '',
    '2024-01-1x',
  ])('refuse %j', (text) => {
    expect(fromTexts('date', [text])).toEqual([NO_DATE]);
  });

  it('refuse a time beside them', () => {
    const found = 'found a date with a time, and only a day has a place here';
    expect(fromTexts('date', ['2024-01-01 00:00:00'])).toEqual([found]);
  });

  it('count as ECMAScript counts', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(FIRST), max: new Date(LAST), noInvalidDate: true }), (date) => {
        const days = daysFromCivil(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
        expect(days).toBe(Math.floor(date.getTime() / 86_400_000));
      }),
    );
  });
});

describe('points in time', () => {
  it('are meant in the time zone of the configuration, where they name none', () => {
    const texts = ['2024-01-02 03:04:05', '2024-01-02T03:04:05.678', '2024-01-02 03:04', '2024-01-02'];
    expect(fromTexts('datetime', texts)).toEqual([
      '2024-01-01T19:04:05.000Z',
      '2024-01-01T19:04:05.678Z',
      '2024-01-01T19:04:00.000Z',
      '2024-01-01T16:00:00.000Z',
    ]);
    expect(fromTexts('datetime', texts.slice(0, 1), 'UTC')).toEqual(['2024-01-02T03:04:05.000Z']);
  });

  it('are read with the zone that they name', () => {
    const texts = [
      '2024-01-02T03:04:05Z',
      '2024-01-02 03:04:05+01:30',
      '2024-01-02T03:04:05-0800',
      '2024-01-02T03:04:05+09',
    ];
    expect(fromTexts('datetime', texts)).toEqual([
      '2024-01-02T03:04:05.000Z',
      '2024-01-02T01:34:05.000Z',
      '2024-01-02T11:04:05.000Z',
      '2024-01-01T18:04:05.000Z',
    ]);
  });

  it('keep all digits of a second that the type has', () => {
    const texts = ['2024-01-02T03:04:05.678901234Z', '1969-12-31T23:59:59.5Z', '2024-01-02T03:04:05.1000000000Z'];
    expect(fromTexts('timestamp', texts)).toEqual([
      '2024-01-02T03:04:05.678901234Z',
      '1969-12-31T23:59:59.500000000Z',
      '2024-01-02T03:04:05.100000000Z',
    ]);
    expect(fromTexts('datetime', ['2024-01-02T03:04:05.678000Z', '2024-01-02T03:04:05.678001Z'])).toEqual([
      '2024-01-02T03:04:05.678Z',
      'found a time finer than milliseconds',
    ]);
    expect(fromTexts('timestamp', ['2024-01-02T03:04:05.0000000001Z'])).toEqual([NO_TIME]);
  });

  it('lie in the years 0000 to 9999', () => {
    const texts = [
      '0000-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      '0000-01-01T00:00:00+01:00',
      '9999-12-31T23:59:59-01:00',
    ];
    const beyond = 'found a time that is not in the years 0000 to 9999';
    expect(fromTexts('datetime', texts)).toEqual([
      '0000-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
      beyond,
      beyond,
    ]);
  });

  it('are epoch milliseconds as a number of JSON, and only there', () => {
    expect(fromJsons('datetime', ['1704164645678', '-1', '1.5', '253402300800000', 'true'])).toEqual([
      '2024-01-02T03:04:05.678Z',
      '1969-12-31T23:59:59.999Z',
      'found a number that is not whole',
      'found a time that is not in the years 0000 to 9999',
      'found true or false',
    ]);
    expect(fromJsons('timestamp', ['-1', '"1704164645678"'])).toEqual(['1969-12-31T23:59:59.999000000Z', NO_TIME]);
  });

  it.each([
    '2024-01-02 24:00:00',
    '2024-01-02 03:60:00',
    '2024-01-02 03:04:60',
    '2024-01-02 03',
    '2024-01-02 03:04:05.',
    '2024-01-02  03:04:05',
    '2024-01-02 03:04:05 UTC',
    '2024-01-02T03:04:05+19:00',
    '2024-01-02T03:04:05+08:',
    '02/01/2024',
    '',
  ])('refuse %j', (text) => {
    expect(fromTexts('datetime', [text])).toEqual([NO_TIME]);
    expect(fromTexts('timestamp', [text])).toEqual([NO_TIME]);
  });

  it('are what ECMAScript says of the same text', () => {
    const dates = fc.date({ min: new Date(FIRST), max: new Date(LAST), noInvalidDate: true });
    fc.assert(
      fc.property(fc.array(dates, { minLength: 1, maxLength: 10 }), (list) => {
        const texts = list.map((date) => date.toISOString().replace(/^\+00/, ''));
        expect(fromTexts('datetime', texts)).toEqual(texts);
      }),
    );
  });
});

describe('times on a clock', () => {
  it('belong to no zone', () => {
    expect(fromTexts('timestamp_ntz', ['2024-01-02 03:04:05.5', '2024-01-02T03:04:05Z'])).toEqual([
      '2024-01-02T03:04:05.500000000',
      'found a time with a zone, which has no place here',
    ]);
    expect(fromJsons('timestamp_ntz', ['"2024-01-02"', '0'])).toEqual([
      '2024-01-02T00:00:00.000000000',
      'found a number, which is no time on a clock',
    ]);
  });
});

describe('the clock of a place', () => {
  const at = (zone: string, text: string) =>
    new Date(new LocalTime(zone).epochSeconds(Date.parse(`${text}Z`) / 1000) * 1000).toISOString();

  it('shows an hour twice, or not at all', () => {
    expect(at('Europe/Berlin', '2024-10-27T02:30:00')).toBe('2024-10-27T00:30:00.000Z');
    expect(at('Europe/Berlin', '2024-10-27T03:00:00')).toBe('2024-10-27T02:00:00.000Z');
    expect(at('Europe/Berlin', '2024-03-31T02:30:00')).toBe('2024-03-31T01:30:00.000Z');
    expect(at('Europe/Berlin', '2024-03-31T03:00:00')).toBe('2024-03-31T01:00:00.000Z');
    expect(at('Asia/Shanghai', '1800-01-01T00:00:00')).toBe('1799-12-31T15:54:17.000Z');
    expect(at('Asia/Kathmandu', '2024-01-01T00:00:00')).toBe('2023-12-31T18:15:00.000Z');
  });

  it('tells a time that it shows', () => {
    const zones = [
      'Asia/Shanghai',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'UTC',
      'Asia/Kathmandu',
    ];
    const shows = new Map(
      zones.map((timeZone) => [
        timeZone,
        new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
      ]),
    );
    const clocks = new Map(zones.map((zone) => [zone, new LocalTime(zone)]));
    const epoch = fc.integer({ min: -1_500_000_000, max: 4_000_000_000 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), epoch, (zone, seconds) => {
        const shown = shows.get(zone)?.format(seconds * 1000) ?? '';
        const found = clocks.get(zone)?.epochSeconds(Date.parse(`${shown.replace(' ', 'T')}Z`) / 1000) ?? 0;
        expect(shows.get(zone)?.format(found * 1000)).toBe(shown);
      }),
    );
  });
});

describe('lengths of time', () => {
  it('of months are years and months, or months', () => {
    const texts = ['1-6', '-2-0', '0-11', '9999-11', '-17', '1-12', '10000-0', 'x'];
    expect(fromTexts('interval_year_month', texts)).toEqual([
      18,
      -24,
      11,
      119_999,
      -17,
      'found years with 12 months or more beside them',
      'found a text that is no number',
      'found a text that is no number',
    ]);
  });

  it('of days are days and a time, or seconds', () => {
    const texts = ['3 04:05:06.5', '-0 00:00:01.25', '-1.5', '90', '1 24:00:00', '0.0000000001', '1e16'];
    expect(fromTexts('interval_day_time', texts)).toEqual([
      '273906.500000000',
      '-1.250000000',
      '-1.500000000',
      '90.000000000',
      'found days with a time beside them that no clock shows',
      'found a number of seconds finer than nanoseconds',
      'found a number of seconds that is not below 9007199254740991',
    ]);
  });
});
