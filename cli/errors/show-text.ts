/** One record of an error topic as text for a person, or as data for a program. */
import type { ErrorEntry } from '../../functions/dispatcher/redrive/error-entry.ts';
import { isoTime } from '../../functions/dispatcher/redrive/row-data.ts';
import { partitionName, type RecordHeader } from '../../shared/records.ts';
import { printable, shown } from '../shown-bytes.ts';
import { FOREIGN } from './list-text.ts';

/** JSON-able. `bytes`: how much of each key, value and header. */
export function entryData(entry: ErrorEntry, bytes: number): object {
  const { topic, partition, offset, timestamp, key, value, headers } = entry.record;
  const place = { topic, partition, offset, timestamp: isoTime(timestamp) };
  const content = { key: bytesData(key, bytes), value: bytesData(value, bytes) };
  if (entry.note === undefined) return { ...place, ...content, headers: headersData(headers, bytes) };
  const { timestamp: _, ...failure } = entry.note;
  return {
    ...place,
    failure: { ...failure, attempts: entry.attempts },
    original: { timestamp: isoTime(entry.timestamp), headers: headersData(entry.headers, bytes) },
    ...content,
  };
}

/** As text. Ends with a line break. */
export function entryText(entry: ErrorEntry, bytes: number): string {
  const { record, note } = entry;
  const lines = [
    `${partitionName(record)} offset ${record.offset}`,
    `  in the error topic since  ${isoTime(record.timestamp)}`,
    ...(note === undefined
      ? [`  ${FOREIGN}`]
      : [
          `  came from                 ${partitionName(note)} offset ${note.offset}`,
          `  record time               ${isoTime(entry.timestamp)}`,
          `  connector                 ${note.connector}, task ${note.task}, sink ${note.sinkClass}`,
          `  failed at                 ${note.stage}`,
          `  error                     ${note.code} (${note.errorClass})`,
          `  message                   ${note.message}`,
          `  sent back so far          ${entry.attempts === 0 ? 'never' : `${entry.attempts} times`}`,
        ]),
    ...(note?.stack === undefined ? [] : ['  trace', ...indented(note.stack)]),
    ...(note?.functionLog === undefined ? [] : ['  log of the function', ...indented(note.functionLog)]),
    ...headerLines(note === undefined ? record.headers : entry.headers, bytes),
    ...bytesLines('key', record.key, bytes),
    ...bytesLines('value', record.value, bytes),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function headersData(headers: readonly RecordHeader[], bytes: number): object[] {
  return headers.map(({ key, value }) => ({ key, value: bytesData(value, bytes) }));
}

function bytesData(value: Buffer | null, bytes: number): object | null {
  return value === null ? null : shown(value, bytes);
}

function headerLines(headers: readonly RecordHeader[], bytes: number): string[] {
  if (headers.length === 0) return ['  headers                   none'];
  return ['  headers', ...headers.flatMap(({ key, value }) => indented(`${key}: ${bytesText(value, bytes)}`))];
}

function bytesLines(name: string, value: Buffer | null, bytes: number): string[] {
  return [`  ${name}, ${value === null ? 'null' : sizeText(value, bytes)}`, ...indented(bytesText(value, bytes))];
}

function sizeText(value: Buffer, bytes: number): string {
  const { encoding, cut } = shown(value, bytes);
  const size = `${value.length} bytes${encoding === 'base64' ? ', not text; as base64' : ''}`;
  return cut ? `${size}; the first ${bytes}, --full shows all` : size;
}

function bytesText(value: Buffer | null, bytes: number): string {
  if (value === null) return 'null';
  const { encoding, head, cut } = shown(value, bytes);
  return `${encoding === 'base64' ? 'base64 ' : ''}${head}${cut ? '…' : ''}`;
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `    ${line}`);
}
