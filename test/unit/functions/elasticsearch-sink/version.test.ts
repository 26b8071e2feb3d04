import { describe, expect, it } from 'vitest';
import { RecordCursor } from '../../../../functions/elasticsearch-sink/template/template-record.ts';
import {
  offsetVersionProblem,
  versionOf,
  versionSource,
  versionType,
} from '../../../../functions/elasticsearch-sink/version.ts';
import { blockOf, type ShortRecord } from '../../../helpers/records.ts';

function version(source: string, record: Omit<ShortRecord, 'offset'> = {}, offset = 7) {
  const parsed = versionSource(source);
  if (parsed === undefined) throw new Error(`${source} is no source`);
  return versionOf(new RecordCursor().at(blockOf([{ offset, ...record }]), 0), parsed);
}

const header = (value: string | null) => ({
  headers: [{ key: 'v', value: value === null ? null : Buffer.from(value) }],
});

describe('versions', () => {
  it('come from where the configuration says', () => {
    expect(version('none')).toBeUndefined();
    expect(version('record-timestamp', { timestamp: 1_700_000_000_123 })).toBe('1700000000123');
    expect(version('offset', {}, 42)).toBe('42');
    expect(version('header:v', header('9223372036854775807'))).toBe('9223372036854775807');
    expect(version('field:/a/v', { value: '{"a":{"v":5}}' })).toBe('5');
  });

  it('keep all digits of a number that JavaScript has no room for', () => {
    expect(version('field:/v', { value: '{"v":1700000000123456789}' })).toBe('1700000000123456789');
    expect(version('field:/v', { value: '{"v":"1700000000123456789"}' })).toBe('1700000000123456789');
  });

  it('lose zeros that JSON does not have', () => {
    expect(version('header:v', header('007'))).toBe('7');
    expect(version('header:v', header('000'))).toBe('0');
  });

  it('come from the last of headers with one name', () => {
    const headers = [
      { key: 'v', value: Buffer.from('1') },
      { key: 'v', value: Buffer.from('2') },
    ];
    expect(version('header:v', { headers })).toBe('2');
  });

  it.each([
    ['record-timestamp', { timestamp: -1 }],
    ['header:v', {}],
    ['header:v', header(null)],
    ['header:v', header('')],
    ['header:v', header('1.5')],
    ['header:v', header('-1')],
    ['header:v', header(' 1')],
    ['header:v', header('9223372036854775808')],
    ['header:v', header('10000000000000000000')],
    ['field:/v', { value: '{"v":1.5}' }],
    ['field:/v', { value: '{"v":-1}' }],
    ['field:/v', { value: '{"v":9223372036854775808}' }],
    ['field:/v', { value: '{"v":true}' }],
    ['field:/v', { value: '{"v":null}' }],
    ['field:/v', { value: '{}' }],
    ['field:/v', { value: null }],
  ])('that are none under %s make the record errant, example %#', (source, record) => {
    expect(() => version(source, record)).toThrow(
      expect.objectContaining({
        code: 'ELASTICSEARCH_BAD_VERSION',
        message: expect.stringContaining(`orders-0 at offset 7: elasticsearch.version=${source}`),
        context: { topic: 'orders', partition: 0, offset: 7 },
      }),
    );
  });

  it('of a field need a value that is JSON', () => {
    expect(() => version('field:/v', { value: '{' })).toThrow(expect.objectContaining({ code: 'VALUE_NOT_JSON' }));
  });

  it('that may repeat let the later record win, and offsets do not repeat', () => {
    expect(versionType({ kind: 'offset' })).toBe('external');
    expect(versionType({ kind: 'record-timestamp' })).toBe('external_gte');
    expect(versionType({ kind: 'header', name: 'v' })).toBe('external_gte');
  });

  it('by offset need the number of partitions that was configured', () => {
    expect(offsetVersionProblem(3, 3)).toBeUndefined();
    expect(offsetVersionProblem(3, 4)).toContain('has 4 partitions, and elasticsearch.version.partitions is 3');
    expect(offsetVersionProblem(3, 2)).toContain('has 2 partitions');
  });
});
