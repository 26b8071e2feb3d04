/** Records into lines of a bulk request, by the fast way where the configuration allows it. */
import type { OutputBuffer } from '../../shared/envelope/output-buffer.ts';
import { RecordError } from '../../shared/errors.ts';
import { type JsonPointer, jsonPointer } from '../../shared/json-pointer.ts';
import { isTombstone } from '../../shared/null-values.ts';
import { offsetAt, type RecordBlock } from '../../shared/records.ts';
import type { Refusal } from './batch-settlement.ts';
import { BulkBody, type BulkOperation } from './bulk-body.ts';
import type { SentRecord } from './bulk-sender.ts';
import type { ElasticsearchConfig } from './config.ts';
import { dataStreamTime } from './data-stream-time.ts';
import type { DocumentOptions } from './document/document-writer.ts';
import { METADATA_FIELDS } from './keys/document-keys.ts';
import { isSkipped, type Operation, type OperationPlanner, operationPlanner, uniformOperation } from './operation.ts';
import { ownId } from './own-id.ts';

export type PlannedOperation = Operation | BulkOperation;

/** One for all records of a sink; each call is done before it returns. */
export class RecordEncoder {
  readonly #body: BulkBody;
  readonly #plan: OperationPlanner;
  /** The operation of every record but tombstones, where all have the same. */
  readonly #uniform: BulkOperation | undefined;

  constructor(config: ElasticsearchConfig) {
    this.#body = new BulkBody(documentOptions(config));
    this.#plan = operationPlanner(config);
    const uniform = uniformOperation(config);
    this.#uniform = uniform === undefined ? undefined : { ...uniform, ownId: true };
  }

  /** What is sent for a record, or why nothing is. */
  plan(block: RecordBlock, index: number): PlannedOperation | Refusal {
    const uniform = this.#uniform;
    if (uniform !== undefined && (uniform.document === 'none' || !isTombstone(block, index))) return uniform;
    const planned = this.#plan(block, index);
    if (!isSkipped(planned)) return planned;
    return planned.status === 'dropped' ? planned : errant(planned.error);
  }

  /** Appends the lines of a planned operation. Where there is no document for the record nothing is appended, and the reason answered. */
  append(
    output: OutputBuffer,
    operation: PlannedOperation,
    block: RecordBlock,
    index: number,
  ): Extract<Refusal, { status: 'errant' }> | undefined {
    const appended = this.#body.append(output, operation, block, index);
    return appended instanceof RecordError ? errant(appended) : undefined;
  }

  /** What was sent for a record, planned anew: the same record gives the same operation. */
  sent(block: RecordBlock, index: number): SentRecord {
    const planned = this.plan(block, index);
    if ('status' in planned) throw new Error('nothing was sent for this record');
    const { action, index: name, id, ownId: hasOwnId, version } = planned;
    return {
      action,
      index: name,
      id: hasOwnId ? ownId(block, offsetAt(block, index)) : id,
      hasOwnId,
      isVersioned: version !== undefined,
    };
  }
}

/** What operations on one document have in common; `undefined` where no other record can have the document. */
export function documentKey({ ownId: hasOwnId, id, index }: PlannedOperation): string | undefined {
  // No name of an index has a line break.
  return hasOwnId || id === undefined ? undefined : `${index}\n${id}`;
}

function errant({ code, message }: RecordError): Extract<Refusal, { status: 'errant' }> {
  return { status: 'errant', code, message };
}

function documentOptions(config: ElasticsearchConfig): DocumentOptions {
  const wanted = config['elasticsearch.include.metadata'] ?? [];
  const isDataStream = config['elasticsearch.target.type'] === 'data-stream';
  const time = config['elasticsearch.data.stream.timestamp'] ?? 'record-timestamp';
  return {
    maxDepth: config['elasticsearch.document.max.depth'],
    maxBytes: config['elasticsearch.document.max.bytes'],
    wrapField: config['elasticsearch.wrap.field'],
    metadataField: config['elasticsearch.metadata.field'],
    metadata: METADATA_FIELDS.filter((field) => wanted.includes(field)),
    dropFields: (config['elasticsearch.drop.fields'] ?? []).map(pointerOf),
    time: isDataStream ? dataStreamTime(time) : undefined,
  };
}

/** The key's own check read it before. */
function pointerOf(text: string): JsonPointer {
  const pointer = jsonPointer(text);
  if (pointer === undefined) throw new Error(`the configuration was not checked: ${text} is no JSON Pointer`);
  return pointer;
}
