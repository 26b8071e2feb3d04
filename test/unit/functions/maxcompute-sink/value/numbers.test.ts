import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromJsons, fromTexts } from './read-values.ts';

const NOT_WHOLE = 'found a number that is not whole';
const NO_NUMBER = 'found a text that is no number';

describe('whole numbers', () => {
  it.each([
    ['tinyint', -(2n ** 7n), 2n ** 7n - 1n],
    ['smallint', -(2n ** 15n), 2n ** 15n - 1n],
    ['int', -(2n ** 31n), 2n ** 31n - 1n],
    ['bigint', 1n - 2n ** 63n, 2n ** 63n - 1n],
  ])('%s takes all of its range and nothing beyond', (type, min, max) => {
    const texts = [min, max, 0n, min - 1n, max + 1n].map(String);
    const range = `found a number that is not from ${min} to ${max}`;
    const shown = [min, max, 0n].map((value) => (type === 'bigint' ? String(value) : Number(value)));
    expect(fromTexts(type, texts)).toEqual([...shown, range, range]);
    expect(fromJsons(type, texts)).toEqual([...shown, range, range]);
  });

  it('are read in every spelling that is a whole number', () => {
    const texts = ['-0', '+7', '007', '1.0', '1e3', '12.50E1', '1000e-3', '.0', '9007199254740993.00'];
    const read = ['0', '7', '7', '1', '1000', '125', '1', '0', '9007199254740993'];
    expect(fromTexts('bigint', texts)).toEqual(read);
    expect(fromJsons('bigint', ['1.0', '1e3', '-0', '"12"'])).toEqual(['1', '1000', '0', '12']);
  });

  it.each([
    ['', 'found an empty text, which is no number'],
    ['1.5', NOT_WHOLE],
    ['1e-1', NOT_WHOLE],
    ['1e401', 'found a number with the exponent 401'],
    ['0x10', NO_NUMBER],
    ['1_000', NO_NUMBER],
    [' 1', NO_NUMBER],
    ['-', NO_NUMBER],
    ['.', NO_NUMBER],
    ['e5', NO_NUMBER],
    ['1 2', NO_NUMBER],
    ['１', NO_NUMBER],
    ['9'.repeat(1001), 'found 1001 characters, too many for a number'],
  ])('refuse %j', (text, found) => {
    expect(fromTexts('bigint', [text])).toEqual([found]);
  });

  it.each([
    ['true', 'found true or false'],
    ['{}', 'found a JSON object'],
    ['[1]', 'found a JSON array'],
    ['"a"', NO_NUMBER],
  ])('refuse the JSON %s', (json, found) => {
    expect(fromJsons('bigint', [json])).toEqual([found]);
  });

  it('lose nothing, whatever they are', () => {
    const any = fc.bigInt({ min: 1n - 2n ** 63n, max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 20 }), (list) => {
        const texts = list.map(String);
        expect(fromTexts('bigint', texts)).toEqual(texts);
        expect(fromJsons('bigint', texts)).toEqual(texts);
      }),
    );
  });
});

describe('decimals', () => {
  it('keep their digits', () => {
    const most = `${'9'.repeat(20)}.${'9'.repeat(18)}`;
    const texts = [most, `-${most}`, '0', '0.000000000000000001', '12.30', '100', '1234567890123456789'];
    expect(fromTexts('decimal(38,18)', texts)).toEqual(texts);
    expect(fromJsons('decimal(38,18)', texts)).toEqual(texts);
  });

  it('are written plainly', () => {
    const texts = ['1e2', '-1.5E-1', '+3', '007.10', '-0.0', '.5', '5.', '1.2300', '-0'];
    expect(fromTexts('decimal(5,2)', texts)).toEqual(['100', '-0.15', '3', '7.1', '0', '0.5', '5', '1.23', '0']);
  });

  it.each([
    ['decimal(5,2)', '1234.5', 'found a number with 4 digits before the point, more than 3'],
    ['decimal(5,2)', '1.235', 'found a number with 3 digits behind the point, more than 2'],
    ['decimal(5,2)', '1e-3', 'found a number with 3 digits behind the point, more than 2'],
    ['decimal(2,2)', '1', 'found a number with 1 digits before the point, more than 0'],
    ['decimal(38,0)', '1e39', 'found a number with 40 digits before the point, more than 38'],
    ['decimal(5,2)', 'nan', NO_NUMBER],
  ])('%s refuses %s instead of rounding', (type, text, found) => {
    expect(fromTexts(type, [text])).toEqual([found]);
  });

  it('have at most the digits of their type, however they are spelt', () => {
    const number = fc.tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.integer({ min: -6, max: 6 }));
    fc.assert(
      fc.property(number, ([digits, exponent]) => {
        const [found] = fromTexts('decimal(12,4)', [`${digits}e${exponent}`]);
        const scaled = digits * 10n ** BigInt(exponent + 6);
        const fits = scaled % 100n === 0n && (scaled < 0n ? -scaled : scaled) < 10n ** 14n;
        expect(String(found).startsWith('found')).toBe(!fits);
        if (fits) {
          const [whole = '', fraction = ''] = String(found).split('.');
          expect(BigInt(whole + fraction.padEnd(6, '0'))).toBe(scaled);
        }
      }),
    );
  });
});

describe('floats', () => {
  it('take words for what has no digits', () => {
    const texts = ['nan', 'NaN', 'inf', '-INF', 'Infinity', '+inf', '-infinity'];
    const read = ['NaN', 'NaN', 'Infinity', '-Infinity', 'Infinity', 'Infinity', '-Infinity'];
    expect(fromTexts('double', texts)).toEqual(read);
    expect(fromTexts('float', texts)).toEqual(read);
    expect(fromJsons('double', ['"inf"', '1.5', '"1.5"', '-0'])).toEqual(['Infinity', 1.5, 1.5, -0]);
  });

  it('have a largest one', () => {
    expect(fromTexts('double', ['1.7976931348623157e308', '1e309', '5e-324'])).toEqual([
      Number.MAX_VALUE,
      'found a number too large for the type',
      5e-324,
    ]);
    expect(fromTexts('float', ['3.4028234663852886e38', '3.5e38', '0.1'])).toEqual([
      3.4028234663852886e38,
      'found a number too large for the type',
      Math.fround(0.1),
    ]);
  });

  it.each(['', 'x', '1,5', '.', 'e1', '0x1p3', '--1', 'infinite'])('refuse %j', (text) => {
    expect(fromTexts('double', [text])).toEqual([expect.stringMatching(/^found an? (empty )?text/)]);
  });

  it('are those that JavaScript reads', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = Object.is(value, -0) ? '-0' : String(value);
        expect(fromTexts('double', [text])).toEqual([value]);
      }),
    );
  });
});

describe('booleans', () => {
  it('are true or false in any case, and nothing else', () => {
    const no = 'found something that is neither true nor false';
    expect(fromTexts('boolean', ['true', 'FALSE', 'True', '1', '', 'yes'])).toEqual([true, false, true, no, no, no]);
    expect(fromJsons('boolean', ['true', 'false', '"true"', '1', '{}'])).toEqual([
      true,
      false,
      true,
      no,
      'found a JSON object',
    ]);
  });
});
