/** The templates of a configuration. */
import { jsonPointer } from '../../../shared/json-pointer.ts';
import type { ElasticsearchConfig } from '../keys/elasticsearch-keys.ts';
import { parseTemplate, type RecordTemplate, templateOf } from './record-template.ts';

/** Keys that name or make a template. */
type TemplateKeys = Pick<
  ElasticsearchConfig,
  | 'elasticsearch.index'
  | 'elasticsearch.id.strategy'
  | 'elasticsearch.id.field'
  | 'elasticsearch.id.template'
  | 'elasticsearch.routing'
  | 'elasticsearch.pipeline'
  | 'elasticsearch.time.zone'
>;

export interface ConfiguredTemplates {
  readonly index: RecordTemplate;
  /** `undefined` for the ids that are ours (`offset`) or the server's. */
  readonly id: RecordTemplate | undefined;
  readonly routing: RecordTemplate | undefined;
  readonly pipeline: RecordTemplate | undefined;
}

/** Templates of keys that parsed one by one. */
export function configuredTemplates(config: TemplateKeys): ConfiguredTemplates {
  const zone = config['elasticsearch.time.zone'];
  const optional = (key: 'elasticsearch.id.template' | 'elasticsearch.routing' | 'elasticsearch.pipeline') => {
    const text = config[key];
    return text === undefined ? undefined : parseTemplate(text, key, zone);
  };
  return {
    index: parseTemplate(config['elasticsearch.index'], 'elasticsearch.index', zone),
    id: idTemplate(config, optional('elasticsearch.id.template')),
    routing: optional('elasticsearch.routing'),
    pipeline: optional('elasticsearch.pipeline'),
  };
}

function idTemplate(config: TemplateKeys, given: RecordTemplate | undefined): RecordTemplate | undefined {
  const strategy = config['elasticsearch.id.strategy'];
  const label = `elasticsearch.id.strategy=${strategy}`;
  switch (strategy) {
    case 'offset':
    case 'server':
      return undefined;
    case 'record-key':
      return templateOf([{ kind: 'key' }], label);
    case 'field': {
      const pointer = jsonPointer(config['elasticsearch.id.field'] ?? '');
      // Without its key, which a check asks for, it gives no id, and never the server's.
      return templateOf(pointer === undefined ? [] : [{ kind: 'value', pointer }], label);
    }
    case 'template':
      return given ?? templateOf([], label);
    default:
      return strategy satisfies never;
  }
}
