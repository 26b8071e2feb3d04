/** Rules over keys of the Elasticsearch sink and those of all connectors together. */
import { type ConfigOf, type CrossCheck, crossCheck } from '../../shared/config/definition.ts';
import type { ConfigProblem } from '../../shared/errors.ts';
import type { SharedKeys } from '../../shared/sink.ts';
import { indexNameProblem } from './index-name.ts';
import type { elasticsearchKeys } from './keys/elasticsearch-keys.ts';
import { configuredTemplates } from './template/configured-templates.ts';
import { parseTemplate } from './template/record-template.ts';
import { versionSource } from './version.ts';

type Keys = typeof elasticsearchKeys & SharedKeys;

const NULL_VALUES = 'behavior.on.null.values';

export function elasticsearchConnectorChecks(keys: Keys): readonly CrossCheck<ConfigOf<Keys>>[] {
  return [
    crossCheck(keys, ['topics', 'topics.regex', 'elasticsearch.version'], (config) => {
      if (config['elasticsearch.version'] !== 'offset') return [];
      if (config['topics.regex'] === undefined && config.topics?.length === 1) return [];
      const message =
        'offset is possible for one topic in topics only: offsets of different topics do not compare; use another version, or a connector for each topic';
      return [{ key: 'elasticsearch.version', message }];
    }),
    crossCheck(
      keys,
      ['max.in.flight.batches', 'elasticsearch.id.strategy', 'elasticsearch.version'],
      ({ 'max.in.flight.batches': batches, 'elasticsearch.id.strategy': strategy, ...config }) => {
        const isShared = strategy !== 'offset' && strategy !== 'server';
        if (batches === 1 || !isShared || config['elasticsearch.version'] !== 'none') return [];
        const message = `${batches} batches at once may write records of one document in another order than they came, since elasticsearch.id.strategy=${strategy} and elasticsearch.version=none; use 1, or a version`;
        return [{ key: 'max.in.flight.batches', message }];
      },
    ),
    crossCheck(keys, ['overflow.policy'], (config) => {
      const policy = config['overflow.policy'];
      if (policy === 'error-topic') return [];
      const message = `${policy} sends a record without its value, and a document is written whole or not at all; use error-topic, and raise invoke.max.bytes where the server takes more`;
      return [{ key: 'overflow.policy', message }];
    }),
    crossCheck(keys, ['topics', 'elasticsearch.index', 'elasticsearch.target.type'], (config) => {
      const index = parseTemplate(config['elasticsearch.index'], 'elasticsearch.index');
      if (index.isConstant) return [];
      return (config.topics ?? []).flatMap((topic) => {
        const name = index.ofTopic(topic);
        const complaint = name === undefined ? undefined : indexNameProblem(name, config['elasticsearch.target.type']);
        if (complaint === undefined) return [];
        return [
          { key: 'elasticsearch.index', message: `the topic ${topic} gives the name ${name}, which ${complaint}` },
        ];
      });
    }),
    crossCheck(
      keys,
      [
        NULL_VALUES,
        'elasticsearch.target.type',
        'elasticsearch.version',
        'elasticsearch.index',
        'elasticsearch.id.strategy',
        'elasticsearch.id.field',
        'elasticsearch.id.template',
        'elasticsearch.routing',
        'elasticsearch.pipeline',
        'elasticsearch.time.zone',
      ],
      (config) => (config[NULL_VALUES] === 'delete' ? deleteProblems(config) : []),
    ),
  ];
}

type DeleteKeys = Parameters<typeof configuredTemplates>[0] &
  Pick<ConfigOf<Keys>, 'elasticsearch.target.type' | 'elasticsearch.version'>;

/** Why tombstones cannot delete: they have a key, headers and a time, and nothing else. */
function deleteProblems(config: DeleteKeys): readonly ConfigProblem[] {
  const problem = (message: string) => [{ key: NULL_VALUES, message: `delete ${message}; use ignore or error-topic` }];
  const strategy = config['elasticsearch.id.strategy'];
  if (config['elasticsearch.target.type'] === 'data-stream') {
    return problem('is not possible in a data stream, which takes create only');
  }
  if (strategy === 'offset' || strategy === 'server') {
    return problem(`finds nothing with elasticsearch.id.strategy=${strategy}: no document has the id of a tombstone`);
  }
  const { index, id, routing } = configuredTemplates(config);
  const idKey = strategy === 'template' ? 'elasticsearch.id.template' : 'elasticsearch.id.strategy';
  const needing = [
    ...(id?.needsValue === true ? [idKey] : []),
    ...(index.needsValue ? ['elasticsearch.index'] : []),
    ...(routing?.needsValue === true ? ['elasticsearch.routing'] : []),
    ...(versionSource(config['elasticsearch.version'])?.kind === 'field' ? ['elasticsearch.version'] : []),
  ];
  return needing.length === 0
    ? []
    : problem(`is not possible: ${needing.join(', ')} looked up in the value, and a tombstone has none`);
}
