import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { pythonVenv } from '../../../infra/local/foreign/python-venv.ts';
import { type BuiltPrograms, buildPrograms } from '../../helpers/build-programs.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { kafkaForTests } from '../../helpers/kafka.ts';
import { searchServers, useSearch } from '../../helpers/search.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const BAR = '│';
let programs: BuiltPrograms<'demo'>;
beforeAll(async () => {
  programs = await buildPrograms('demo', { demo: 'cli/demo/main.ts' });
});
afterAll(async () => programs.remove());

/** The demo's output, and the rows of its tables by column. */
async function demo(args: readonly string[], env: Readonly<Record<string, string>>) {
  const { bootstrapServers } = await kafkaForTests();
  // It writes below its working directory.
  const cwd = await temporaryFolder();
  const { stdout } = await promisify(execFile)(process.execPath, [programs.paths.demo, ...args], {
    cwd,
    env: { ...process.env, SPILLWAY_BOOTSTRAP_SERVERS: bootstrapServers, ...env },
  });
  const lines = stdout
    .split('\n')
    .filter((line) => line.includes(BAR))
    .map((line) => line.split(BAR).map((cell) => cell.trim()));
  const tables: Readonly<Record<string, string | undefined>>[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    tables.push(Object.fromEntries((lines[at] ?? []).map((name, i) => [name, lines[at + 1]?.[i]])));
  }
  return { stdout, tables, table: tables[0] };
}

describe('npm run demo', () => {
  it('writes objects, and its sums add up', async () => {
    const { stdout, table } = await demo([], {});
    expect(stdout).toContain('Every record is accounted for.');
    expect(table).toMatchObject({ 'in the topic': '3004', written: '3002', 'in the error topic': '2', lag: '0' });
  });

  it('refuses a target that it does not know', async () => {
    await expect(demo(['s3'], {})).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('oss, elasticsearch, maxcompute, fc'),
    });
  });
});

describeForeign('npm run demo -- maxcompute', await pythonVenv(), () => {
  it('writes rows that pyodps reads back as they were sent, by the days of Asia/Shanghai', async () => {
    const { stdout, table } = await demo(['maxcompute'], {});
    expect(stdout).toContain('Every record is accounted for.');
    expect(table).toMatchObject({ written: '3002', 'in the error topic': '2', lag: '0', 'rows (pyodps)': '3002' });
    expect(stdout).toMatch(/pt=\d\d-\d\d-\d{4}: 1500 rows, pt=\d\d-\d\d-\d{4}: 1502 rows/);
  });
});

describe.each(searchServers)('npm run demo -- elasticsearch, on %s', (server) => {
  const search = useSearch(server);

  it('writes documents that the server counts, and gives its reasons for those it refuses', async () => {
    const { stdout, table } = await demo(['elasticsearch'], { SPILLWAY_SEARCH_HOSTS: search.url });
    const index = /demo-orders-\w+/.exec(stdout)?.[0] ?? '';
    onTestFinished(async () => void (await search.request('DELETE', `/${index}`)));
    expect(stdout).toContain('Every record is accounted for.');
    expect(table).toMatchObject({
      written: '10000',
      dropped: '1',
      'in the error topic': '7',
      'documents (_count)': '10000',
    });
    expect(await search.count(index)).toBe(10_000);
    expect(stdout).toMatch(/5 × ELASTICSEARCH_DOCUMENT_REFUSED: .*lines\.pieces/);
  });
});

describe.each(searchServers.slice(0, 1))('npm run demo -- fc, with documents in %s', (server) => {
  const search = useSearch(server);

  it('writes by built functions what was sent, and bisects what a user’s function throws at', async () => {
    const { stdout, tables } = await demo(['fc'], { SPILLWAY_SEARCH_HOSTS: search.url });
    const index = /demo-orders-\w+-2/.exec(stdout)?.[0] ?? '';
    onTestFinished(async () => void (await search.request('DELETE', `/${index}`)));
    expect(stdout.match(/Every record is accounted for\./g)).toHaveLength(3);
    const [objects, documents, own] = tables;
    expect(objects).toMatchObject({ written: '3002', 'in the error topic': '2', lag: '0' });
    expect(stdout).toContain('3002 records in all objects are what was sent.');
    expect(documents).toMatchObject({ written: '3001', dropped: '1', 'in the error topic': '7', documents: '3001' });
    expect(stdout).toContain('3001 documents are what was sent.');
    expect(own).toMatchObject({ written: '602', 'in the error topic': '3', lag: '0' });
    expect(stdout).toMatch(/1 × FUNCTION_FAILED: .*order order-poison: -3 pieces of 砚台 cannot be delivered/);
    expect(stdout).toContain('602 records of');
  });
});
