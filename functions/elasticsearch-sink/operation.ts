/** What is asked of the server for a record: the action line of a bulk request, before it is written. Pure. */
import { RecordError } from '../../shared/errors.ts';
import { isTombstone } from '../../shared/null-values.ts';
import { offsetAt, type RecordBlock } from '../../shared/records.ts';
import { type IdStrategy, idProblem } from './document-id.ts';
import { indexNameProblem } from './index-name.ts';
import type { ElasticsearchConfig } from './keys/elasticsearch-keys.ts';
import type { WriteMode } from './keys/write-keys.ts';
import { ownId } from './own-id.ts';
import { type ConfiguredTemplates, configuredTemplates } from './template/configured-templates.ts';
import { RecordCursor, recordError, type TemplateRecord } from './template/template-record.ts';
import { type VersionSource, type VersionType, versionOf, versionSource, versionType } from './version.ts';

export type BulkAction = 'index' | 'create' | 'update' | 'delete';

/** What follows the action line. `none`: no line. `plain`: the document. `update`: it as partial document. `upsert`: the same with
 *  `doc_as_upsert`. */
export type DocumentForm = 'none' | 'plain' | 'update' | 'upsert';

export interface Operation {
  readonly action: BulkAction;
  readonly index: string;
  /** At most 512 bytes; `undefined`: the server makes one, or it is left out (`uniformOperation`). */
  readonly id: string | undefined;
  /** The id is topic, partition and offset: no other record has it. */
  readonly ownId: boolean;
  readonly routing?: string | undefined;
  readonly pipeline?: string | undefined;
  /** Decimal digits, 0 to 2^63-1; given together with `versionType`. */
  readonly version?: string | undefined;
  readonly versionType?: VersionType | undefined;
  readonly document: DocumentForm;
  /** `index` must be an alias: none is created where it is missing. The server has it for all but `delete`, where `DeleteRequest.isRequireAlias`
   *  is false in every version whatever the line says. */
  readonly requireAlias?: boolean | undefined;
}

/** A record that nothing is sent for. */
export type Skipped = { readonly status: 'dropped' } | { readonly status: 'errant'; readonly error: RecordError };

export type OperationPlanner = (block: RecordBlock, index: number) => Operation | Skipped;

export function isSkipped(planned: Operation | Skipped): planned is Skipped {
  return 'status' in planned;
}

/** Names remembered as valid; templates may give any number. */
const MAX_VALID_NAMES = 1_000;

const ACTIONS: Readonly<Record<WriteMode, BulkAction>> = {
  index: 'index',
  create: 'create',
  upsert: 'update',
  update: 'update',
  delete: 'delete',
};
const DOCUMENTS: Readonly<Record<WriteMode, DocumentForm>> = {
  index: 'plain',
  create: 'plain',
  upsert: 'upsert',
  update: 'update',
  delete: 'none',
};

/** Plans the records of a configuration that passed its checks. A tombstone deletes the document of its id. What the server would refuse, or
 *  refuse a whole request for, is errant here: ids, names and versions. Keeps nothing of a record. */
export function operationPlanner(config: ElasticsearchConfig): OperationPlanner {
  const planning = new Planning(config);
  const cursor = new RecordCursor();
  return (block, index) => {
    try {
      return planning.plan(cursor.at(block, index));
    } catch (thrown) {
      if (thrown instanceof RecordError) return { status: 'errant', error: thrown };
      throw thrown;
    }
  };
}

/** The one operation of all records, where only their own ids differ: what needs no look at a record, and no object for each. Its `id` is left out;
 *  `ownId` makes it. `undefined` for a configuration that has versions, other ids, or templates that look at records. Not for tombstones,
 *  which the planner refuses. */
export function uniformOperation(config: ElasticsearchConfig): Operation | undefined {
  const { index, routing, pipeline } = configuredTemplates(config);
  const areConstant = [index, routing, pipeline].every((template) => template?.isConstant !== false);
  const areOwn = config['elasticsearch.id.strategy'] === 'offset' && config['elasticsearch.version'] === 'none';
  if (!areConstant || !areOwn) return undefined;
  const mode = config['elasticsearch.write.mode'];
  return {
    action: ACTIONS[mode],
    index: index.ofTopic('') ?? '',
    id: undefined,
    ownId: true,
    routing: routing?.ofTopic(''),
    pipeline: pipeline?.ofTopic(''),
    document: DOCUMENTS[mode],
    requireAlias: config['elasticsearch.target.type'] === 'alias',
  };
}

class Planning {
  readonly #templates: ConfiguredTemplates;
  readonly #strategy: IdStrategy;
  readonly #version: VersionSource;
  readonly #versionType: VersionType;
  readonly #mode: WriteMode;
  readonly #targetType: ElasticsearchConfig['elasticsearch.target.type'];
  /** Names that were found valid: most records go where the last ones went. */
  readonly #validNames = new Set<string>();

  constructor(config: ElasticsearchConfig) {
    const version = versionSource(config['elasticsearch.version']) ?? { kind: 'none' };
    this.#templates = configuredTemplates(config);
    this.#strategy = config['elasticsearch.id.strategy'];
    this.#version = version;
    this.#versionType = versionType(version);
    this.#mode = config['elasticsearch.write.mode'];
    this.#targetType = config['elasticsearch.target.type'];
  }

  plan(record: TemplateRecord): Operation {
    const mode = this.#modeFor(record);
    const { routing, pipeline } = this.#templates;
    const index = this.#indexName(record);
    const id = this.#id(record);
    const version = versionOf(record, this.#version);
    const action = ACTIONS[mode];
    return {
      action,
      index,
      id,
      ownId: this.#strategy === 'offset',
      routing: routing?.render(record),
      pipeline: action === 'delete' ? undefined : pipeline?.render(record),
      version,
      versionType: version === undefined ? undefined : this.#versionType,
      document: DOCUMENTS[mode],
      requireAlias: this.#targetType === 'alias' && action !== 'delete',
    };
  }

  /** A tombstone deletes. A value that is not here (overflow) is no tombstone: whoever writes the document misses it. */
  #modeFor(record: TemplateRecord): WriteMode {
    if (this.#mode === 'delete' || !isTombstone(record.block, record.index)) return this.#mode;
    if (this.#strategy !== 'offset' && this.#strategy !== 'server' && this.#targetType !== 'data-stream')
      return 'delete';
    throw recordError('NULL_VALUE', 'the value is null, and no document has the id of this tombstone', record);
  }

  #indexName(record: TemplateRecord): string {
    const name = this.#templates.index.render(record);
    if (this.#validNames.has(name)) return name;
    const problem = indexNameProblem(name, this.#targetType);
    if (problem !== undefined) {
      const message = `the index name that elasticsearch.index gives ${problem}`;
      throw recordError('ELASTICSEARCH_BAD_INDEX_NAME', message, record);
    }
    if (this.#validNames.size >= MAX_VALID_NAMES) this.#validNames.clear();
    this.#validNames.add(name);
    return name;
  }

  #id(record: TemplateRecord): string | undefined {
    const { block, index } = record;
    if (this.#strategy === 'offset') return ownId(block, offsetAt(block, index));
    const id = this.#templates.id?.render(record);
    const problem = id === undefined ? undefined : idProblem(id);
    if (problem === undefined) return id;
    const message = `the id that elasticsearch.id.strategy=${this.#strategy} gives ${problem}`;
    throw recordError('ELASTICSEARCH_BAD_ID', message, record);
  }
}
