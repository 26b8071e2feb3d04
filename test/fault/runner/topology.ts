/** What runs in a fault run: topics, and connectors from them. */

export interface TopicSpec {
  readonly name: string;
  /** May grow during the run: the load follows it. */
  partitions: number;
  readonly configs: Readonly<Record<string, string>>;
  /** Written in transactions, of which some are aborted. */
  readonly transactional: boolean;
  /** Its records change and remove documents: each key is in one partition only, and comes again and again. */
  readonly keyed?: true;
  /** Records a second and partition, about. */
  readonly recordsPerSecond: number;
}

export interface ConnectorSpec {
  readonly name: string;
  /** A topic's name, or with `isPattern` a regular expression over whole names. */
  readonly topic: string;
  readonly isPattern?: true;
  readonly guarantee: 'exactly-once' | 'at-least-once';
  /** The last two are a user's function and the built oss-sink, at Function Compute. */
  readonly target: 'oss' | 'function' | 'search' | 'maxcompute' | 'fc-function' | 'fc-oss';
  /** What the target holds of each key is what its last record says; the connector writes nothing for the others. */
  readonly keyed?: true;
  /** Drops tombstones, as its target does by default. */
  readonly dropsTombstones?: true;
  /** Further keys of its configuration. */
  readonly keys: Readonly<Record<string, string>>;
}

export interface Topology {
  readonly topics: readonly TopicSpec[];
  readonly connectors: readonly ConnectorSpec[];
}

const REPLICATED = { 'min.insync.replicas': '2' };
/** Many small batches, so that some are in doubt at any moment. */
const SMALL_OBJECTS = { 'batch.size': '100', 'linger.ms': '900' };
const SMALL_BULKS = { 'batch.size': '50', 'linger.ms': '600' };
/** A table has 500 upload sessions in five minutes, and the sink keeps below that: batches wait longer. */
const FEW_SESSIONS = { 'batch.size': '200', 'linger.ms': '2000' };

export function topology(): Topology {
  return {
    topics: [
      { name: 'orders', partitions: 6, configs: REPLICATED, transactional: false, recordsPerSecond: 10 },
      { name: 'payments', partitions: 3, configs: REPLICATED, transactional: true, recordsPerSecond: 8 },
      { name: 'changes', partitions: 3, configs: REPLICATED, transactional: false, recordsPerSecond: 8, keyed: true },
    ],
    connectors: [
      { name: 'objects-once', topic: 'orders', guarantee: 'exactly-once', target: 'oss', keys: SMALL_OBJECTS },
      {
        name: 'objects-least',
        topic: 'orders',
        guarantee: 'at-least-once',
        target: 'oss',
        keys: { 'batch.size': '60', 'linger.ms': '700' },
      },
      {
        name: 'objects-hourly',
        topic: 'orders',
        guarantee: 'exactly-once',
        target: 'oss',
        keys: {
          'batch.size': '80',
          'linger.ms': '1500',
          'oss.object.key.template': '{topic}/{timestamp:yyyyMMdd-HH}/{partition}/{offset}',
        },
      },
      { name: 'objects-committed', topic: 'payments', guarantee: 'exactly-once', target: 'oss', keys: SMALL_OBJECTS },
      {
        name: 'function',
        topic: 'orders',
        guarantee: 'at-least-once',
        target: 'function',
        keys: { ...SMALL_BULKS, 'invoke.timeout.ms': '4000' },
      },
      {
        name: 'documents',
        topic: 'payments',
        guarantee: 'at-least-once',
        target: 'search',
        dropsTombstones: true,
        keys: SMALL_BULKS,
      },
      {
        name: 'documents-keyed',
        topic: 'changes',
        guarantee: 'at-least-once',
        target: 'search',
        keyed: true,
        keys: {
          ...SMALL_BULKS,
          'elasticsearch.id.strategy': 'record-key',
          'elasticsearch.version': 'offset',
          'elasticsearch.version.partitions': '3',
          'behavior.on.null.values': 'delete',
        },
      },
      {
        name: 'rows-once',
        topic: 'payments',
        guarantee: 'exactly-once',
        target: 'maxcompute',
        keys: { ...FEW_SESSIONS, 'maxcompute.write.mode': 'append', 'max.in.flight.batches': '3' },
      },
      {
        name: 'rows-keyed',
        topic: 'changes',
        guarantee: 'exactly-once',
        target: 'maxcompute',
        keyed: true,
        keys: { ...FEW_SESSIONS, 'maxcompute.write.mode': 'upsert', 'maxcompute.partition.columns': 'none' },
      },
      {
        name: 'function-fc',
        topic: 'payments',
        guarantee: 'at-least-once',
        target: 'fc-function',
        keys: { ...SMALL_BULKS, 'invoke.timeout.ms': '4000' },
      },
      { name: 'objects-fc', topic: 'payments', guarantee: 'exactly-once', target: 'fc-oss', keys: SMALL_OBJECTS },
      // For faults that bring topics and records of their own: the steady load stays clear of them.
      {
        name: 'objects-apart',
        topic: 'apart-.*',
        isPattern: true,
        guarantee: 'exactly-once',
        target: 'oss',
        keys: SMALL_OBJECTS,
      },
      {
        name: 'function-apart',
        topic: 'told-.*',
        isPattern: true,
        guarantee: 'at-least-once',
        target: 'function',
        keys: { ...SMALL_BULKS, 'invoke.timeout.ms': '4000' },
      },
      {
        name: 'documents-apart',
        topic: 'kept-.*',
        isPattern: true,
        guarantee: 'at-least-once',
        target: 'search',
        dropsTombstones: true,
        keys: SMALL_BULKS,
      },
      {
        name: 'rows-apart',
        topic: 'stored-.*',
        isPattern: true,
        guarantee: 'exactly-once',
        target: 'maxcompute',
        // A new topic has a partition that is not there yet.
        keys: { 'batch.size': '50', 'linger.ms': '300', 'maxcompute.partition.columns': 'pt={topic}' },
      },
    ],
  };
}

/** Whether a connector reads a topic. */
export function reads({ topic, isPattern }: ConnectorSpec, name: string): boolean {
  return isPattern ? new RegExp(`^(?:${topic})$`).test(name) : topic === name;
}

/** Its consumer group. */
export const groupOf = (connector: ConnectorSpec): string => `connect-${connector.name}`;
/** Its error topic, for all its errant records. */
export const errorTopicOf = (connector: ConnectorSpec): string => `connect-error-${connector.name}`;
