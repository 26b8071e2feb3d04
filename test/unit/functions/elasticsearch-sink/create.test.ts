import { describe, expect, it } from 'vitest';
import { elasticsearchSink } from '../../../../functions/elasticsearch-sink/config.ts';
import { createElasticsearchWriter } from '../../../../functions/elasticsearch-sink/create.ts';
import { parseConfig } from '../../../../shared/config/parse.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import type { RenderedRequest } from '../../../../shared/rendered-request.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { batchOfRecords } from '../../../helpers/records.ts';

/** What a preview shows of one batch. */
async function previewed(raw: Record<string, unknown>) {
  const { config } = parseConfig(elasticsearchSink.keys, elasticsearchSink.checks, {
    'elasticsearch.hosts': 'https://node:9200/search/',
    'elasticsearch.index': 'orders',
    ...raw,
  });
  const requests: RenderedRequest[] = [];
  const clock = new ManualClock();
  const writer = createElasticsearchWriter(config, {
    clock,
    secrets: {
      resolve() {
        throw new Error('a preview looks up no secrets');
      },
    },
    logger: silentLogger,
    record: (request) => void requests.push(request),
  });
  const batch = batchOfRecords([
    { offset: 4, key: 'a', value: '{"n":1}' },
    { offset: 5, key: 'b', value: null },
  ]);
  const outcome = await writer.write(batch, {
    signal: new AbortController().signal,
    deadlineAt: clock.now() + 60_000,
  });
  return { outcome, requests };
}

describe('createElasticsearchWriter for a preview', () => {
  it('shows the bulk request as it would go out, and no secret', async () => {
    const { outcome, requests } = await previewed({
      'elasticsearch.id.strategy': 'record-key',
      'elasticsearch.api.key': `\${env:KEY}`,
      'elasticsearch.compression': 'gzip',
    });
    expect(outcome).toEqual({ all: 'written', count: 2 });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'POST', headers: { authorization: '[made when it is sent]' } });
    expect(requests[0]?.url).toMatch(/^https:\/\/node:9200\/search\/_bulk\?filter_path=/);
    expect(requests[0]?.body.toString()).toBe(
      '{"index":{"_index":"orders","_id":"a"}}\n{"n":1}\n{"delete":{"_index":"orders","_id":"b"}}\n',
    );
  });

  it.each(['index', 'alias', 'data-stream'])('takes it that %s is there', async (type) => {
    const { requests } = await previewed({ 'elasticsearch.target.type': type, 'elasticsearch.index.create': 'never' });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers['authorization']).toBeUndefined();
  });
});
