import { describe, expect, it } from 'vitest';
import { METADATA_FIELDS } from '../../../../../functions/elasticsearch-sink/keys/document-keys.ts';
import { documentOf, RECORD_TIME } from './setup.ts';

const ALL = { metadata: METADATA_FIELDS };

describe('metadata', () => {
  it('say of the record what is asked for', () => {
    const value = Buffer.from('{"a":1}');
    const headers = [
      { key: 'trace', value: Buffer.from('é"\n') },
      { key: 'raw', value: Buffer.from([0xff]) },
      { key: 'none', value: null },
    ];
    expect(documentOf({ key: Buffer.from('k"1'), value, headers }, ALL)).toBe(
      `{"a":1,"kafka":{"topic":"orders","partition":3,"offset":42,"timestamp":${RECORD_TIME},"key":"k\\"1","headers":[{"key":"trace","value":"é\\"\\n"},{"key":"raw","value":"/w==","valueEncoding":"base64"},{"key":"none"}]}}`,
    );
    const binary = documentOf({ key: Buffer.from([0xff, 0]), value }, { metadata: ['key'] });
    expect(binary).toBe('{"a":1,"kafka":{"key":"/wA=","keyEncoding":"base64"}}');
    expect(documentOf({ key: Buffer.alloc(0), value }, { metadata: ['key'] })).toBe('{"a":1,"kafka":{"key":""}}');
  });

  it.each([
    [['topic'], '{"topic":"orders"}'],
    [['partition'], '{"partition":3}'],
    [['offset'], '{"offset":42}'],
    [['timestamp'], `{"timestamp":${RECORD_TIME}}`],
    [['key'], '{}'],
    [['headers'], '{"headers":[]}'],
    [['topic', 'key'], '{"topic":"orders"}'],
    [['partition', 'headers'], '{"partition":3,"headers":[]}'],
    [['key', 'offset'], '{"offset":42}'],
  ] as const)('may be %s alone', (metadata, expected) => {
    expect(documentOf('{}', { metadata })).toBe(`{"kafka":${expected}}`);
    expect(documentOf('{"a":1}', { metadata })).toBe(`{"a":1,"kafka":${expected}}`);
  });

  it('take the place of a member of that name, however often and however it is spelt', () => {
    const options = { metadata: ['offset'], metadataField: 'meta' } as const;
    expect(documentOf('{"meta":1,"a":{"meta":2},"\\u006deta":3,"meta":4}', options)).toBe(
      '{"a":{"meta":2},"meta":{"offset":42}}',
    );
    expect(documentOf('[{"meta":1}]', options)).toBe('{"value":[{"meta":1}],"meta":{"offset":42}}');
  });

  it('come before the time', () => {
    expect(documentOf('{}', { metadata: ['offset'], time: { kind: 'record-timestamp' } })).toBe(
      '{"kafka":{"offset":42},"@timestamp":"2026-11-21T10:15:30.007Z"}',
    );
  });
});
