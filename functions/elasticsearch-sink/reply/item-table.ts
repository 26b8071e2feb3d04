/** What an item of an answer means for its record: by status, with exceptions by error type. Proved against `test/fixtures/replies/search/`,
 *  shown in `docs/elasticsearch-replies.md`. */
import {
  ACCESS_DENIED,
  type Decision,
  type DecisionRow,
  INDEX_MISSING,
  NODE_LOST,
  SERVER,
  type Types,
} from './decisions.ts';

/** What status and type do not tell. A key of `CONDITIONS` in `classify.ts`. */
export type Condition =
  | 'create, the id is our own'
  | 'create'
  | 'versioned'
  | 'update'
  | 'delete'
  | 'failure_store is used';

export interface ItemRow extends DecisionRow<Exclude<Decision, 'split' | 'split-or-wait' | 'timeout'>> {
  readonly statuses: readonly number[];
  readonly types: Types;
  readonly when?: Condition;
  /** Only where a type says too little: how the reason begins, one of these. One that begins otherwise, now or later, falls to a later row. */
  readonly says?: readonly string[];
}

const BULK_API = 'https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk';
const REFUSED = 'the server does not take this document; correct it, or the mapping of the index';

/** Shards that are opened, moved or closed while they have an operation. An index that is gone has a type of its own. */
const SHARD_LOST: readonly string[] = [
  'shard_not_found_exception',
  'index_shard_closed_exception',
  'illegal_index_shard_state_exception',
  'index_shard_not_started_exception',
  'index_shard_recovering_exception',
  'engine_closed_exception',
];

