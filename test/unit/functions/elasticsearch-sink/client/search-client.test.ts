import { BaseConnection, type ConnectionRequestParams, errors } from '@elastic/elasticsearch';
import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../../../../../functions/elasticsearch-sink/client/exchange.ts';
import { ElasticSearchClient } from '../../../../../functions/elasticsearch-sink/client/search-client.ts';
import { FatalError } from '../../../../../shared/errors.ts';

interface Call extends ConnectionRequestParams {
  readonly host: string;
  readonly timeout: number | undefined;
}

/** What a node does with a request: a status and a body, or a failure of the network. */
type Node = (
  call: Call,
) => { readonly status: number; readonly body?: string; readonly type?: string } | string | Error;

function setUp(nodes: Readonly<Record<string, Node>>, options: { compression?: boolean; sent?: boolean } = {}) {
  const calls: Call[] = [];
  class ScriptedConnection extends BaseConnection {
    override async request(
      params: ConnectionRequestParams,
      { context, timeout }: { context: unknown; timeout?: number },
    ): Promise<never> {
      const exchange = exchangeOf(context);
      const call = { ...params, host: this.url.host, timeout };
      calls.push(call);
      const done = nodes[this.url.host]?.(call) ?? 'ECONNREFUSED';
      if (typeof done === 'string' || done instanceof Error) {
        if (exchange !== undefined) {
          const code = typeof done === 'string' ? done : '';
          const wasSent = options.sent === true;
          exchange.failure = { kind: 'network', code, cause: done, wasSent, node: this.url.origin };
        }
        throw new errors.ConnectionError('no way');
      }
      const { status, body = '{}', type = 'application/json' } = done;
      if (exchange !== undefined) {
        exchange.handedOver = true;
        exchange.answer = { status, headers: {} };
      }
      return { statusCode: status, headers: { 'content-type': type }, body } as never;
    }
  }
  const client = new ElasticSearchClient({
    hosts: Object.keys(nodes).map((host) => new URL(`http://${host}`)),
    connection: ScriptedConnection as typeof BaseConnection,
    authorization: () => 'Basic abc',
    compression: options.compression === true,
  });
  const bulk = (body = Buffer.from('{}\n')) =>
    client.request({
      method: 'POST',
      path: '/_bulk',
      query: { filter_path: 'errors,items' },
      body,
      contentType: 'application/x-ndjson',
      signal: new AbortController().signal,
      timeoutMs: 4_321,
    });
  return { client, calls, bulk };
}

const fine: Node = () => ({ status: 200, body: '{"errors":false,"items":[]}' });

describe('ElasticSearchClient', () => {
  it('hands a body on as it is, the same bytes in the same memory', async () => {
    const { bulk, calls } = setUp({ a: fine });
    const body = Buffer.from('{"index":{}}\n{"n":1.0}\n');
    expect(await bulk(body)).toMatchObject({ status: 200, body: { errors: false, items: [] }, bodyIsFree: true });
    expect(calls[0]?.body).toBe(body);
  });

  it('speaks to every server: plain media types, no product, the time that is left', async () => {
    const { bulk, calls } = setUp({ a: fine });
    await bulk();
    expect(calls[0]).toMatchObject({
      method: 'POST',
      path: '/_bulk',
      querystring: 'filter_path=errors%2Citems',
      timeout: 4_321,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-ndjson',
        authorization: 'Basic abc',
        'content-length': '3',
      },
    });
    expect(JSON.stringify(calls[0]?.headers)).not.toContain('compatible-with');
  });

  it('compresses where that is asked for', async () => {
    const { bulk, calls } = setUp({ a: fine }, { compression: true });
    await bulk(Buffer.alloc(10_000, 'x'));
    expect(calls[0]?.headers?.['content-encoding']).toBe('gzip');
    expect(Number(calls[0]?.headers?.['content-length'])).toBeLessThan(200);
  });

  it.each([
    [
      429,
      '{"error":{"type":"es_rejected_execution_exception"}}',
      { error: { type: 'es_rejected_execution_exception' } },
    ],
    [413, '', ''],
    [200, '{"broken', '{"broken'],
    [503, 'OpenSearch Security not initialized.', 'OpenSearch Security not initialized.'],
  ])('answers status %d and what it says, and sends nothing again', async (status, body, read) => {
    const type = body.startsWith('{') ? 'application/json' : 'text/plain';
    const { bulk, calls } = setUp({ a: () => ({ status, body, type }) });
    expect(await bulk()).toMatchObject({ kind: 'reply', status, body: read });
    expect(calls).toHaveLength(1);
  });

  it('asks the next node where one surely did nothing, and no other twice', async () => {
    const { bulk, calls } = setUp({ a: () => 'ECONNREFUSED', b: () => 'ENOTFOUND', c: fine });
    for (let time = 0; time < 5; time++) expect(await bulk()).toMatchObject({ status: 200 });
    expect(calls.map(({ host }) => host).sort()).toEqual(['a', 'b', 'c', 'c', 'c', 'c', 'c']);
  });

  it('answers what the last node said when none is there', async () => {
    const { bulk, calls } = setUp({ a: () => 'ECONNREFUSED', b: () => 'ECONNREFUSED' });
    expect(await bulk()).toMatchObject({ kind: 'network', code: 'ECONNREFUSED', wasSent: false });
    expect(calls).toHaveLength(2);
  });

  it('sends nothing again that a node may have carried out', async () => {
    const { bulk, calls } = setUp({ a: () => 'ECONNRESET', b: () => 'ECONNRESET' }, { sent: true });
    expect(await bulk()).toMatchObject({ kind: 'network', code: 'ECONNRESET', wasSent: true });
    expect(calls).toHaveLength(1);
  });

  it('throws what kept it from asking, such as a certificate that cannot be read', async () => {
    const missing = new FatalError('ELASTICSEARCH_CERTIFICATES_MISSING', 'no file');
    await expect(setUp({ a: () => missing }).bulk()).rejects.toBe(missing);
  });

  it('sends nothing that was given up before', async () => {
    const { client, calls } = setUp({ a: fine });
    const signal = AbortSignal.abort();
    expect(await client.request({ method: 'GET', path: '/', signal, timeoutMs: 1 })).toMatchObject({
      kind: 'network',
      code: 'ABORTED',
    });
    expect(calls).toHaveLength(0);
  });
});
