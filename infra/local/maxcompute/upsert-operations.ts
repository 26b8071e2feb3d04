/** Upsert sessions of keyed tables. */
import { renameSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { invalidArgument, MaxComputeError, noSuchPartition } from './errors.ts';
import { emptyReply, jsonReply, type Reply } from './reply.ts';
import { countParameter, parameter } from './request.ts';
import { addressedTable, type MaxComputeService, type Operation } from './service.ts';
import { rowsName, type Session } from './session.ts';
import { addressedSession, partitionForSession, schemaAnswer } from './session-answer.ts';
import { checkRowCount } from './stream-operations.ts';
import type { Table } from './table.ts';
import { takeStream } from './take-rows.ts';
import { checkWritable } from './upload-operations.ts';
import { applyUpserts, takeUpserts } from './upsert-rows.ts';

const slotOf = ({ slots }: MaxComputeService, bucket: number): number => bucket % slots.count;

function upsertReply(service: MaxComputeService, table: Table, session: Session): Reply {
  const { primaryKey, buckets } = table.definition;
  const all = Array.from({ length: buckets }, (_, bucket) => bucket);
  const slots = service.slots.all().map(({ id, server }) => ({
    slot_id: String(id),
    worker_addr: server,
    buckets: all.filter((bucket) => slotOf(service, bucket) === id),
  }));
  return jsonReply({
    id: session.id,
    status: session.status,
    schema: schemaAnswer(table, session.columns),
    hash_key: primaryKey,
    hasher: 'default',
    slots: slots.filter((slot) => slot.buckets.length > 0),
    quota_name: '',
    enable_partial_update: false,
  });
}

export const createUpsert: Operation = (service, request, target) => {
  const table = addressedTable(service, request, target);
  if (!table.isKeyed) throw invalidArgument(`Table ${table.definition.name} has no primary key.`);
  const lifecycle = request.query.get('lifecycle');
  if (lifecycle !== undefined && !(Number(lifecycle) >= 1 && Number(lifecycle) <= 24)) {
    throw invalidArgument(`lifecycle is 1 to 24 hours, not ${lifecycle}.`);
  }
  service.quotas.session(table.definition.id);
  const spec = partitionForSession(table, request);
  return upsertReply(service, table, service.sessions.create({ kind: 'upsert', table, spec }));
};

export const reloadUpsert: Operation = (service, request, target) => {
  const { table, session } = addressedSession(service, request, target, 'upsert', parameter(request, 'upsertid'));
  return upsertReply(service, table, session);
};

export const writeUpsert: Operation = async (service, request, target) => {
  const { sessions } = service;
  const find = () => addressedSession(service, request, target, 'upsert', parameter(request, 'upsertid'));
  const { table, session } = find();
  const { primaryKey, buckets } = table.definition;
  const bucket = countParameter(request, 'bucketid');
  if (bucket >= buckets) throw invalidArgument(`The table has ${buckets} buckets, none is ${bucket}.`);
  const slot = slotOf(service, bucket);
  const server = service.slots.server(slot);
  if (countParameter(request, 'slotid') !== slot || request.headers.get('odps-tunnel-routed-server') !== server) {
    throw new MaxComputeError(308, 'SlotReassigned', `Bucket ${bucket} is served by slot ${slot} at ${server}.`, {
      headers: { 'odps-tunnel-routed-server': server },
    });
  }
  checkWritable(service, table, session);
  const pending = sessions.pendingFile(session);
  try {
    const rules = { columns: session.columns, primaryKey, buckets, maxFieldBytes: service.maxFieldBytes };
    const rows = takeUpserts(await takeStream(request), bucket, rules, pending);
    checkRowCount(request, rows);
    checkWritable(service, find().table, session);
    const id = session.blocks.size;
    renameSync(pending, sessions.blockFile(session, id));
    session.blocks.set(id, { id, rows, at: service.clock() });
    sessions.save(session);
  } finally {
    rmSync(pending, { force: true });
  }
  return emptyReply();
};

function publish({ sessions }: MaxComputeService, table: Table, session: Session): void {
  if (!table.hasPartition(session.spec)) throw noSuchPartition();
  const writes = [...session.blocks.keys()].map((id) => sessions.blockFile(session, id));
  const file = sessions.pendingFile(session);
  applyUpserts(table, table.rowFiles(session.spec), writes, file);
  table.placeRows(session.spec, file, rowsName(session), true);
  for (const write of writes) rmSync(write);
  session.status = 'committed';
  sessions.save(session);
}

/** Clients ask again while the answer is `committing`; asking once more after the end does no harm. */
export const commitUpsert: Operation = async (service, request, target) => {
  const { table, session } = addressedSession(service, request, target, 'upsert', parameter(request, 'upsertid'));
  if (session.status === 'normal') {
    checkWritable(service, table, session);
    session.status = 'committing';
    try {
      service.sessions.save(session);
      if (service.commitMs > 0) {
        void sleep(service.commitMs, undefined, { signal: service.closing }).then(
          () => publish(service, table, session),
          () => undefined,
        );
      } else publish(service, table, session);
    } catch (thrown) {
      session.status = 'normal';
      throw thrown;
    }
  } else if (session.status === 'expired') checkWritable(service, table, session);
  return upsertReply(service, table, session);
};

export const abortUpsert: Operation = (service, request, target) => {
  const { session } = addressedSession(service, request, target, 'upsert', parameter(request, 'upsertid'));
  if (session.status === 'normal') service.sessions.forget(session);
  return emptyReply();
};
