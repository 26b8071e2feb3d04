/** Writes rows by streams: they are visible as soon as a request is answered. Guarantee: at least once. A request whose answer is lost may have
 *  been carried out, and its rows are then there twice: nothing in it tells the service that it came before. */
import { bodyBuffers } from '../../shared/body-buffers.ts';
import type { Clock } from '../../shared/clock.ts';
import type { BatchOutcome, RecordOutcome } from '../../shared/outcomes.ts';
import type { RecordBatch } from '../../shared/records.ts';
import type { SinkWriter, SourceTopic, WriteContext } from '../../shared/sink.ts';
import { inWords } from './batch-parts.ts';
import { writeParts } from './batch-write.ts';
import type { TableAccess } from './table-access.ts';
import type { TableRows } from './table-rows.ts';
import type { Call, Stream, TableTarget } from './table-target.ts';
import type { Destination } from './table-writer.ts';
import { partitionText } from './tunnel/partition-spec.ts';

export interface StreamWriterOptions {
  readonly target: TableTarget;
  readonly access: TableAccess;
  readonly rows: TableRows;
  readonly clock: Clock;
}

interface OpenStream {
  readonly session: Promise<Stream>;
  readonly since: number;
}

/** Partitions that are written to at one time. */
const MOST_STREAMS = 32;
/** A stream has the columns of the time when it was made: after so long another one is made, which knows new columns. */
const RENEWED_AFTER_MS = 5 * 60_000;

export class StreamWriter implements SinkWriter {
  readonly #options: StreamWriterOptions;
  /** By partition; the one that was used last is the last. */
  readonly #streams = new Map<string, OpenStream>();

  constructor(options: StreamWriterOptions) {
    this.#options = options;
  }

  async open(_topics: readonly SourceTopic[], context: WriteContext): Promise<void> {
    const { access } = this.#options;
    await access.within(context, (bounded) => access.look(bounded, ''));
  }

  async write(batch: RecordBatch, context: WriteContext): Promise<BatchOutcome> {
    const { access } = this.#options;
    return await access.within(context, (bounded) =>
      writeParts(batch, access.partsOf(batch), async (part) => {
        access.requireTime(bounded);
        const destination = await access.destinationOf(part, bounded);
        return 'info' in destination ? await this.#send(part, destination, bounded) : destination;
      }),
    );
  }

  async close(): Promise<void> {
    await this.#options.target.client.close();
  }

  async #send(
    part: RecordBatch,
    { partition }: Destination,
    { signal }: WriteContext,
  ): Promise<readonly RecordOutcome[]> {
    const { target, rows } = this.#options;
    const call = { signal, about: inWords(part) };
    const name = partition === undefined ? '' : partitionText(partition);
    try {
      const session = await this.#stream(name, partition, call);
      return await target.inPartition(partition, call, async () => {
        const { blocks, refused } = await rows.encode(part, session.schema, signal);
        for (const block of blocks) {
          await session.write(block.body, block.rows, call);
          bodyBuffers.giveBack(block.body);
        }
        return refused;
      });
    } catch (thrown) {
      // Its slots may be elsewhere, and its table another one.
      this.#streams.delete(name);
      throw thrown;
    }
  }

  async #stream(name: string, partition: Destination['partition'], call: Call): Promise<Stream> {
    const { clock } = this.#options;
    const now = clock.now();
    const known = this.#streams.get(name);
    const isFresh = known !== undefined && now - known.since < RENEWED_AFTER_MS;
    const stream = isFresh ? known : { session: this.#create(partition, call), since: now };
    this.#streams.delete(name);
    this.#streams.set(name, stream);
    const [oldest] = this.#streams.keys();
    if (oldest !== undefined && this.#streams.size > MOST_STREAMS) this.#streams.delete(oldest);
    return await stream.session;
  }

  async #create(partition: Destination['partition'], call: Call): Promise<Stream> {
    const { target } = this.#options;
    await target.requirePartition(partition, call);
    return await target.run(call, () => target.client.createStream(target.name, partition, call));
  }
}
