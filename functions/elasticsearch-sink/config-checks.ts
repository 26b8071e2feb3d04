/** Rules over several keys of the Elasticsearch sink: what the server would refuse later is refused here. */
import { type CrossCheck, crossCheck } from '../../shared/config/definition.ts';
import type { ConfigProblem } from '../../shared/errors.ts';
import { dataStreamTime } from './data-stream-time.ts';
import { indexNameProblem } from './index-name.ts';
import { type ElasticsearchConfig, elasticsearchKeys as keys } from './keys/elasticsearch-keys.ts';
import { targetChecks } from './target-checks.ts';
import { parseTemplate } from './template/record-template.ts';
import { sampleOf } from './template/template-sample.ts';

type Key = keyof typeof keys;

function when(wrong: boolean, key: Key, message: string): readonly ConfigProblem[] {
  return wrong ? [{ key, message }] : [];
}

const DATA_STREAM_CREATES = 'a data stream takes documents by create only';

const writeChecks = [
  crossCheck(keys, ['elasticsearch.write.mode', 'elasticsearch.target.type'], (config) =>
    when(
      config['elasticsearch.target.type'] === 'data-stream' && config['elasticsearch.write.mode'] !== 'create',
      'elasticsearch.write.mode',
      `is ${config['elasticsearch.write.mode']}, but ${DATA_STREAM_CREATES}; remove it, or write to an index`,
    ),
  ),
  crossCheck(keys, ['elasticsearch.write.mode', 'elasticsearch.id.strategy'], (config) => {
    const mode = config['elasticsearch.write.mode'];
    const strategy = config['elasticsearch.id.strategy'];
    if (strategy === 'server' && mode !== 'index' && mode !== 'create') {
      return when(true, 'elasticsearch.id.strategy', `server makes new documents only, and ${mode} needs to name one`);
    }
    return when(
      strategy === 'offset' && (mode === 'update' || mode === 'delete'),
      'elasticsearch.id.strategy',
      `offset gives each record an id of its own, so there is never a document to ${mode}; use record-key, field or template`,
    );
  }),
  crossCheck(keys, ['elasticsearch.id.strategy', 'elasticsearch.id.field'], (config) =>
    belongs('elasticsearch.id.field', config['elasticsearch.id.field'], config['elasticsearch.id.strategy'], 'field'),
  ),
  crossCheck(keys, ['elasticsearch.id.strategy', 'elasticsearch.id.template'], (config) => {
    const text = config['elasticsearch.id.template'];
    const key = 'elasticsearch.id.template';
    const wrong = belongs(key, text, config['elasticsearch.id.strategy'], 'template');
    if (text === undefined || wrong.length > 0) return wrong;
    return when(
      parseTemplate(text, key).isConstant,
      key,
      'is the same for all records, which would all be one document',
    );
  }),
  crossCheck(keys, ['elasticsearch.write.mode', 'elasticsearch.pipeline'], (config) => {
    const mode = config['elasticsearch.write.mode'];
    return when(
      config['elasticsearch.pipeline'] !== undefined && mode !== 'index' && mode !== 'create',
      'elasticsearch.pipeline',
      `has no meaning with elasticsearch.write.mode=${mode}: pipelines run for whole documents; remove it, or use index or create`,
    );
  }),
  crossCheck(keys, ['elasticsearch.routing', 'elasticsearch.target.type'], (config) =>
    when(
      config['elasticsearch.routing'] !== undefined && config['elasticsearch.target.type'] === 'data-stream',
      'elasticsearch.routing',
      'is not possible with elasticsearch.target.type=data-stream: a data stream takes no routing; remove it',
    ),
  ),
  crossCheck(keys, ['elasticsearch.index', 'elasticsearch.target.type'], (config) => {
    const complaint = indexNameProblem(sampleOf(config['elasticsearch.index']), config['elasticsearch.target.type']);
    return when(
      complaint !== undefined,
      'elasticsearch.index',
      `every name ${complaint}; expected names such as logs-orders`,
    );
  }),
];

/** A key that belongs to one strategy of ids. */
function belongs(
  key: Key,
  given: string | undefined,
  strategy: ElasticsearchConfig['elasticsearch.id.strategy'],
  its: typeof strategy,
): readonly ConfigProblem[] {
  if (strategy === its) return when(given === undefined, key, `is required with elasticsearch.id.strategy=${its}`);
  return when(
    given !== undefined,
    key,
    `has no meaning with elasticsearch.id.strategy=${strategy}; remove it or use ${its}`,
  );
}

