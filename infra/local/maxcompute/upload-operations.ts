/** Batch upload: sessions whose blocks become rows all at once. */
import { appendFileSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { invalidArgument, MaxComputeError, noSuchPartition, schemaModified, statusConflict } from './errors.ts';
import { emptyReply } from './reply.ts';
import { countParameter, parameter } from './request.ts';
import { addressedTable, type MaxComputeService, type Operation } from './service.ts';
import { rowsName, type Session } from './session.ts';
import { addressedSession, partitionForSession, uploadReply } from './session-answer.ts';
import type { Table } from './table.ts';
import { takeRows } from './take-rows.ts';

const LAST_BLOCK = 19_999;

/** Keyed tables take rows by upsert only. */
export function refuseKeyed(table: Table): void {
  if (!table.isKeyed) return;
  throw invalidArgument(`Table ${table.definition.name} has a primary key: write to it by an upsert session.`);
}

/** @throws MaxComputeError where a session may not be written to any more */
export function checkWritable(service: MaxComputeService, table: Table, session: Session): void {
  if (session.status !== 'normal') throw statusConflict(`Session ${session.id} is ${session.status}.`);
  const { schemaVersion } = table.definition;
  if (service.onOldSchema === 'refuse' && session.schemaVersion !== schemaVersion) throw schemaModified(schemaVersion);
  if (!table.hasPartition(session.spec)) throw noSuchPartition();
}

export const createUpload: Operation = (service, request, target) => {
  const table = addressedTable(service, request, target);
  refuseKeyed(table);
  service.quotas.session(table.definition.id);
  const spec = partitionForSession(table, request);
  const isOverwrite = request.query.get('overwrite') === 'true';
  const session = service.sessions.create({ kind: 'upload', table, spec, isOverwrite });
  return uploadReply(table, session, service.maxFieldBytes, 201);
};

export const reloadUpload: Operation = (service, request, target) => {
  const { table, session } = addressedSession(service, request, target, 'upload', parameter(request, 'uploadid'));
  return uploadReply(table, session, service.maxFieldBytes);
};

export const uploadBlock: Operation = async (service, request, target) => {
  const find = () => addressedSession(service, request, target, 'upload', parameter(request, 'uploadid'));
  const before = find();
  const id = countParameter(request, 'blockid');
  if (id > LAST_BLOCK) throw new MaxComputeError(400, 'InvalidBlockID', `Block ids are 0 to ${LAST_BLOCK}, not ${id}.`);
  checkWritable(service, before.table, before.session);
  service.quotas.block(before.table.definition.id);
  const pending = service.sessions.pendingFile(before.session);
  try {
    const rules = { columns: before.session.columns, maxFieldBytes: service.maxFieldBytes };
    const rows = await takeRows(request, rules, pending);
    // Meanwhile the session may have been committed, the table dropped, and so on.
    const { table, session } = find();
    checkWritable(service, table, session);
    renameSync(pending, service.sessions.blockFile(session, id));
    session.blocks.set(id, { id, rows, at: service.clock() });
    service.sessions.save(session);
  } finally {
    rmSync(pending, { force: true });
  }
  return emptyReply();
};

/** Makes one file of all blocks, in the order of their ids, and puts it into the partition. */
function publish({ sessions }: MaxComputeService, table: Table, session: Session): void {
  const blocks = [...session.blocks.keys()].sort((a, b) => a - b).map((id) => sessions.blockFile(session, id));
  const file = sessions.pendingFile(session);
  appendFileSync(file, '');
  for (const block of blocks) appendFileSync(file, readFileSync(block));
  table.placeRows(session.spec, file, rowsName(session), session.isOverwrite);
  for (const block of blocks) rmSync(block);
}

export const commitUpload: Operation = async (service, request, target) => {
  const find = () => addressedSession(service, request, target, 'upload', parameter(request, 'uploadid'));
  const { table, session } = find();
  checkWritable(service, table, session);
  await service.quotas.commit(table.definition.id, async () => {
    session.status = 'committing';
    try {
      service.sessions.save(session);
      if (service.commitMs > 0) await sleep(service.commitMs, undefined, { signal: service.closing });
      if (find().table !== table || !table.hasPartition(session.spec)) throw noSuchPartition();
      publish(service, table, session);
    } catch (thrown) {
      session.status = 'normal';
      throw thrown;
    }
    session.status = 'closed';
    service.sessions.save(session);
  });
  return uploadReply(table, session, service.maxFieldBytes);
};
