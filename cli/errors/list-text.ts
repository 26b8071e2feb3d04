/** Lists of errors as tables for a person. */
import Table from 'cli-table3';
import { isoTime } from '../../functions/dispatcher/redrive/row-data.ts';
import { printable } from '../shown-bytes.ts';
import { tableStyle } from '../table-style.ts';

const KEY_CHARS = 24;
const MESSAGE_CHARS = 60;
export const FOREIGN = 'not an error record: its headers are missing or malformed';

/** A record of an error topic in short, found here or by a worker. */
export interface ShownRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** ISO time. */
  readonly timestamp: string;
  /** Absent: not written by a connector. */
  readonly failure?: ShownFailure | undefined;
  readonly keyHead: { readonly encoding: 'utf8' | 'base64'; readonly head: string } | null;
}

interface ShownFailure {
  readonly connector: string;
  readonly code: string;
  readonly message: string;
  readonly source: { readonly topic: string; readonly partition: number; readonly offset: number };
}

/** Records of one kind, counted here or by a worker; its names are absent where no connector wrote them. */
export interface ShownKind {
  readonly errorTopic: string;
  readonly connector?: string | undefined;
  readonly code?: string | undefined;
  readonly errorClass?: string | undefined;
  readonly sourceTopic?: string | undefined;
  readonly records: number;
  /** Epoch ms. */
  readonly first: number;
  readonly last: number;
}

/** As text. Ends with a line break. */
export function rowsText(rows: readonly ShownRow[], severalTopics: boolean): string {
  if (rows.length === 0) return 'no records\n';
  const head = ['at', 'when', 'connector', 'code', 'came from', 'key', 'message'];
  const table = new Table({ head: severalTopics ? ['error topic', ...head] : head, style: tableStyle() });
  for (const row of rows) {
    const { failure } = row;
    const cells = [
      `${row.partition}:${row.offset}`,
      row.timestamp,
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
export function kindsText(kinds: readonly ShownKind[]): string {
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

function keyText(key: ShownRow['keyHead']): string {
  if (key === null) return '-';
  return cut(key.encoding === 'utf8' ? key.head : `base64 ${key.head}`, KEY_CHARS);
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}

function oneLine(text: string): string {
  return printable(text).replace(/[\n\t]+/g, ' ');
}
