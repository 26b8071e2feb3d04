/** Keys that say which row a record becomes. */
import { defineKey } from '../../../shared/config/define-key.ts';
import { Refusal } from '../../../shared/config/schemas.ts';

const ROWS = { group: 'MaxCompute rows' } as const;

/** As the managed console spells them. */
export const FORMATS = ['TEXT', 'BINARY', 'CSV', 'JSON', 'FLATTEN'] as const;
export type Format = (typeof FORMATS)[number];

/** What of a record is written: key and value, or one of the two. */
export const MODES = ['DEFAULT', 'KEY', 'VALUE'] as const;

const DELIMITER_EXPECTED = 'one ASCII character, or \\t for a tab; no quote, backslash, line break, letter or digit';

/** `\t` is a tab, as in properties files it may be written. */
function readDelimiter(text: string): string | Refusal {
  const character = text === '\\t' ? '\t' : text;
  return /^[\t\x20-\x7e]$/.test(character) && !/["\\\w]/.test(character.replace('_', ''))
    ? character
    : new Refusal(DELIMITER_EXPECTED);
}

export const rowKeys = {
  'maxcompute.format': defineKey.enum(FORMATS, {
    ...ROWS,
    importance: 'HIGH',
    displayName: 'Format',
    consoleName: '格式',
    default: 'TEXT',
    doc: '`TEXT`: key and value as they are, into the columns of these names. `BINARY`: the same into BINARY columns, any bytes. `JSON`: the key or the value, which must be JSON, into a JSON or STRING column. `FLATTEN`: members of a JSON object into the columns of their names. `CSV`: fields of one CSV row into columns by position.',
  }),
  'maxcompute.mode': defineKey.enum(MODES, {
    ...ROWS,
    importance: 'HIGH',
    displayName: 'Mode',
    consoleName: '模式',
    default: 'DEFAULT',
    doc: 'What of a record is written: `DEFAULT` key and value, `KEY` the key only, `VALUE` the value only. `CSV`, `JSON` and `FLATTEN` need one of the last two.',
  }),
  'maxcompute.csv.delimiter': defineKey.parsed(readDelimiter, {
    ...ROWS,
    importance: 'LOW',
    displayName: 'CSV delimiter',
    default: ',',
    expected: DELIMITER_EXPECTED,
    doc: 'With `maxcompute.format=CSV`: what stands between fields; one character, or `\\t` for a tab.',
  }),
  'maxcompute.flatten.unknown': defineKey.enum(['errant', 'ignore'], {
    ...ROWS,
    importance: 'MEDIUM',
    displayName: 'Members without a column',
    default: 'errant',
    doc: 'With `maxcompute.format=FLATTEN`: what becomes of a record with a member that no column is named after. `errant`: it goes to the error topic. `ignore`: it is written without that member.',
  }),
};
