/** Requests as they are cut, sent and split, against real servers and proxies that get in the way. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { batchOfRecords } from '../../helpers/records.ts';
import { searchServers, useSearch } from '../../helpers/search.ts';
import { brief, outcomesOf, type Settings, soon, writerOf } from './elasticsearch-setup.ts';

interface Seen {
  readonly path: string;
  readonly bytes: number;
  readonly headers: IncomingMessage['headers'];
}

/** A proxy in front of the server, below `/search`; `refuse` answers a status in place of the server. */
async function proxy(target: string, refuse: (seen: Seen) => number | undefined = () => undefined) {
  const seen: Seen[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks);
      const path = (request.url ?? '').replace(/^\/search/, '');
      const one = { path, bytes: body.length, headers: request.headers };
      seen.push(one);
      const status = refuse(one);
      if (status !== undefined) return response.writeHead(status).end();
      const { 'content-length': _, 'transfer-encoding': __, connection: ___, host: ____, ...headers } = request.headers;
      const answer = await fetch(`${target}${path}`, {
        method: request.method ?? 'GET',
        headers: headers as Record<string, string>,
        ...(body.length === 0 ? {} : { body }),
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/search`, seen };
}

const bulks = (seen: readonly Seen[]) => seen.filter(({ path }) => path.startsWith('/_bulk'));
const manyRecords = (count: number, bytes = 1_000) =>
  batchOfRecords(
    Array.from({ length: count }, (_, offset) => ({
      offset,
      value: JSON.stringify({ n: offset, t: 'x'.repeat(bytes) }),
    })),
  );

describe.each(searchServers)('requests of the Elasticsearch sink on %s', (server) => {
  const search = useSearch(server);

  const writerTo = (index: string, settings: Settings) =>
    writerOf({ ...search.settings, 'elasticsearch.index': index, ...settings });

  it('are cut by records and by bytes, several under way at one time, below the path of a proxy', async () => {
    const index = search.index('orders');
    const { url, seen } = await proxy(search.url);
    const { writer } = writerTo(index, { 'elasticsearch.hosts': url, 'elasticsearch.bulk.size': '30' });
    expect(new Set(brief(await outcomesOf(writer, manyRecords(100))))).toEqual(new Set(['written']));
    expect(bulks(seen)).toHaveLength(4);
    const other = writerTo(index, { 'elasticsearch.hosts': url, 'elasticsearch.bulk.bytes': '20000' });
    await outcomesOf(other.writer, manyRecords(100));
    for (const { bytes } of bulks(seen).slice(4)) expect(bytes).toBeLessThan(20_001);
    expect(bulks(seen).length).toBeGreaterThan(8);
    expect(await search.count(index)).toBe(100);
  });

  it('travel as gzip where that is asked for', async () => {
    const index = search.index('orders');
    const { url, seen } = await proxy(search.url);
    const { writer } = writerTo(index, { 'elasticsearch.hosts': url, 'elasticsearch.compression': 'gzip' });
    expect(new Set(brief(await outcomesOf(writer, manyRecords(50))))).toEqual(new Set(['written']));
    expect(bulks(seen)[0]?.headers['content-encoding']).toBe('gzip');
    expect(bulks(seen)[0]?.bytes).toBeLessThan(10_000);
    expect(await search.count(index)).toBe(50);
  });

  it('are split where they are too large for a proxy (413), and no larger afterwards', async () => {
    const index = search.index('orders');
    const { url, seen } = await proxy(search.url, ({ bytes }) => (bytes > 16_000 ? 413 : undefined));
    const { writer, counts } = writerTo(index, { 'elasticsearch.hosts': url });
    const batch = batchOfRecords(
      [0, 1, 2].flatMap((hundred) => [
        { offset: hundred * 100, value: '{"t":"small"}' },
        { offset: hundred * 100 + 1, value: JSON.stringify({ t: 'x'.repeat(hundred === 1 ? 20_000 : 8_000) }) },
      ]),
    );
    expect(brief(await outcomesOf(writer, batch))).toEqual([
      'written',
      'written',
      'written',
      'errant ELASTICSEARCH_REQUEST_TOO_LARGE',
      'written',
      'written',
    ]);
    expect(counts['split-requests']).toBeGreaterThan(0);
    expect(await search.count(index)).toBe(5);
    const refusedBefore = bulks(seen).length;
    await outcomesOf(writer, manyRecords(20));
    for (const { bytes } of bulks(seen).slice(refusedBefore)) expect(bytes).toBeLessThan(16_000);
  });

  it('go to the nodes that are there, and back to one that is there again', async () => {
    const index = search.index('orders');
    let isDown = true;
    const flaky = await proxy(search.url, () => (isDown ? 503 : undefined));
    const { writer } = writerTo(index, {
      'elasticsearch.hosts': `http://127.0.0.1:1,${flaky.url},${search.url}`,
      'elasticsearch.max.in.flight.requests': '1',
      'elasticsearch.bulk.size': '1',
    });
    // Each node may be met once before it is known to be away.
    await outcomesOf(writer, manyRecords(3));
    await outcomesOf(writer, manyRecords(3));
    expect(new Set(brief(await outcomesOf(writer, manyRecords(20))))).toEqual(new Set(['written']));
    expect(bulks(flaky.seen).length).toBeLessThan(3);
    isDown = false;
    const before = bulks(flaky.seen).length;
    await expect
      .poll(
        async () => {
          await outcomesOf(writer, manyRecords(3));
          return bulks(flaky.seen).length;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(before);
    expect(await search.count(index)).toBe(20);
  });

  it('are not begun when the time is over, and end with it', async () => {
    const index = search.index('orders');
    const { writer } = writerTo(index, {});
    await writer.open?.([], soon());
    expect(brief(await outcomesOf(writer, manyRecords(2), soon(0)))).toEqual(Array(2).fill('retry DEADLINE_NEAR'));
    const hanging = createServer(() => undefined);
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      hanging.closeAllConnections();
      hanging.close();
    });
    const { port } = hanging.address() as AddressInfo;
    const stuck = writerTo(index, { 'elasticsearch.hosts': `http://127.0.0.1:${port}` });
    const startedAt = Date.now();
    const [outcome] = brief(await outcomesOf(stuck.writer, manyRecords(2), soon(1_500)));
    expect(outcome).toMatch(/^retry ELASTICSEARCH_TIMEOUT/);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  it('of one document never are under way at one time, whichever batches they come from', async () => {
    const index = search.index('orders');
    const { writer } = writerTo(index, {
      'elasticsearch.id.strategy': 'record-key',
      'elasticsearch.bulk.size': '7',
      'elasticsearch.max.in.flight.requests': '8',
    });
    const records = (from: number) =>
      Array.from({ length: 200 }, (_, i) => ({
        offset: from + i,
        key: `key-${i % 10}`,
        value: JSON.stringify({ n: from + i }),
      }));
    await Promise.all([0, 1].map((partition) => outcomesOf(writer, batchOfRecords(records(0), { partition }))));
    const documents = await search.documents(index);
    expect(documents.map(({ _source }) => (_source as { n: number }).n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, i) => 190 + i),
    );
    expect(documents.reduce((sum, { _version }) => sum + _version, 0)).toBe(400);
  });
});
