/** Download sessions: rows back to whoever asks. */
import { existsSync } from 'node:fs';
import { httpTime } from '../oss/request-time.ts';
import type { RowCells } from './cell-value.ts';
import { invalidArgument, MaxComputeError } from './errors.ts';
import { RecordWriter } from './record-writer.ts';
import { jsonReply, type Reply } from './reply.ts';
import { parameter } from './request.ts';
import { addressedTable, type MaxComputeService, type Operation } from './service.ts';
import type { Session } from './session.ts';
import { addressedSession, partitionForSession, schemaAnswer } from './session-answer.ts';
import { rowsOf, type Table } from './table.ts';
import { packStream } from './take-rows.ts';

/** Files that a session saw when it was made: what is committed later, it never shows. */
const snapshots = new WeakMap<Session, readonly string[]>();

function countRows(files: readonly string[]): number {
  let rows = 0;
  for (const _ of rowsOf(files)) rows++;
  return rows;
}

function filesOf(session: Session): readonly string[] {
  const files = snapshots.get(session) ?? [];
  if (files.every((file) => existsSync(file))) return files;
  throw new MaxComputeError(409, 'TableModified', 'The table was modified after the session was made.');
}

function downloadReply(table: Table, session: Session): Reply {
  return jsonReply({
    DownloadID: session.id,
    Status: session.status,
    RecordCount: countRows(filesOf(session)),
    Schema: schemaAnswer(table, session.columns),
    Owner: 'ALIYUN$local',
    Initiated: httpTime(session.createdAt),
  });
}

export const createDownload: Operation = (service, request, target) => {
  const table = addressedTable(service, request, target);
  const spec = partitionForSession(table, request);
  const session = service.sessions.create({ kind: 'download', table, spec });
  snapshots.set(session, table.rowFiles(spec));
  return downloadReply(table, session);
};

const find = (
  service: MaxComputeService,
  ...[request, target]: Parameters<Operation> extends [unknown, ...infer R] ? R : never
) => addressedSession(service, request, target, 'download', parameter(request, 'downloadid'));

export const reloadDownload: Operation = (service, request, target) => {
  const { table, session } = find(service, request, target);
  return downloadReply(table, session);
};

function rowsBetween(files: readonly string[], start: number, count: number): RowCells[] {
  const rows: RowCells[] = [];
  let at = 0;
  for (const row of rowsOf(files)) {
    if (at >= start && rows.length < count) rows.push(row);
    at++;
  }
  if (rows.length === count) return rows;
  throw new MaxComputeError(400, 'InvalidRowRange', `Rows ${start} to ${start + count} are not all there: ${at} are.`);
}

export const readDownload: Operation = async (service, request, target) => {
  const { session } = find(service, request, target);
  const [, start = '', count = ''] = /^\((\d+),(\d+)\)$/.exec(parameter(request, 'rowrange')) ?? [];
  if (start === '') throw new MaxComputeError(400, 'InvalidRowRange', 'rowrange is not (start,count).');
  const wanted = request.query.get('columns')?.split(',') ?? session.columns.map(({ name }) => name);
  const columns = wanted.map((name) => {
    const column = session.columns.find((each) => each.name === name);
    if (column === undefined) throw invalidArgument(`The table has no column ${name}.`);
    return column;
  });
  const writer = new RecordWriter(columns);
  for (const row of rowsBetween(filesOf(session), Number(start), Number(count))) writer.add(row);
  const { body, headers } = await packStream(request, writer.finish());
  return { status: 200, headers: { 'content-type': 'application/octet-stream', ...headers }, body };
};
