/** What the service says of a table and its partitions. */
import type { CallOptions } from './call-options.ts';
import type { RawReply } from './exchange.ts';
import { notUnderstood, type OdpsConnection } from './odps-connection.ts';
import { OdpsError } from './odps-error.ts';
import { type PartitionSpec, partitionText, quotedPartition } from './partition-spec.ts';
import { elementText } from './service-xml.ts';
import { schemaQuery } from './sql-instance.ts';
import { isObject, readSchema, type TableSchema } from './table-schema.ts';

export interface TableInfo extends TableSchema {
  /** Columns of its primary key, in order; most tables have none. */
  readonly primaryKey: readonly string[];
  readonly transactional: boolean;
  /** Nothing is written to a view. */
  readonly isView: boolean;
  /** Another one after each change of its columns; `undefined` where the service does not say. */
  readonly schemaVersion: string | undefined;
}

/** @throws OdpsError of status 404 when there is no such table */
export async function readTable(connection: OdpsConnection, table: string, call: CallOptions): Promise<TableInfo> {
  const action = `look at table ${connection.project}.${table}`;
  const ask = (query: Readonly<Record<string, string>>) =>
    connection.request({
      to: 'service',
      method: 'GET',
      path: ['projects', connection.project, 'tables', table],
      query: { ...query, ...schemaQuery(connection) },
      action,
      signal: call.signal,
    });
  const reply = await ask({});
  const description = schemaDocument(reply);
  const schema = readSchema(description);
  if (schema === undefined) throw notUnderstood(reply, action, 'the answer describes no table');
  const reserved = parsedObject(schemaDocument(await ask({ extended: '' }))?.['Reserved']);
  const version = reserved['schema_version'];
  const type = elementText(reply.body.toString('utf8'), 'Type') ?? '';
  return {
    ...schema,
    primaryKey: namesOf(reserved['PrimaryKey']),
    transactional: String(reserved['Transactional']).toLowerCase() === 'true',
    isView: description?.['isVirtualView'] === true || /VIEW/i.test(type),
    schemaVersion: version === undefined ? undefined : String(version),
  };
}

/** @throws OdpsError of status 404 when there is no such table */
export async function hasPartition(
  connection: OdpsConnection,
  table: string,
  partition: PartitionSpec,
  { signal }: CallOptions,
): Promise<boolean> {
  try {
    await connection.request({
      to: 'service',
      method: 'GET',
      path: ['projects', connection.project, 'tables', table],
      query: { partition: quotedPartition(partition), ...schemaQuery(connection) },
      action: `look for partition ${partitionText(partition)} of table ${connection.project}.${table}`,
      signal,
    });
    return true;
  } catch (error) {
    if (error instanceof OdpsError && error.status === 404 && !isTableMissing(error)) return false;
    throw error;
  }
}

/** The same codes stand for a missing table and a missing partition. */
function isTableMissing({ code, text }: OdpsError): boolean {
  if (code === 'NoSuchPartition') return false;
  return code === 'NoSuchTable' || code === 'NoSuchProject' || code === '' || /\b(table|project) not found/i.test(text);
}

/** JSON inside of an element. */
function schemaDocument(reply: RawReply): Readonly<Record<string, unknown>> | undefined {
  const text = elementText(reply.body.toString('utf8'), 'Schema');
  return text === undefined ? undefined : parsedObject(text);
}

/** Of JSON's text; without members when it is something else. */
function parsedObject(text: unknown): Readonly<Record<string, unknown>> {
  if (typeof text !== 'string') return {};
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) ? document : {};
  } catch {
    // Whoever asks finds nothing in it, and says so.
    return {};
  }
}

/** A list, or the text of one. */
function namesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== 'string' || value.trim() === '') return [];
  return value
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(',')
    .map((name) => name.trim().replace(/^["'`]|["'`]$/g, ''))
    .filter((name) => name !== '');
}
