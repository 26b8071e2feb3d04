import { describe, expect, it } from 'vitest';
import { checkElasticsearch } from '../../../../cli/doctor/check-elasticsearch.ts';
import type { ElasticsearchProbe } from '../../../../functions/elasticsearch-sink/handler.ts';
import { brief } from './facts.ts';

type Found = Extract<ElasticsearchProbe['targets'][number]['found'], { ok: true }>['value'];

const failed = (code: string) => ({ ok: false, code, message: 'it failed; do something' }) as const;
const wanted = { targetType: 'index', create: 'server' } as const;

function probe(extra: Partial<ElasticsearchProbe> = {}): ElasticsearchProbe {
  return {
    server: { ok: true, value: { name: 'Elasticsearch 8.19.2', requestBytes: 1_000 } },
    targets: [{ name: 'orders', found: { ok: true, value: 'index' } }],
    wanted,
    ...extra,
  };
}
const found = (value: Found) => [{ name: 'orders', found: { ok: true, value } as const }];

describe('checkElasticsearch', () => {
  it('is content with a cluster that is as it should be', () => {
    expect(brief(checkElasticsearch(probe(), 1_000))).toEqual(['ok elasticsearch-server', 'ok elasticsearch-target']);
  });

  it('says how large a request may be', () => {
    const [, warned] = checkElasticsearch(probe(), 1_001);
    expect(warned).toMatchObject({ severity: 'warning', code: 'elasticsearch-bulk-bytes' });
    expect(warned?.action).toContain('1000 or less');
  });

  it.each([
    ['ELASTICSEARCH_UNREACHABLE', 'elasticsearch-unreachable'],
    ['ELASTICSEARCH_NOT_TRUSTED', 'elasticsearch-unreachable'],
    ['ELASTICSEARCH_CREDENTIALS_REFUSED', 'elasticsearch-credentials'],
    ['ELASTICSEARCH_NOT_SUPPORTED', 'elasticsearch-server'],
    ['ELASTICSEARCH_ACCESS_DENIED', 'elasticsearch-rights'],
    ['UNCLASSIFIED', 'elasticsearch-refused'],
  ])('%s is one problem, %s', (code, finding) => {
    expect(brief(checkElasticsearch(probe({ server: failed(code), targets: [] }), 1))).toEqual([`problem ${finding}`]);
    const target = [{ name: 'orders', found: failed(code) }];
    expect(brief(checkElasticsearch(probe({ targets: target }), 1)).slice(1)).toEqual([`problem ${finding}`]);
  });

  it.each([
    ['index', 'index', 'server', 'ok elasticsearch-target'],
    ['alias', 'data-stream', 'server', 'ok elasticsearch-target'],
    ['data-stream', 'index', 'server', 'problem elasticsearch-target-differs'],
    ['index', 'alias', 'never', 'problem elasticsearch-target-differs'],
    ['missing', 'index', 'server', 'ok elasticsearch-target'],
    ['missing', 'index', 'sink', 'ok elasticsearch-target'],
    ['missing', 'index', 'never', 'problem elasticsearch-target-missing'],
    ['missing', 'alias', 'server', 'problem elasticsearch-target-missing'],
    ['untemplated', 'data-stream', 'server', 'problem elasticsearch-target-missing'],
    ['unknown', 'index', 'server', 'warning elasticsearch-target'],
  ] as const)('found %s, wanted %s (%s): %s', (value, targetType, create, finding) => {
    const findings = checkElasticsearch(probe({ targets: found(value), wanted: { targetType, create } }), 1);
    expect(brief(findings).slice(1)).toEqual([finding]);
  });
});
