/** Bodies of `_bulk`: a line that says what to do, and for all but `delete` a line with the document. Built from byte views into one buffer;
 *  where operations differ in nothing but their own id, nothing is allocated for a record. */
import { decimalBytes, writeDecimal } from '../../shared/envelope/decimal.ts';
import type { OutputBuffer } from '../../shared/envelope/output-buffer.ts';
import type { RecordError } from '../../shared/errors.ts';
import { offsetAt, type RecordBlock } from '../../shared/records.ts';
import { type DocumentOptions, DocumentWriter } from './document/document-writer.ts';
import { ownId, ownIdLead } from './own-id.ts';

/** What an action line says, and which document follows it. */
export interface BulkOperation {
  readonly action: 'index' | 'create' | 'update' | 'delete';
  readonly index: string;
  /** Absent where the server makes one; not looked at with `ownId`. */
  readonly id?: string | undefined;
  /** The id is topic+partition+offset of the record. */
  readonly ownId: boolean;
  readonly routing?: string | undefined;
  readonly pipeline?: string | undefined;
  /** Decimal digits of a 64-bit number: the server keeps more of them than JavaScript's numbers do. */
  readonly version?: string | undefined;
  readonly versionType?: 'external' | 'external_gte' | undefined;
  readonly document: 'none' | 'plain' | 'update' | 'upsert';
  readonly requireAlias?: boolean | undefined;
}

const LINE_FEED = 0x0a;
const DIGITS = /^\d{1,19}$/;

/** An action line but for the offset that stands between both parts. */
interface ActionLine {
  readonly operation: BulkOperation;
  readonly topic: string;
  readonly partition: number;
  readonly lead: Buffer;
  readonly end: Buffer;
}

/** One for all records of a connector; not re-entrant. */
export class BulkBody {
  readonly #documents: DocumentWriter;
  #line: ActionLine | undefined;

  constructor(options: DocumentOptions) {
    this.#documents = new DocumentWriter(options);
  }

  /** Appends the lines of one operation, each ended by a line feed; answers the bytes they take. Or why there is no document for the
   *  record: then nothing was appended.
   *  @throws Error for a tombstone with a document, and for a version that is no number */
  append(output: OutputBuffer, operation: BulkOperation, block: RecordBlock, index: number): number | RecordError {
    const before = output.length;
    if (operation.ownId && operation.version === undefined) this.#appendOwn(output, operation, block, index);
    else output.text(actionLine(operation, operation.ownId ? ownId(block, offsetAt(block, index)) : operation.id));
    if (operation.document === 'none') return output.length - before;
    const error = this.#documents.append(output, block, index, operation.document);
    if (error !== undefined) {
      output.length = before;
      return error;
    }
    output.byte(LINE_FEED);
    return output.length - before;
  }

  #appendOwn(output: OutputBuffer, operation: BulkOperation, block: RecordBlock, index: number): void {
    let line = this.#line;
    if (line === undefined || !fits(line, operation, block)) {
      line = ownLine(operation, block);
      this.#line = line;
    }
    const { lead, end } = line;
    const offset = offsetAt(block, index);
    output.reserve(lead.length + decimalBytes(offset) + end.length);
    const target = output.bytes;
    target.set(lead, output.length);
    let at = writeDecimal(target, output.length + lead.length, offset);
    for (let i = 0; i < end.length; i++) target[at++] = end[i] ?? 0;
    output.length = at;
  }
}

function fits({ operation, topic, partition }: ActionLine, other: BulkOperation, block: RecordBlock): boolean {
  return (
    (operation === other ||
      (operation.action === other.action &&
        operation.index === other.index &&
        operation.routing === other.routing &&
        operation.pipeline === other.pipeline &&
        operation.requireAlias === other.requireAlias)) &&
    partition === block.partition &&
    topic === block.topic
  );
}

function ownLine(operation: BulkOperation, { topic, partition }: RecordBlock): ActionLine {
  const [lead, end] = aroundId(operation);
  const openId = JSON.stringify(ownIdLead({ topic, partition })).slice(0, -1);
  return {
    operation,
    topic,
    partition,
    lead: Buffer.from(`${lead},"_id":${openId}`),
    end: Buffer.from(`"${end}`),
  };
}

/** `{"index":{"_index":"orders","_id":"orders+3+42"}}` and a line feed. */
function actionLine(operation: BulkOperation, id: string | undefined): string {
  const [lead, end] = aroundId(operation);
  return id === undefined ? lead + end : `${lead},"_id":${JSON.stringify(id)}${end}`;
}

/** What stands before and behind the id. */
function aroundId(operation: BulkOperation): [lead: string, end: string] {
  const { action, index, routing, pipeline, version, versionType, requireAlias } = operation;
  if (version !== undefined && !DIGITS.test(version)) throw new Error('a version is a number of up to 19 digits');
  const lead = `{"${action}":{"_index":${JSON.stringify(index)}`;
  let end = '';
  if (routing !== undefined) end += `,"routing":${JSON.stringify(routing)}`;
  if (pipeline !== undefined) end += `,"pipeline":${JSON.stringify(pipeline)}`;
  if (version !== undefined) end += `,"version":${version}`;
  if (versionType !== undefined) end += `,"version_type":"${versionType}"`;
  if (requireAlias === true) end += ',"require_alias":true';
  return [lead, `${end}}}\n`];
}
