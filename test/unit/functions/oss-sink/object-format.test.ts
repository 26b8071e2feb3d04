import { describe, expect, it } from 'vitest';
import { contentTypeOf, extensionOf } from '../../../../functions/oss-sink/object-format.ts';

describe('what kind of file an object is', () => {
  it.each([
    ['envelope', 'none', '.json', 'application/json'],
    ['jsonl', 'none', '.jsonl', 'application/x-ndjson'],
    ['csv', 'none', '.csv', 'text/csv; charset=utf-8; header=present'],
    ['raw', 'none', '.bin', 'application/octet-stream'],
    ['envelope', 'gzip', '.json.gz', 'application/gzip'],
    ['csv', 'zstd', '.csv.zst', 'application/zstd'],
  ] as const)('%s, %s: %s, %s', (format, compression, extension, contentType) => {
    expect(extensionOf(format, compression)).toBe(extension);
    expect(contentTypeOf(format, compression, true)).toBe(contentType);
  });

  it('says of a CSV that it has no header', () => {
    expect(contentTypeOf('csv', 'none', false)).toBe('text/csv; charset=utf-8; header=absent');
  });
});
