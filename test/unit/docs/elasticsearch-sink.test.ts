import { describe, expect, it } from 'vitest';
import { elasticsearchSink } from '../../../functions/elasticsearch-sink/config.ts';
import { ID_STRATEGIES } from '../../../functions/elasticsearch-sink/document-id.ts';
import { TARGET_TYPES } from '../../../functions/elasticsearch-sink/index-name.ts';
import { METADATA_FIELDS } from '../../../functions/elasticsearch-sink/keys/document-keys.ts';
import { INDEX_CREATIONS, WRITE_MODES } from '../../../functions/elasticsearch-sink/keys/write-keys.ts';
import { templateComplaint } from '../../../functions/elasticsearch-sink/template/template-parts.ts';
import { versionSource } from '../../../functions/elasticsearch-sink/version.ts';
import { page } from './pages.ts';

const text = page('docs/elasticsearch-sink.md');

/** First cells, without marks, of the table whose head begins with `head`. */
function firstCells(head: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|') && line.includes(head)) + 2;
  const rows = lines.slice(start);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((row) => /`([^`]+)`/.exec(row)?.[1] ?? '');
}

describe('docs/elasticsearch-sink.md', () => {
  it.each([
    ['`elasticsearch.id.strategy` |', ID_STRATEGIES],
    ['`elasticsearch.write.mode` |', WRITE_MODES],
    ['`elasticsearch.target.type` |', TARGET_TYPES],
    ['`elasticsearch.index.create` |', INDEX_CREATIONS],
    ['| Value ', elasticsearchSink.nullValues ?? []],
  ])('has a row for each value under %s', (head, values) => {
    expect(firstCells(head).sort()).toEqual([...values].sort());
  });

  it('shows placeholders and versions that are some', () => {
    const placeholders = firstCells('| Placeholder').map((shown) => shown.replace('...', 'topic'));
    expect(placeholders.length).toBeGreaterThan(8);
    for (const shown of placeholders) expect([shown, templateComplaint(shown)]).toEqual([shown, undefined]);
    const versions = firstCells('`elasticsearch.version` |');
    expect(versions).toHaveLength(5);
    for (const shown of versions) expect([shown, versionSource(shown)]).not.toEqual([shown, undefined]);
  });

  it.each(['docs/elasticsearch-sink.md', 'docs/failures.md'])(
    'says in %s how to name documents of a topic that is made again',
    (path) => {
      const [, template = ''] =
        /prefix of your own, such as `([^`]+)`|`elasticsearch\.id\.template=([^`]+)`/
          .exec(page(path))
          ?.filter(Boolean) ?? [];
      expect(template).toContain('{topic}+{partition}+{offset}');
      expect(templateComplaint(template)).toBeUndefined();
    },
  );

  it('says of lost answers and of deletes what the servers do', () => {
    for (const words of ['although it is written', 'count as written, and are not', 'has one (`require_alias`)']) {
      expect(text).toContain(words);
    }
  });

  it('names all metadata, and no key that there is none of', () => {
    for (const field of METADATA_FIELDS) expect(text).toContain(`\`${field}\``);
    const keys = [...text.matchAll(/(?<!\.)elasticsearch(?:\.[a-z]+)+(?=[`=:])/g)].map(([key]) => key);
    expect(keys.length).toBeGreaterThan(30);
    expect(keys.filter((key) => !Object.hasOwn(elasticsearchSink.keys, key))).toEqual([]);
  });
});
