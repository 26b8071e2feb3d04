import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fcSink } from '../../../functions/dispatcher/fc-sink.ts';
import { elasticsearchSink } from '../../../functions/elasticsearch-sink/config.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { configPages } from '../../../infra/generate-config-docs.ts';
import { connectorKeys } from '../../../shared/config/connector-keys.ts';
import { workerKeys } from '../../../shared/config/worker-keys.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/config');
const pages = configPages();

it.each([...pages.keys()])('docs/config/%s is what the definitions say; if not: npm run docs', (name) => {
  expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(pages.get(name));
});

it('docs/config holds no other page', () => {
  expect(readdirSync(FOLDER).sort()).toEqual([...pages.keys()].sort());
});

describe('every key has a row', () => {
  it.each([
    ['connector.md', connectorKeys(fcSink)],
    ['worker.md', workerKeys],
    ['oss-sink.md', ossSink.keys],
    ['elasticsearch-sink.md', elasticsearchSink.keys],
  ])('in %s', (name, keys) => {
    const rows = (pages.get(name) ?? '').split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1]).sort()).toEqual(Object.keys(keys).sort());
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(9);
  });
});

it('says where sinks differ, how keys are spelt elsewhere, and what the console calls them', () => {
  const connector = pages.get('connector.md') ?? '';
  expect(connector).toMatch(
    /`batch\.size`<br>env `BATCH_SIZE` \| INT \| oss-sink: `10000`<br>elasticsearch-sink: `1000`<br>maxcompute-sink: `100000`<br>fc-sink: `20` \|/,
  );
  expect(connector).toMatch(/`errors\.policy`<br>also `errors\.tolerance`/);
  expect(connector).toContain('死信队列 Topic');
  expect(pages.get('worker.md')).toContain('env `SPILLWAY_BOOTSTRAP_SERVERS`');
  expect(pages.get('oss-sink.md')).toContain('env `OSS_BUCKET`');
});
