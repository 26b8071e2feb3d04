import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardedDial, type Lookup } from '../../../functions/control-plane/policy/guarded-dial.ts';
import { targetRules } from '../../../functions/control-plane/policy/target-rules.ts';
import { fcSink } from '../../../functions/dispatcher/fc-sink.ts';
import { createSinkWay } from '../../../functions/dispatcher/main.ts';
import { elasticsearchSink } from '../../../functions/elasticsearch-sink/config.ts';
import { maxcomputeSink } from '../../../functions/maxcompute-sink/config.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { parseConnector } from '../../../shared/config/connector-keys.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { RetriableError } from '../../../shared/errors.ts';
import { silentLogger } from '../../../shared/logger.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';
import { recordedLines } from '../../helpers/recorded-lines.ts';
import { batchOfRecords } from '../../helpers/records.ts';

/** Names of this test and where they lead; each look-up takes the next answer. */
const ANSWERS: Record<string, string[][]> = {};
const lookups: string[] = [];
const lookup: Lookup = (hostname, options, answered) => {
  lookups.push(hostname);
  const addresses = ANSWERS[hostname]?.shift() ?? [];
  const [first = ''] = addresses;
  if (options.all === true)
    answered(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  else answered(null, first, 4);
};

let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer((_request, response) => response.end('reached'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

async function ask(listed: readonly string[], host: string): Promise<string> {
  const agent = new Agent({
    connect: guardedDial(targetRules(listed), { logger: silentLogger, lookup })({ timeout: 5_000 }),
  });
  try {
    const { body } = await request(`http://${host}:${port}/`, { dispatcher: agent });
    return await body.text();
  } catch (thrown) {
    return (thrown as Error).message;
  } finally {
    await agent.destroy();
  }
}

describe('connections of connectors', () => {
  it('are made where they may lead', async () => {
    ANSWERS['target.test'] = [['127.0.0.1']];
    expect(await ask(['target.test'], 'target.test')).toBe('reached');
    expect(await ask(['127.0.0.1'], '127.0.0.1')).toBe('reached');
    expect(await ask([`localhost:${port}`], '127.0.0.1')).toMatch(/own machine/);
  });

  it('are not made by addresses that a configuration did not name', async () => {
    expect(await ask(['*'], '127.0.0.1')).toMatch(/own machine/);
    expect(await ask(['*'], '169.254.169.254')).toMatch(/never/);
    expect(await ask(['es.test'], 'other.test')).toMatch(/not among the hosts/);
    expect(lookups).not.toContain('other.test');
  });

  it('are not made to a name that leads here, or to one that also leads elsewhere', async () => {
    ANSWERS['rebound.test'] = [['127.0.0.1'], ['203.0.113.1', '169.254.169.254']];
    expect(await ask(['*'], 'rebound.test')).toMatch(/^rebound\.test \(127\.0\.0\.1\) is the worker's own machine/);
    expect(await ask(['*'], 'rebound.test')).toMatch(/^rebound\.test \(169\.254\.169\.254\) is never allowed/);
  });
});

describe('every way to a target', () => {
  const keys = '${env:KEY}';
  const oss = {
    'oss.bucket': 'bucket',
    'oss.region': 'cn-hangzhou',
    'oss.access.key.id': keys,
    'oss.access.key.secret': keys,
  };
  it.each<[SinkDefinition, Record<string, string>]>([
    [ossSink as unknown as SinkDefinition, { ...oss, 'oss.endpoint': 'http://target.test' }],
    [
      elasticsearchSink as unknown as SinkDefinition,
      { 'elasticsearch.hosts': 'http://target.test:9200', 'elasticsearch.index': 'i' },
    ],
    [
      elasticsearchSink as unknown as SinkDefinition,
      { 'elasticsearch.hosts': 'https://target.test:9200', 'elasticsearch.index': 'i' },
    ],
    [
      maxcomputeSink as unknown as SinkDefinition,
      {
        'maxcompute.endpoint': 'http://target.test/api',
        'maxcompute.project': 'p',
        'maxcompute.table': 't',
        'maxcompute.access.id': keys,
        'maxcompute.access.key': keys,
      },
    ],
    [fcSink as unknown as SinkDefinition, { 'invoke.target': 'http', 'invoke.http.url': 'http://target.test/f' }],
    [
      fcSink as unknown as SinkDefinition,
      {
        'fc.endpoint': 'http://target.test',
        'fc.region': 'cn-hangzhou',
        'fc.account.id': '1',
        'fc.function.name': 'f',
        'fc.access.key.id': keys,
        'fc.access.key.secret': keys,
      },
    ],
  ])('is guarded: %$', async (definition, config) => {
    ANSWERS['target.test'] = Array.from({ length: 50 }, () => ['127.0.0.1']);
    ANSWERS['bucket.target.test'] = ANSWERS['target.test'];
    const { lines, logger } = recordedLines();
    const raw = { name: 'c', 'connector.class': definition.connectorClass, topics: 't', ...config };
    const way = await createSinkWay(
      { definition, parsed: parseConnector(definition, raw) },
      {
        secrets: secretResolver({ KEY: 'k' }, () => ''),
        logger: silentLogger,
        dial: guardedDial(targetRules(['*']), { logger, lookup }),
      },
    );
    const { signal } = new AbortController();
    try {
      const before = lookups.length;
      const batch = batchOfRecords([{ offset: 0, value: '{}' }]);
      const failed: unknown = await way.invoker
        .invoke(batch, { signal, admission: signal, timeoutMs: 20_000 })
        .catch((thrown: unknown) => thrown);
      expect(failed).toBeInstanceOf(RetriableError);
      expect(lines).toEqual([
        expect.objectContaining({
          message: 'a connector may not connect there',
          reason: expect.stringMatching(/target\.test \(127\.0\.0\.1\) is the worker's own machine/),
        }),
      ]);
      expect(lookups.length).toBeGreaterThan(before);
    } finally {
      await way.invoker.close();
    }
  });
});
