import { describe, expect, it } from 'vitest';
import { COMPRESSIONS, contentTypeOf, extensionOf, FORMATS } from '../../../functions/oss-sink/object-format.ts';
import { toMetadata } from '../../../functions/oss-sink/object-mark.ts';
import { page, tableRows } from './pages.ts';

const rows = tableRows(page('docs/oss-sink.md'));
const plain = (cell: string | undefined) => (cell ?? '').replaceAll('`', '');

describe('docs/oss-sink.md', () => {
  it('tells extensions and content types as they are', () => {
    const shown = rows.flatMap(([first, second, extension, type]) => {
      const format = FORMATS.find((name) => name === first);
      const compression = COMPRESSIONS.find((name) => name === plain(second));
      return format === undefined || compression === undefined ? [] : [{ format, compression, extension, type }];
    });
    expect(new Set(shown.map(({ format }) => format))).toEqual(new Set(FORMATS));
    expect(new Set(shown.map(({ compression }) => compression))).toEqual(new Set(COMPRESSIONS));
    for (const { format, compression, extension, type } of shown) {
      expect(plain(extension)).toBe(extensionOf(format, compression));
      expect(plain(type)).toBe(contentTypeOf(format, compression, true));
    }
  });

  it('names the metadata of an object', () => {
    const names = rows.map(([first]) => first).filter((name) => name.startsWith('x-oss-meta-'));
    const mark = toMetadata({ firstOffset: 0, lastOffset: 0, count: 1, bytes: 0 });
    expect(names.sort()).toEqual(
      Object.keys(mark)
        .map((name) => `x-oss-meta-${name}`)
        .sort(),
    );
  });
});
