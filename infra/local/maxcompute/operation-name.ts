/** Which operation a request means: by its path, method, and the names in its query. */
import type { MaxComputeRequest } from './request.ts';

/** Everything that the stand-in does, as faults and counts call it. */
export const OPERATIONS = [
  'project.get',
  'project.tunnel',
  'project.log',
  'table.get',
  'partition.get',
  'partition.list',
  'sql.submit',
  'sql.status',
  'upload.create',
  'upload.reload',
  'upload.block',
  'upload.commit',
  'stream.create',
  'stream.reload',
  'stream.write',
  'stream.abort',
  'upsert.create',
  'upsert.reload',
  'upsert.write',
  'upsert.commit',
  'upsert.abort',
  'download.create',
  'download.reload',
  'download.data',
] as const;

export type OperationName = (typeof OPERATIONS)[number];

/** What the path of a request names. `name` is absent where the stand-in, or the service, has no such operation. */
export interface Addressed {
  readonly name: OperationName | undefined;
  readonly project?: string;
  readonly schema?: string;
  readonly table?: string;
  /** Of `instances/{id}`. */
  readonly instance?: string;
}

function tableOperation({ method, query }: MaxComputeRequest): OperationName | undefined {
  if (method !== 'GET') return undefined;
  if (query.has('partitions')) return 'partition.list';
  return query.has('partition') ? 'partition.get' : 'table.get';
}

function batchOperation({ method, query }: MaxComputeRequest): OperationName | undefined {
  const isUpload = query.has('uploadid');
  if (method === 'POST' && query.has('uploads')) return 'upload.create';
  if (method === 'GET' && isUpload) return 'upload.reload';
  if (method === 'PUT' && isUpload) return 'upload.block';
  if (method === 'POST' && isUpload) return 'upload.commit';
  if (method === 'POST' && query.has('downloads')) return 'download.create';
  if (method !== 'GET' || !query.has('downloadid')) return undefined;
  return query.has('data') ? 'download.data' : 'download.reload';
}

function streamOperation({ method, query }: MaxComputeRequest): OperationName | undefined {
  if (method === 'POST') return query.has('uploadid') ? 'stream.abort' : 'stream.create';
  if (method === 'GET') return 'stream.reload';
  return method === 'PUT' ? 'stream.write' : undefined;
}

function upsertOperation({ method, query }: MaxComputeRequest): OperationName | undefined {
  if (method === 'POST') return query.has('upsertid') ? 'upsert.commit' : 'upsert.create';
  if (method === 'GET') return 'upsert.reload';
  if (method === 'PUT') return 'upsert.write';
  return method === 'DELETE' ? 'upsert.abort' : undefined;
}

function tunnelOperation(request: MaxComputeRequest, kind: string | undefined): OperationName | undefined {
  if (kind === undefined) return batchOperation(request);
  if (kind === 'streams') return streamOperation(request);
  return kind === 'upserts' ? upsertOperation(request) : undefined;
}

function projectOperation({ method, path }: MaxComputeRequest): OperationName | undefined {
  const [, , what, id] = path;
  const name = `${method} ${what ?? ''}`;
  if (name === 'GET ') return 'project.get';
  if (name === 'GET tunnel') return 'project.tunnel';
  if (name === 'PUT logs') return 'project.log';
  if (name === 'POST instances') return 'sql.submit';
  return name === 'GET instances' && id !== undefined ? 'sql.status' : undefined;
}

/** Reads the path. Never throws: what it does not know has no name. */
export function addressed(request: MaxComputeRequest): Addressed {
  const [root, project, ...rest] = request.path;
  if (root !== 'projects' || project === undefined) return { name: undefined };
  const pathSchema = rest[0] === 'schemas' ? rest[1] : undefined;
  const [what, table, kind] = pathSchema === undefined ? rest : rest.slice(2);
  const schema = pathSchema ?? request.query.get('curr_schema');
  if (what === 'tables' && table !== undefined) {
    const name = request.side === 'service' ? tableOperation(request) : tunnelOperation(request, kind);
    return { name, project, table, ...(schema === undefined || schema === '' ? {} : { schema }) };
  }
  if (request.side === 'tunnel') return { name: undefined, project };
  const instance = what === 'instances' ? table : undefined;
  return { name: projectOperation(request), project, ...(instance === undefined ? {} : { instance }) };
}
