import { describe, expect, it } from 'vitest';
import { checkedConnector } from './config-of.ts';

const BY_KEY = { 'elasticsearch.id.strategy': 'record-key' };
const BY_OFFSET = { ...BY_KEY, 'elasticsearch.version': 'offset', 'elasticsearch.version.partitions': 3 };
const DELETE = { 'behavior.on.null.values': 'delete' };
const NULLS = 'behavior.on.null.values';

describe('rules over keys of the sink and of all connectors', () => {
  it.each([
    [BY_OFFSET],
    [{ ...BY_OFFSET, 'max.in.flight.batches': '2' }],
    [{ 'max.in.flight.batches': '8' }],
    [{ ...BY_KEY, topics: 'orders,payments' }],
    [{ topics: 'Orders', 'elasticsearch.index': '{lower:topic}' }],
    [{ topics: 'Orders', 'elasticsearch.index': '{topic}', 'elasticsearch.target.type': 'alias' }],
    [{ topics: undefined, 'topics.regex': 'Orders.*', 'elasticsearch.index': '{topic}' }],
    [{ ...BY_KEY, ...DELETE, 'elasticsearch.version': 'header:v', 'elasticsearch.index': '{topic}-{header:a}' }],
    [{ ...DELETE, 'elasticsearch.id.strategy': 'template', 'elasticsearch.id.template': '{header:a}-{key}' }],
    [{ ...BY_KEY, [NULLS]: 'ignore', 'elasticsearch.routing': '{value:/a}' }],
    [{ ...BY_KEY, 'elasticsearch.pipeline': '{value:/pipeline}' }],
  ])('take %j', (raw) => {
    expect(checkedConnector(raw).problems).toEqual([]);
  });

  it.each([
    [{ ...BY_OFFSET, topics: 'a,b' }, 'elasticsearch.version', 'one topic'],
    [{ ...BY_OFFSET, topics: undefined, 'topics.regex': 'orders' }, 'elasticsearch.version', 'one topic'],
    [
      { topics: 'a,Orders', 'elasticsearch.index': '{topic}' },
      'elasticsearch.index',
      'the topic Orders gives the name Orders',
    ],
    [{ ...BY_KEY, 'max.in.flight.batches': '2' }, 'max.in.flight.batches', 'use 1, or a version'],
    [{ 'overflow.policy': 'flag' }, 'overflow.policy', 'use error-topic'],
    [
      { 'overflow.claim.check.bucket': 'big', 'overflow.claim.check.region': 'cn-hangzhou' },
      'overflow.policy',
      'claim-check',
    ],
    [DELETE, NULLS, 'elasticsearch.id.strategy=offset'],
    [{ ...DELETE, 'elasticsearch.id.strategy': 'server' }, NULLS, 'elasticsearch.id.strategy=server'],
    [{ ...DELETE, ...BY_KEY, 'elasticsearch.target.type': 'data-stream' }, NULLS, 'data stream'],
    [
      { ...DELETE, 'elasticsearch.id.strategy': 'field', 'elasticsearch.id.field': '/id' },
      NULLS,
      'elasticsearch.id.strategy looked up in the value',
    ],
    [
      { ...DELETE, 'elasticsearch.id.strategy': 'template', 'elasticsearch.id.template': '{value:/id}' },
      NULLS,
      'elasticsearch.id.template looked up in the value',
    ],
    [
      { ...BY_KEY, 'elasticsearch.routing': '{value:/a}', 'elasticsearch.index': '{lower:value:/b}' },
      NULLS,
      'elasticsearch.index, elasticsearch.routing looked up',
    ],
    [{ ...BY_KEY, 'elasticsearch.version': 'field:/v' }, NULLS, 'elasticsearch.version looked up'],
  ])('refuse %j', (raw, key, words) => {
    const { problems } = checkedConnector(raw);
    expect(problems).toEqual([{ key, message: expect.stringContaining(words) }]);
  });

  it('say nothing of keys that failed themselves', () => {
    const { problems } = checkedConnector({ ...DELETE, 'elasticsearch.index': '{nonsense}' });
    expect(problems.map(({ key }) => key)).toEqual(['elasticsearch.index']);
  });
});
