/** The code of each operation. */
import { createDownload, readDownload, reloadDownload } from './download-operations.ts';
import { findTunnel, getPartition, getProject, getTable, listPartitions, takeLog } from './metadata-operations.ts';
import type { OperationName } from './operation-name.ts';
import type { Operation } from './service.ts';
import { askSql, submitSql } from './sql-operations.ts';
import { createStream, reloadStream, writeStream } from './stream-operations.ts';
import { commitUpload, createUpload, reloadUpload, uploadBlock } from './upload-operations.ts';
import { abortUpsert, commitUpsert, createUpsert, reloadUpsert, writeUpsert } from './upsert-operations.ts';

export const OPERATION_CODE: Readonly<Record<OperationName, Operation>> = {
  'project.get': getProject,
  'project.tunnel': findTunnel,
  'project.log': takeLog,
  'table.get': getTable,
  'partition.get': getPartition,
  'partition.list': listPartitions,
  'sql.submit': submitSql,
  'sql.status': askSql,
  'upload.create': createUpload,
  'upload.reload': reloadUpload,
  'upload.block': uploadBlock,
  'upload.commit': commitUpload,
  'stream.create': createStream,
  'stream.reload': reloadStream,
  'stream.write': writeStream,
  'stream.abort': reloadStream,
  'upsert.create': createUpsert,
  'upsert.reload': reloadUpsert,
  'upsert.write': writeUpsert,
  'upsert.commit': commitUpsert,
  'upsert.abort': abortUpsert,
  'download.create': createDownload,
  'download.reload': reloadDownload,
  'download.data': readDownload,
};
