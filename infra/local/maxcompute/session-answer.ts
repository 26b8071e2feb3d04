/** What the tunnel tells of a table and of a session. */

import { httpTime } from '../oss/request-time.ts';
import { invalidArgument, noSuchPartition } from './errors.ts';
import type { Addressed } from './operation-name.ts';
import { checkNewPartition, type PartitionSpec, partitionText, readPartition } from './partition-spec.ts';
import type { Reply } from './reply.ts';
import { jsonReply } from './reply.ts';
import type { MaxComputeRequest } from './request.ts';
import { addressedTable, type MaxComputeService } from './service.ts';
import type { Session, SessionKind } from './session.ts';
import type { Table } from './table.ts';
import { columnAnswer } from './table-column.ts';

/** Columns as the tunnel answers them. A session keeps those that it was made with. */
export function schemaAnswer(table: Table, columns = table.definition.columns): object {
  return {
    IsVirtualView: false,
    columns: columns.map((column, index) => columnAnswer(column, index, 'tunnel')),
    partitionKeys: table.definition.partitionKeys.map((column, index) => columnAnswer(column, index, 'tunnel')),
  };
}

/** The partition that a new session is for, made where the request asks for it.
 *  @throws MaxComputeError `NoSuchPartition`, `MissingPartitionSpec`, `InvalidPartitionSpec` */
export function partitionForSession(table: Table, { query }: MaxComputeRequest): PartitionSpec {
  const spec = readPartition(query.get('partition'), table.definition.partitionKeys, false);
  const create = query.get('create_partition');
  if (!table.hasPartition(spec)) {
    if (create === undefined || create.toLowerCase() === 'false') throw noSuchPartition();
    checkNewPartition(spec);
    table.addPartition(spec);
  }
  return spec;
}

/** The session that a request names, with its table.
 *  @throws MaxComputeError when either is gone, or the request names another partition than the session has */
export function addressedSession(
  service: MaxComputeService,
  request: MaxComputeRequest,
  target: Addressed,
  kind: SessionKind,
  id: string,
): { readonly table: Table; readonly session: Session } {
  const table = addressedTable(service, request, target);
  const session = service.sessions.find(kind, id, table.definition.id);
  const spec = readPartition(request.query.get('partition'), table.definition.partitionKeys, false);
  if (partitionText(spec) !== partitionText(session.spec)) {
    throw invalidArgument(`Session ${id} is for partition '${partitionText(session.spec)}'.`);
  }
  return { table, session };
}

/** An upload session, as create, reload and commit answer it. */
export function uploadReply(table: Table, session: Session, maxFieldBytes: number, status = 200): Reply {
  const blocks = [...session.blocks.values()].sort((a, b) => a.id - b.id);
  return jsonReply(
    {
      UploadID: session.id,
      Status: session.status,
      Owner: 'ALIYUN$local',
      Initiated: httpTime(session.createdAt),
      IsOverwrite: session.isOverwrite,
      MaxFieldSize: maxFieldBytes,
      QuotaName: '',
      Schema: schemaAnswer(table, session.columns),
      UploadedBlockList: blocks.map(({ id, rows, at }) => ({
        BlockID: id,
        RecordCount: rows,
        CreateTime: at,
        Date: httpTime(at),
        FileName: `block-${id}`,
        Version: 0,
      })),
    },
    status,
  );
}