export const ITEM_TABLE: readonly ItemRow[] = [
  {
    statuses: [200, 201],
    types: 'none',
    when: 'failure_store is used',
    decision: 'errant',
    code: 'ELASTICSEARCH_IN_FAILURE_STORE',
    why: 'the data stream refused the document, and the server keeps it in its failure store; look there for the reason',
    source: 'https://github.com/elastic/elasticsearch/pull/112816',
  },
  {
    statuses: [200, 201],
    types: 'none',
    decision: 'written',
    code: '',
    why: 'created or updated; a noop changes nothing, or (`_version` -3) a pipeline of yours dropped the document',
    source: BULK_API,
  },
  {
    statuses: [404],
    types: 'none',
    when: 'delete',
    decision: 'written',
    code: '',
    why: 'there is no such document, as was wanted',
    source: BULK_API,
  },
  {
    statuses: [400],
    types: ['action_request_validation_exception'],
    decision: 'bisect',
    code: 'ELASTICSEARCH_REQUEST_REFUSED',
    why: 'the fault may be of any operation in the request',
    source: `${SERVER}action/bulk/IncrementalBulkService.java`,
  },
  {
    statuses: [400],
    types: ['mapper_parsing_exception', 'document_parsing_exception', 'strict_dynamic_mapping_exception'],
    decision: 'errant',
    code: 'ELASTICSEARCH_DOCUMENT_REFUSED',
    why: REFUSED,
    source: `${SERVER}index/mapper/DocumentParsingException.java`,
  },
  {
    statuses: [400],
    types: [
      'parse_exception',
      'x_content_parse_exception',
      'x_content_e_o_f_exception',
      'json_parse_exception',
      'json_e_o_f_exception',
      'not_x_content_exception',
    ],
    decision: 'errant',
    code: 'ELASTICSEARCH_DOCUMENT_REFUSED',
    why: REFUSED,
    source: `${SERVER}common/xcontent/XContentHelper.java`,
  },
  {
    statuses: [400],
    types: ['illegal_argument_exception'],
    says: ['only write ops with an op_type of create are allowed in data streams'],
    decision: 'fatal',
    code: 'ELASTICSEARCH_DATA_STREAM_CREATE_ONLY',
    why: 'the index is a data stream; set elasticsearch.target.type=data-stream',
    source: 'https://www.elastic.co/docs/manage-data/data-store/data-streams',
  },
  {
    statuses: [400],
    types: ['illegal_argument_exception'],
    says: ['no write index is defined for alias ['],
    decision: 'may-heal',
    code: 'ELASTICSEARCH_ALIAS_WITHOUT_WRITE_INDEX',
    why: 'make one index of the alias its write index (is_write_index)',
    source: `${SERVER}cluster/metadata/IndexNameExpressionResolver.java`,
  },
  {
    statuses: [400],
    types: ['illegal_argument_exception'],
    says: ['pipeline with id ['],
    decision: 'may-heal',
    code: 'ELASTICSEARCH_PIPELINE_MISSING',
    why: 'create the pipeline, or correct elasticsearch.pipeline or the default pipeline of the index',
    source: `${SERVER}ingest/IngestService.java`,
  },
  {
    statuses: [400],
    types: ['illegal_argument_exception'],
    says: ["Number of documents in the index can't exceed [", 'number of documents in the index cannot exceed '],
    decision: 'may-heal',
    code: 'ELASTICSEARCH_INDEX_FULL',
    why: 'a shard holds as many documents as it can; roll the alias or data stream over, or write to another index',
    source: `${SERVER}index/engine/InternalEngine.java`,
  },
  {
    statuses: [400],
    types: ['illegal_argument_exception'],
    says: ['index request targeting data stream ['],
    decision: 'fatal',
    code: 'ELASTICSEARCH_ROUTING_REFUSED',
    why: 'the data stream takes no routing; remove elasticsearch.routing',
    source: `${SERVER}action/bulk/TransportBulkAction.java`,
  },
  {
    statuses: [400],
    types: ['illegal_argument_exception'],
    decision: 'race',
    code: 'ELASTICSEARCH_DOCUMENT_REFUSED',
    why: REFUSED,
    source: `${SERVER}index/mapper/FieldMapper.java`,
  },
  {
    statuses: [400],
    types: ['index_closed_exception'],
    decision: 'may-heal',
    code: 'ELASTICSEARCH_INDEX_CLOSED',
    why: 'open the index, or correct elasticsearch.index',
    source: `${SERVER}indices/IndexClosedException.java`,
  },
  {
    statuses: [400],
    types: ['invalid_index_name_exception'],
    decision: 'errant',
    code: 'ELASTICSEARCH_BAD_INDEX_NAME',
    why: 'the record makes a name that no index can have; correct elasticsearch.index',
    source: `${SERVER}indices/InvalidIndexNameException.java`,
  },
  {
    statuses: [400],
    types: ['validation_exception'],
    decision: 'may-heal',
    code: 'ELASTICSEARCH_INDEX_NOT_CREATED',
    why: 'the cluster does not create the index: delete indices, add nodes, or raise cluster.max_shards_per_node',
    source: `${SERVER}indices/ShardLimitValidator.java`,
  },
  {
    statuses: [400],
    types: ['routing_missing_exception'],
    decision: 'fatal',
    code: 'ELASTICSEARCH_ROUTING_MISSING',
    why: 'the mapping of the index demands a routing; set elasticsearch.routing',
    source: `${SERVER}action/RoutingMissingException.java`,
  },
  {
    statuses: [400],
    types: ['script_exception'],
    decision: 'errant',
    code: 'ELASTICSEARCH_PIPELINE_FAILED',
    why: 'a script of the pipeline fails for this document',
    source: `${SERVER}script/ScriptException.java`,
  },
  {
    statuses: [403],
    types: ['cluster_block_exception', 'index_create_block_exception'],
    decision: 'unreachable',
    code: 'ELASTICSEARCH_BLOCKED',
    why: 'the index or the cluster is blocked for writes; lift the block (settings index.blocks and cluster.blocks)',
    source: 'https://www.elastic.co/docs/reference/elasticsearch/index-settings/index-block',
  },
  { statuses: [403], types: ['security_exception'], ...ACCESS_DENIED },
  { statuses: [404], types: ['index_not_found_exception'], ...INDEX_MISSING },
  {
    statuses: [404],
    types: ['document_missing_exception'],
    decision: 'errant',
    code: 'ELASTICSEARCH_DOCUMENT_MISSING',
    why: 'there is no document to update; elasticsearch.write.mode=upsert would create it',
    source: `${SERVER}index/engine/DocumentMissingException.java`,
  },
  {
    statuses: [404],
    types: SHARD_LOST,
    decision: 'unreachable',
    code: 'ELASTICSEARCH_UNAVAILABLE',
    why: 'the shard is being moved, started or closed',
    source: `${SERVER}index/shard/IllegalIndexShardStateException.java`,
  },
  {
    statuses: [409],
    types: ['version_conflict_engine_exception'],
    when: 'create, the id is our own',
    decision: 'written',
    code: '',
    why: 'this very record was written before: its id is its topic, partition and offset',
    source: `${SERVER}index/engine/VersionConflictEngineException.java`,
  },
  {
    statuses: [409],
    types: ['version_conflict_engine_exception'],
    when: 'create',
    decision: 'errant',
    code: 'ELASTICSEARCH_DOCUMENT_EXISTS',
    why: 'a document with this id is there: of this record when it was written before, or of another one with the same id',
    source: `${SERVER}index/engine/VersionConflictEngineException.java`,
  },
  {
    statuses: [409],
    types: ['version_conflict_engine_exception'],
    when: 'versioned',
    decision: 'stale',
    code: '',
    why: 'the document has this version or a later one',
    source: `${SERVER}index/VersionType.java`,
  },
  {
    statuses: [409],
    types: ['version_conflict_engine_exception'],
    when: 'update',
    decision: 'throttled',
    code: 'ELASTICSEARCH_UPDATE_CONFLICT',
    why: 'somebody else changed the document between the reading and the writing of this update',
    source: `${SERVER}action/update/TransportUpdateAction.java`,
  },
  {
    statuses: [429],
    types: ['cluster_block_exception'],
    decision: 'throttled',
    code: 'ELASTICSEARCH_BLOCKED',
    why: 'a node has too little disk, and the index takes only deletes; free some space',
    source: 'https://www.elastic.co/docs/reference/elasticsearch/index-settings/index-block',
  },
  {
    statuses: [429],
    types: 'any',
    decision: 'throttled',
    code: 'ELASTICSEARCH_THROTTLED',
    why: 'the server has more to write than it can',
    source: `${SERVER}common/util/concurrent/EsRejectedExecutionException.java`,
  },
  {
    statuses: [500],
    types: ['fail_processor_exception', 'ingest_processor_exception'],
    decision: 'errant',
    code: 'ELASTICSEARCH_PIPELINE_FAILED',
    why: 'a processor of the pipeline fails for this document',
    source:
      'https://github.com/elastic/elasticsearch/blob/v8.19.0/modules/ingest-common/src/main/java/org/elasticsearch/ingest/common/FailProcessorException.java',
  },
  {
    statuses: [500],
    types: ['illegal_state_exception'],
    says: ['Pipeline processor configured for non-existent pipeline ['],
    decision: 'may-heal',
    code: 'ELASTICSEARCH_PIPELINE_MISSING',
    why: 'create the pipeline that a processor of the pipeline calls',
    source: `${SERVER}ingest/PipelineProcessor.java`,
  },
  {
    statuses: [500],
    types: ['illegal_state_exception'],
    says: ['Security (authentication) is not enabled', 'Cycle detected for pipeline: '],
    decision: 'errant',
    code: 'ELASTICSEARCH_PIPELINE_FAILED',
    why: 'a processor of the pipeline fails for this document',
    source:
      'https://github.com/elastic/elasticsearch/blob/v8.19.0/x-pack/plugin/security/src/main/java/org/elasticsearch/xpack/security/ingest/SetSecurityUserProcessor.java',
  },
  {
    statuses: [500],
    types: ['illegal_state_exception'],
    decision: 'may-heal',
    code: 'ELASTICSEARCH_SERVER_FAILED',
    why: 'something in the server, or in a pipeline, is not as it must be; the reason says what',
    source: `${SERVER}ExceptionsHelper.java`,
  },
  {
    statuses: [500],
    types: ['already_closed_exception'],
    decision: 'unreachable',
    code: 'ELASTICSEARCH_UNAVAILABLE',
    why: 'the shard is being closed',
    source: `${SERVER}index/engine/InternalEngine.java`,
  },
  {
    statuses: [500, 502],
    types: NODE_LOST,
    decision: 'unreachable',
    code: 'ELASTICSEARCH_UNAVAILABLE',
    why: 'the node of the shard went away',
    source: `${SERVER}transport/ConnectTransportException.java`,
  },
  {
    statuses: [503],
    types: 'any',
    decision: 'unreachable',
    code: 'ELASTICSEARCH_UNAVAILABLE',
    why: 'the shard cannot be written now',
    source: `${SERVER}action/UnavailableShardsException.java`,
  },
];

/** Where no row fits. */
export const UNCLASSIFIED_ITEM = {
  decision: 'fatal',
  code: 'ELASTICSEARCH_UNCLASSIFIED',
  why: 'this reply is not known to Spillway',
  source: '',
} as const;
