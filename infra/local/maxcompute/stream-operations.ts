/** Stream upload: what a request brings is visible at once, and twice when it is sent twice. */
import { rmSync } from 'node:fs';
import { invalidArgument, MaxComputeError, schemaModified } from './errors.ts';
import { emptyReply, jsonReply, type Reply } from './reply.ts';
import { countParameter, type MaxComputeRequest, parameter } from './request.ts';
import { addressedTable, type MaxComputeService, type Operation } from './service.ts';
import { rowsName, type Session } from './session.ts';
import { addressedSession, partitionForSession, schemaAnswer } from './session-answer.ts';
import type { Table } from './table.ts';
import { takeRows } from './take-rows.ts';
import { checkWritable, refuseKeyed } from './upload-operations.ts';

function streamReply({ slots }: MaxComputeService, table: Table, session: Session): Reply {
  return jsonReply({
    session_name: session.id,
    status: session.status,
    schema: schemaAnswer(table, session.columns),
    schema_version: session.schemaVersion,
    slots: slots.all().map(({ id, server }) => [id, server]),
    quota_name: '',
    compress_mode: '',
    file_format: '',
  });
}

/** A version in the request must be one that the table had. */
function checkVersion({ query }: MaxComputeRequest, table: Table): void {
  const latest = table.definition.schemaVersion;
  const version = query.get('schema_version');
  if (version !== undefined && !(Number(version) >= 1 && Number(version) <= latest)) {
    throw new MaxComputeError(404, 'NoSuchSchema', `The table has no schema version ${version}.`);
  }
  const checksLatest = query.get('check_latest_schema') === 'true';
  if (checksLatest && version !== undefined && Number(version) !== latest) throw schemaModified(latest);
}

export const createStream: Operation = (service, request, target) => {
  const table = addressedTable(service, request, target);
  refuseKeyed(table);
  checkVersion(request, table);
  const spec = partitionForSession(table, request);
  return streamReply(service, table, service.sessions.create({ kind: 'stream', table, spec }));
};

/** Also what an abort hears: it ends nothing, since there is nothing to end. */
export const reloadStream: Operation = (service, request, target) => {
  const { table, session } = addressedSession(service, request, target, 'stream', parameter(request, 'uploadid'));
  return streamReply(service, table, session);
};

/** @throws MaxComputeError where the number of rows is not the one that the client says */
export function checkRowCount(request: MaxComputeRequest, rows: number): void {
  if (!request.query.has('record_count')) return;
  const said = countParameter(request, 'record_count');
  if (said !== rows) throw invalidArgument(`record_count is ${said}, the stream has ${rows} rows.`);
}

export const writeStream: Operation = async (service, request, target) => {
  const { slots, sessions } = service;
  const find = () => addressedSession(service, request, target, 'stream', parameter(request, 'uploadid'));
  const { table, session } = find();
  const slot = countParameter(request, 'slotid');
  for (const name of ['odps-tunnel-routed-server', 'odps-tunnel-slot-num']) {
    if (!request.headers.has(name)) throw invalidArgument(`The header ${name} is missing.`);
  }
  checkVersion(request, table);
  checkWritable(service, table, session);
  const pending = sessions.pendingFile(session);
  try {
    const rules = { columns: session.columns, maxFieldBytes: service.maxFieldBytes };
    const rows = await takeRows(request, rules, pending);
    checkRowCount(request, rows);
    const now = find();
    checkWritable(service, now.table, session);
    const id = session.blocks.size;
    session.blocks.set(id, { id, rows, at: service.clock() });
    sessions.save(session);
    table.placeRows(session.spec, pending, `${rowsName(session)}-${String(id).padStart(6, '0')}`, false);
  } finally {
    rmSync(pending, { force: true });
  }
  // A client that sees another number of slots than its own reloads; one that sees another address remembers it.
  return emptyReply(200, {
    'odps-tunnel-routed-server': slots.server(slot),
    'odps-tunnel-slot-num': String(slots.count),
  });
};
