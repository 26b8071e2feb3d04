/** A preview as text for a person, or as data for a program. */
import type { Preview, PreviewedBatch, PreviewedRecord } from '../../functions/dispatcher/preview/preview.ts';
import { partitionName } from '../../shared/records.ts';
import type { RenderedRequest } from '../../shared/rendered-request.ts';
import { printable, shown } from '../shown-bytes.ts';

const NOTHING_DONE = 'Nothing was sent, written or committed, and no consumer group was joined.';
const HEX_BYTES = 32;

/** As data: one object, JSON-able. `headBytes`: how much of each body. */
export function previewData(connector: string, { records, batches }: Preview, headBytes: number): object {
  return {
    connector,
    records: records.map(({ record, envelope, ...fate }) => ({
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      timestamp: record.timestamp,
      keySize: record.key?.length ?? null,
      valueSize: record.value?.length ?? null,
      ...fate,
      ...(envelope === undefined ? {} : { envelope: JSON.parse(envelope) as unknown }),
    })),
    batches: batches.map(({ requests, ...batch }) => ({
      ...batch,
      requests: requests.map(({ body, ...request }) => ({ ...request, body: shown(body, headBytes) })),
    })),
  };
}

/** As text. Ends with a line break. */
export function previewText(connector: string, preview: Preview, headBytes: number): string {
  const { records, batches } = preview;
  if (records.length === 0) return `${connector}: there are no records to show.\n`;
  const lines = [
    `${connector}: ${counted(records.length, 'record')}. ${NOTHING_DONE}`,
    '',
    ...records.flatMap(recordLines),
    '',
    ...batches.flatMap((batch) => batchLines(batch, headBytes)),
  ];
  if (batches.length === 0) lines.push('No request would be sent for these records.');
  return `${lines.join('\n').trimEnd()}\n`;
}

function recordLines({ record, verdict, code, why, errorTopic, envelope }: PreviewedRecord): string[] {
  const time = Number.isFinite(new Date(record.timestamp).getTime()) ? new Date(record.timestamp).toISOString() : '-';
  const head = `${partitionName(record)} offset ${record.offset} (${time}): ${verdict.replace('-', ' ')}`;
  const reason = [code, why].filter((part) => part !== undefined && part !== '').join(': ');
  return [
    reason === '' ? head : `${head}, ${printable(reason)}`,
    ...(errorTopic === undefined ? [] : [`    goes to the error topic ${errorTopic}`]),
    ...(envelope === undefined ? [] : [`    ${printable(envelope)}`]),
  ];
}

function batchLines(batch: PreviewedBatch, headBytes: number): string[] {
  const { firstOffset, lastOffset, count, requests } = batch;
  const range = firstOffset === lastOffset ? `offset ${firstOffset}` : `offsets ${firstOffset} to ${lastOffset}`;
  return [
    `batch of ${partitionName(batch)}, ${range}, ${counted(count, 'record')}: ${counted(requests.length, 'request')}`,
    ...requests.flatMap((request) => requestLines(request, headBytes)),
    '',
  ];
}

function requestLines({ method, url, headers, body }: RenderedRequest, headBytes: number): string[] {
  return [
    `  ${method} ${url}`,
    ...Object.entries(headers).map(([name, value]) => `    ${name}: ${value}`),
    ...(body.length === 0 ? [] : bodyLines(body, headBytes)),
  ];
}

function bodyLines(body: Buffer, headBytes: number): string[] {
  const { encoding, head, cut } = shown(body, headBytes);
  const size = `    body, ${counted(body.length, 'byte')}`;
  if (encoding === 'base64') return [`${size}, not text; in hex: ${body.subarray(0, HEX_BYTES).toString('hex')}...`];
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
