/** A preview as text for a person. */
import { partitionName, type TopicPartition } from '../../shared/records.ts';
import { printable } from '../shown-bytes.ts';

const NOTHING_DONE = 'Nothing was sent, written or committed, and no consumer group was joined.';
const HEX_BYTES = 32;

/** As data, made here or by a worker. */
export interface ShownPreview {
  readonly records: readonly ShownRecord[];
  readonly batches: readonly ShownBatch[];
}

interface ShownRecord extends TopicPartition {
  readonly offset: number;
  readonly timestamp: number;
  readonly verdict: string;
  readonly code?: string | undefined;
  readonly why?: string | undefined;
  readonly errorTopic?: string | undefined;
  readonly envelope?: unknown;
  /** Of an envelope that was left out. */
  readonly envelopeSize?: number | undefined;
}

interface ShownBatch extends TopicPartition {
  readonly firstOffset: number;
  readonly lastOffset: number;
  readonly count: number;
  readonly requests: readonly ShownRequest[];
}

interface ShownRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ShownBody;
}

interface ShownBody {
  readonly bytes: number;
  readonly encoding: 'utf8' | 'base64';
  readonly head: string;
  readonly cut: boolean;
}

/** As text. Ends with a line break. */
export function previewText(connector: string, { records, batches }: ShownPreview): string {
  if (records.length === 0) return `${connector}: there are no records to show.\n`;
  const lines = [
    `${connector}: ${counted(records.length, 'record')}. ${NOTHING_DONE}`,
    '',
    ...records.flatMap(recordLines),
    '',
    ...batches.flatMap(batchLines),
  ];
  if (batches.length === 0) lines.push('No request would be sent for these records.');
  return `${lines.join('\n').trimEnd()}\n`;
}

function recordLines(record: ShownRecord): string[] {
  const { offset, timestamp, verdict, code, why, errorTopic, envelope, envelopeSize } = record;
  const time = Number.isFinite(new Date(timestamp).getTime()) ? new Date(timestamp).toISOString() : '-';
  const head = `${partitionName(record)} offset ${offset} (${time}): ${verdict.replace('-', ' ')}`;
  const reason = [code, why].filter((part) => part !== undefined && part !== '').join(': ');
  return [
    reason === '' ? head : `${head}, ${printable(reason)}`,
    ...(errorTopic === undefined ? [] : [`    goes to the error topic ${errorTopic}`]),
    ...(envelope === undefined ? [] : [`    ${printable(JSON.stringify(envelope))}`]),
    ...(envelopeSize === undefined ? [] : [`    ${counted(envelopeSize, 'byte')}; --head shows more`]),
  ];
}

function batchLines(batch: ShownBatch): string[] {
  const { firstOffset, lastOffset, count, requests } = batch;
  const range = firstOffset === lastOffset ? `offset ${firstOffset}` : `offsets ${firstOffset} to ${lastOffset}`;
  return [
    `batch of ${partitionName(batch)}, ${range}, ${counted(count, 'record')}: ${counted(requests.length, 'request')}`,
    ...requests.flatMap(requestLines),
    '',
  ];
}

function requestLines({ method, url, headers, body }: ShownRequest): string[] {
  return [
    printable(`  ${method} ${url}`),
    ...Object.entries(headers).map(([name, value]) => printable(`    ${name}: ${value}`)),
    ...(body.bytes === 0 ? [] : bodyLines(body)),
  ];
}

function bodyLines({ bytes, encoding, head, cut }: ShownBody): string[] {
  const size = `    body, ${counted(bytes, 'byte')}`;
  if (encoding === 'base64') {
    return [`${size}, not text; in hex: ${Buffer.from(head, 'base64').subarray(0, HEX_BYTES).toString('hex')}...`];
  }
  return [
    `${size}${cut ? `, the first ${Buffer.byteLength(head)}` : ''}:`,
    ...printable(head).split('\n').map(indented),
  ];
}

function indented(line: string): string {
  return `      ${line}`;
}

function counted(count: number, thing: string): string {
  const plural = thing.endsWith('ch') ? `${thing}es` : `${thing}s`;
  return `${count} ${count === 1 ? thing : plural}`;
}
