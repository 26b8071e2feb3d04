/** Lists of errors as tables for a person, or as data for a program. */
import Table from 'cli-table3';
import type { ErrorKind, ErrorRow } from '../../functions/dispatcher/redrive/error-list.ts';
import { printable, shown } from '../shown-bytes.ts';
import { tableStyle } from '../table-style.ts';

const KEY_CHARS = 24;
const MESSAGE_CHARS = 60;
export const FOREIGN = 'not an error record: its headers are missing or malformed';

/** JSON-able. */
export function rowData({ keyHead, ...row }: ErrorRow): object {
  const key = keyHead === null ? null : shown(keyHead, keyHead.length);
  return {
    ...row,
    timestamp: isoTime(row.timestamp),
    keyHead: key === null ? null : { encoding: key.encoding, head: key.head },
  };
}

/** As text. Ends with a line break. */
export function rowsText(rows: readonly ErrorRow[], severalTopics: boolean): string {
  if (rows.length === 0) return 'no records\n';
  const head = ['at', 'when', 'connector', 'code', 'came from', 'key', 'message'];
  const table = new Table({ head: severalTopics ? ['error topic', ...head] : head, style: tableStyle() });
  for (const row of rows) {
    const { failure } = row;
    const cells = [
      `${row.partition}:${row.offset}`,
      isoTime(row.timestamp),
      failure?.connector ?? '-',
      failure?.code ?? '-',
      failure === undefined ? '-' : `${failure.source.topic}-${failure.source.partition}@${failure.source.offset}`,
      keyText(row.keyHead),
      failure === undefined ? FOREIGN : cut(failure.message, MESSAGE_CHARS),
    ].map((cell) => oneLine(cell));
    table.push(severalTopics ? [row.topic, ...cells] : cells);
  }
  return `${table.toString()}\n`;
}

/** As text. Ends with a line break. */
export function kindsText(kinds: readonly ErrorKind[]): string {
  if (kinds.length === 0) return 'no records\n';
  const table = new Table({
    head: ['records', 'code', 'class', 'connector', 'source topic', 'error topic', 'first', 'last'],
    style: tableStyle(),
  });
  for (const kind of kinds) {
    const { records, code, errorClass, connector, sourceTopic, errorTopic, first, last } = kind;
    const named = [code ?? 'not an error record', errorClass ?? '-', connector ?? '-', sourceTopic ?? '-', errorTopic];
    table.push([records, ...named.map(oneLine), isoTime(first), isoTime(last)]);
  }
  return `${table.toString()}\n`;
}

/** ISO time, '-' for what is none. */
export function isoTime(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isFinite(date.getTime()) ? date.toISOString() : '-';
}

function keyText(key: Buffer | null): string {
  if (key === null) return '-';
  const { encoding, head } = shown(key, key.length);
  return cut(encoding === 'utf8' ? head : `base64 ${head}`, KEY_CHARS);
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}

function oneLine(text: string): string {
  return printable(text).replace(/[\n\t]+/g, ' ');
}