const versionChecks = [
  crossCheck(keys, ['elasticsearch.version', 'elasticsearch.write.mode'], (config) => {
    const mode = config['elasticsearch.write.mode'];
    return when(
      config['elasticsearch.version'] !== 'none' && mode !== 'index' && mode !== 'delete',
      'elasticsearch.version',
      `is not possible with elasticsearch.write.mode=${mode}: the server compares versions for index and delete only; use none`,
    );
  }),
  crossCheck(keys, ['elasticsearch.version', 'elasticsearch.id.strategy'], (config) =>
    when(
      config['elasticsearch.version'] !== 'none' && config['elasticsearch.id.strategy'] === 'server',
      'elasticsearch.version',
      'is not possible with elasticsearch.id.strategy=server: every document is new; use none',
    ),
  ),
  crossCheck(keys, ['elasticsearch.version', 'elasticsearch.version.partitions'], (config) => {
    const given = config['elasticsearch.version.partitions'] !== undefined;
    const message =
      config['elasticsearch.version'] === 'offset'
        ? 'is required with elasticsearch.version=offset: the number of partitions that the topic has and keeps'
        : 'is only for elasticsearch.version=offset; remove it';
    return when((config['elasticsearch.version'] === 'offset') !== given, 'elasticsearch.version.partitions', message);
  }),
  crossCheck(
    keys,
    ['elasticsearch.version', 'elasticsearch.version.partitions', 'elasticsearch.id.strategy'],
    (config) => {
      const strategy = config['elasticsearch.id.strategy'];
      return when(
        config['elasticsearch.version'] === 'offset' &&
          (strategy === 'field' || strategy === 'template') &&
          config['elasticsearch.version.partitions'] !== 1,
        'elasticsearch.version',
        `offset compares inside a partition only, and with elasticsearch.id.strategy=${strategy} records of one id may lie in several; use record-key, or another version`,
      );
    },
  ),
];

const TIME_FIELD = '@timestamp';

/** Fields that we add, where a data stream has its time. */
const timeChecks = [
  crossCheck(keys, ['elasticsearch.target.type', 'elasticsearch.wrap.field'], (config) =>
    when(
      config['elasticsearch.target.type'] === 'data-stream' && config['elasticsearch.wrap.field'] === TIME_FIELD,
      'elasticsearch.wrap.field',
      `is ${TIME_FIELD}, the time of a document in a data stream; use another name`,
    ),
  ),
  crossCheck(
    keys,
    ['elasticsearch.target.type', 'elasticsearch.include.metadata', 'elasticsearch.metadata.field'],
    (config) =>
      when(
        config['elasticsearch.target.type'] === 'data-stream' &&
          config['elasticsearch.include.metadata'] !== undefined &&
          config['elasticsearch.metadata.field'] === TIME_FIELD,
        'elasticsearch.metadata.field',
        `is ${TIME_FIELD}, the time of a document in a data stream; use another name`,
      ),
  ),
];

const documentChecks = [
  crossCheck(keys, ['elasticsearch.target.type', 'elasticsearch.data.stream.timestamp'], (config) =>
    when(
      config['elasticsearch.data.stream.timestamp'] !== undefined &&
        config['elasticsearch.target.type'] !== 'data-stream',
      'elasticsearch.data.stream.timestamp',
      `has no meaning with elasticsearch.target.type=${config['elasticsearch.target.type']}; remove it or use data-stream`,
    ),
  ),
  crossCheck(keys, ['elasticsearch.data.stream.timestamp', 'elasticsearch.drop.fields'], (config) => {
    const time = dataStreamTime(config['elasticsearch.data.stream.timestamp'] ?? '');
    const own = '/@timestamp';
    return when(
      time?.kind === 'field' &&
        time.pointer.text === own &&
        config['elasticsearch.drop.fields']?.includes(own) === true,
      'elasticsearch.drop.fields',
      `drops ${own}, which elasticsearch.data.stream.timestamp wants to keep; remove one of the two`,
    );
  }),
  crossCheck(
    keys,
    ['elasticsearch.include.metadata', 'elasticsearch.metadata.field', 'elasticsearch.wrap.field'],
    (config) => {
      const field = config['elasticsearch.metadata.field'];
      if (config['elasticsearch.include.metadata'] !== undefined) {
        const message = 'is also elasticsearch.wrap.field; give them different names';
        return when(field === config['elasticsearch.wrap.field'], 'elasticsearch.metadata.field', message);
      }
      return when(
        field !== keys['elasticsearch.metadata.field'].default,
        'elasticsearch.metadata.field',
        'has no meaning without elasticsearch.include.metadata; give that too, or remove it',
      );
    },
  ),
  crossCheck(
    keys,
    ['elasticsearch.write.mode', 'elasticsearch.include.metadata', 'elasticsearch.drop.fields'],
    (config) =>
      (['elasticsearch.include.metadata', 'elasticsearch.drop.fields'] as const).flatMap((key) =>
        when(
          config['elasticsearch.write.mode'] === 'delete' && config[key] !== undefined,
          key,
          'has no meaning with elasticsearch.write.mode=delete, which writes no documents; remove it',
        ),
      ),
  ),
];

export const elasticsearchChecks: readonly CrossCheck<ElasticsearchConfig>[] = [
  ...targetChecks,
  ...writeChecks,
  ...versionChecks,
  ...timeChecks,
  ...documentChecks,
];
