/** A writer that sends nothing: notes the requests that it would send. The table is not asked for, so values are not held against its columns.
 *  Rows are shown as JSON, one a line: the form in which they are sent is not for people. */
import { FatalError } from '../../shared/errors.ts';
import type { BatchOutcome, RecordOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch, type RecordBlock } from '../../shared/records.ts';
import type { RenderedRequest } from '../../shared/rendered-request.ts';
import type { SinkWriter } from '../../shared/sink.ts';
import { partsByWindow, refusal } from './batch-parts.ts';
import { writeParts } from './batch-write.ts';
import type { MaxComputeConfig } from './config.ts';
import type { ContentProblem } from './format/content.ts';
import { recordError } from './format/record-error.ts';
import { noPartition } from './format/row-format.ts';
import { type Partitioning, partitionOf } from './partition/partition-of.ts';
import { PreviewRow } from './preview-row.ts';
import { type PartitionSpec, partitionText } from './tunnel/partition-spec.ts';

/** What is made when a request is sent stands between brackets. */
const SESSION = '[session]';

export class PreviewWriter implements SinkWriter {
  readonly #config: MaxComputeConfig;
  readonly #record: (request: RenderedRequest) => void;
  /** Epoch ms. */
  readonly #now: () => number;
  readonly #partitioning: Partitioning;
  readonly #row: PreviewRow;

  constructor(config: MaxComputeConfig, record: (request: RenderedRequest) => void, now: () => number) {
    this.#config = config;
    this.#record = record;
    this.#now = now;
    this.#partitioning = partitionOf(config);
    this.#row = new PreviewRow(config);
  }

  async write(batch: RecordBatch): Promise<BatchOutcome> {
    const parts = partsByWindow(batch, this.#partitioning.windowOf);
    return await writeParts(batch, parts, async (part) => this.#show(part));
  }

  async close(): Promise<void> {
    // Nothing is open.
  }

  #show(part: RecordBatch): readonly RecordOutcome[] {
    const refused: RecordOutcome[] = [];
    const lines: string[] = [];
    for (const { block, from, to } of part.segments) {
      for (let index = from; index < to; index++) {
        const line = this.#partitionProblem(block, index) ?? this.#row.of(block, index);
        if (typeof line === 'string') lines.push(line);
        else refused.push(refusal(part, offsetAt(block, index), recordError(line, block, index)));
      }
    }
    const spec = this.#partitioning.specOf(part, this.#now());
    if (spec !== undefined && lines.length > 0) this.#requests(spec, `${lines.join('\n')}\n`);
    return refused;
  }

  #partitionProblem(block: RecordBlock, index: number): ContentProblem | undefined {
    const problem = this.#partitioning.problemOf(block, index);
    return problem === undefined ? undefined : noPartition(problem);
  }

  #requests(spec: PartitionSpec, rows: string): void {
    const partition = spec.length === 0 ? '' : `&partition=${partitionText(spec)}`;
    const nothing = Buffer.alloc(0);
    const send = (method: string, path: string, query: string, body: Buffer) => {
      const type = body.length === 0 ? {} : { 'content-type': 'application/octet-stream' };
      const headers = { authorization: '[made when it is sent]', ...type };
      this.#record({ method, url: `${this.#table}${path}?${query}${partition}`, headers, body });
    };
    const mode = this.#config['maxcompute.write.mode'];
    switch (mode) {
      case 'stream':
        send('POST', '/streams', 'create_partition', nothing);
        send('PUT', '/streams', `uploadid=${SESSION}`, Buffer.from(rows));
        return;
      case 'upsert':
        send('POST', '/upserts', 'slotnum=1', nothing);
        send('PUT', '/upserts', `upsertid=${SESSION}`, Buffer.from(rows));
        send('POST', '/upserts', `upsertid=${SESSION}`, nothing);
        return;
      case 'auto':
      case 'append':
        send('POST', '', 'uploads', nothing);
        send('PUT', '', `uploadid=${SESSION}&blockid=0`, Buffer.from(rows));
        send('POST', '', `uploadid=${SESSION}`, nothing);
        return;
      default:
        throw new FatalError('UNCLASSIFIED', `unknown maxcompute.write.mode ${mode satisfies never}`);
    }
  }

  get #table(): string {
    const config = this.#config;
    const tunnel = config['maxcompute.tunnel.endpoint'] ?? `[tunnel of ${config['maxcompute.endpoint']}]`;
    const schema = config['maxcompute.schema'] === undefined ? '' : `/schemas/${config['maxcompute.schema']}`;
    return `${tunnel}/projects/${config['maxcompute.project']}${schema}/tables/${config['maxcompute.table']}`;
  }
}
