import { describe, expect, it } from 'vitest';
import { elasticsearchSink } from '../../../../functions/elasticsearch-sink/config.ts';
import { ConfigError } from '../../../../shared/errors.ts';
import { deployedSink } from '../../../../shared/kafka/deployed-sink.ts';

const ENV = {
  ELASTICSEARCH_HOSTS: 'http://127.0.0.1:9200',
  ELASTICSEARCH_INDEX: 'orders',
  ELASTICSEARCH_ID_STRATEGY: 'record-key',
};

/** Keys of what is wrong with an environment. */
function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  const writer = { write: () => Promise.reject(new Error('nothing is written')), close: () => Promise.resolve() };
  const readText = () => {
    throw new Error('no file is read');
  };
  try {
    deployedSink(elasticsearchSink, () => writer, { env: { ...ENV, ...env }, readText, random: () => 0 });
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return thrown.problems.map(({ key }) => key);
  }
}

describe('the environment of a function', () => {
  it('may have rules that read keys of all connectors', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ ELASTICSEARCH_ROUTING: '{value:/a}' })).toEqual(['behavior.on.null.values']);
    expect(problemsOf({ ELASTICSEARCH_ROUTING: '{value:/a}', BEHAVIOR_ON_NULL_VALUES: 'ignore' })).toEqual([]);
  });

  it('has no topics, which other rules read', () => {
    expect(problemsOf({ ELASTICSEARCH_VERSION: 'offset', ELASTICSEARCH_VERSION_PARTITIONS: '3' })).toEqual([]);
    expect(problemsOf({ ELASTICSEARCH_VERSION: 'offset' })).toEqual(['elasticsearch.version.partitions']);
  });
});
