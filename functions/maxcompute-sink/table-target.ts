/** The table of a configuration: what it looks like, its partitions, and its errors in our words. */
import { FatalError, RetriableError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { classify, isPartitionMissing, isTableMissing } from './classify.ts';
import type { MaxComputeConfig } from './config.ts';
import { tableDefinition } from './table-creation.ts';
import type { CallOptions } from './tunnel/call-options.ts';
import type { OdpsClient } from './tunnel/odps-client.ts';
import { OdpsError } from './tunnel/odps-error.ts';
import { type PartitionSpec, partitionText } from './tunnel/partition-spec.ts';
import type { StreamSession } from './tunnel/stream-session.ts';
import type { TableInfo } from './tunnel/table-info.ts';
import type { UploadSession } from './tunnel/upload-session.ts';
import type { UpsertSession } from './tunnel/upsert-session.ts';

export type Upload = Pick<
  UploadSession,
  'id' | 'status' | 'schema' | 'maxFieldBytes' | 'blocks' | 'uploadBlock' | 'reload' | 'commit'
>;
export type Upsert = Pick<
  UpsertSession,
  | 'id'
  | 'status'
  | 'schema'
  | 'rowColumns'
  | 'hashKey'
  | 'bucketOf'
  | 'endRow'
  | 'write'
  | 'reload'
  | 'commit'
  | 'abort'
>;
export type Stream = Pick<StreamSession, 'schema' | 'write'>;

/** What is used of the client. */
export interface TableClient
  extends Pick<
    OdpsClient,
    'table' | 'hasPartition' | 'createTable' | 'createPartition' | 'runSql' | 'quotedName' | 'close'
  > {
  createUpload(table: string, partition: PartitionSpec | undefined, call: CallOptions): Promise<Upload>;
  openUpload(table: string, partition: PartitionSpec | undefined, id: string, call: CallOptions): Promise<Upload>;
  createUpsert(table: string, partition: PartitionSpec | undefined, call: CallOptions): Promise<Upsert>;
  openUpsert(table: string, partition: PartitionSpec | undefined, id: string, call: CallOptions): Promise<Upsert>;
  createStream(table: string, partition: PartitionSpec | undefined, call: CallOptions): Promise<Stream>;
}

/** How one call is bounded, and what its errors say it was about: `offsets 5 to 12 of orders-0`, '' for no records. */
export interface Call {
  readonly signal: AbortSignal;
  readonly about: string;
}

export interface TableTargetOptions {
  readonly client: TableClient;
  readonly config: MaxComputeConfig;
  readonly logger: Logger;
}

/** Safe to call concurrently: what several need at one time is asked for once. */
export class TableTarget {
  readonly client: TableClient;
  readonly name: string;
  readonly #config: MaxComputeConfig;
  readonly #logger: Logger;
  #info: Promise<TableInfo> | undefined;
  readonly #creating = new Map<string, Promise<void>>();

  constructor({ client, config, logger }: TableTargetOptions) {
    this.client = client;
    this.name = config['maxcompute.table'];
    this.#config = config;
    this.#logger = logger;
  }

  /** The table as it was when somebody looked first since `forget`; a missing one is created where that is allowed.
   *  @throws as `run` */
  async look(call: Call): Promise<TableInfo> {
    const looking = this.#info ?? this.run(call, () => this.#find(call));
    this.#info = looking;
    try {
      return await looking;
    } catch (thrown) {
      // Of several that waited one begins anew; the others may have had more time than the one that looked.
      if (this.#info === looking) this.#info = undefined;
      throw thrown;
    }
  }

  /** The table may have changed. */
  forget(): void {
    this.#info = undefined;
  }

  /** Does `work`; what the service and the network do to it is told in our words.
   *  @throws RetriableError FatalError see `classify` */
  async run<T>({ signal, about }: Call, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof OdpsError) {
        const error = classify(thrown, about);
        if (error instanceof FatalError || error.code === 'MAXCOMPUTE_SCHEMA_MODIFIED') this.forget();
        throw error;
      }
      if (thrown instanceof RetriableError || thrown instanceof FatalError || !signal.aborted) throw thrown;
      throw new RetriableError('MAXCOMPUTE_TIMEOUT', `the time for ${about || 'the look at the table'} ran out`, {
        trouble: 'timeout',
        cause: thrown,
      });
    }
  }

  /** As `run`; a missing partition is created, where that is allowed, and `work` done once more. */
  async inPartition<T>(partition: PartitionSpec | undefined, call: Call, work: () => Promise<T>): Promise<T> {
    return await this.run(call, async () => {
      try {
        return await work();
      } catch (thrown) {
        const isMissing = thrown instanceof OdpsError && isPartitionMissing(thrown);
        if (!isMissing || partition === undefined || !this.#config['maxcompute.create.partition']) throw thrown;
      }
      await this.#createPartition(partition, call);
      return await work();
    });
  }

  /** For what creates a missing partition by itself: refuses to where that is not allowed.
   *  @throws FatalError `MAXCOMPUTE_PARTITION_MISSING`, and as `run` */
  async requirePartition(partition: PartitionSpec | undefined, call: Call): Promise<void> {
    if (partition === undefined || this.#config['maxcompute.create.partition']) return;
    if (await this.run(call, () => this.client.hasPartition(this.name, partition, call))) return;
    throw new FatalError(
      'MAXCOMPUTE_PARTITION_MISSING',
      `table ${this.name} has no partition ${partitionText(partition)}, for ${call.about}; create the partition, or set maxcompute.create.partition=true`,
      { mayHeal: true },
    );
  }

  async #find({ signal }: Call): Promise<TableInfo> {
    try {
      return await this.client.table(this.name, { signal });
    } catch (thrown) {
      const isMissing = thrown instanceof OdpsError && isTableMissing(thrown);
      if (!isMissing || this.#config['maxcompute.create.table'] !== 'create') throw thrown;
    }
    await this.client.createTable(tableDefinition(this.#config), { signal });
    this.#logger.info({ table: this.name }, 'the table was missing and is created');
    return await this.client.table(this.name, { signal });
  }

  async #createPartition(partition: PartitionSpec, { signal }: Call): Promise<void> {
    const name = partitionText(partition);
    for (let underWay = this.#creating.get(name); underWay !== undefined; underWay = this.#creating.get(name)) {
      const isCreated = await underWay.then(
        () => true,
        // Whoever began it is told why, and may have had less time than the others.
        () => false,
      );
      if (isCreated) return;
    }
    const creating = this.client.createPartition(this.name, partition, { signal });
    this.#creating.set(name, creating);
    try {
      await creating;
      this.#logger.info({ table: this.name, partition: name }, 'the partition was missing and is created');
    } finally {
      this.#creating.delete(name);
    }
  }
}
