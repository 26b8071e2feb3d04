/** Runs one statement on the tables. */
import { randomBytes } from 'node:crypto';
import type { Catalog } from '../catalog.ts';
import { hasJson, needsSecondEdition } from '../column-type.ts';
import { MaxComputeError } from '../errors.ts';
import { checkNewPartition, orderedSpec, type PartitionSpec } from '../partition-spec.ts';
import type { Table } from '../table.ts';
import type { Column } from '../table-column.ts';
import { select } from './sql-select.ts';
import { type CreateTable, readStatement, type Statement, type TableName } from './sql-statement.ts';
import { parseError, SqlError, semanticError } from './sql-tokens.ts';

/** Switches of a statement: its own, as the job's settings have them. */
export type Hints = Readonly<Record<string, string>>;

export interface SqlContext {
  readonly catalog: Catalog;
  readonly project: string;
  readonly now: number;
  readonly hints: Hints;
}

/** The service's own number for keyed tables that do not say. */
const DEFAULT_BUCKETS = 16;

const isOn = (hints: Hints, name: string): boolean => hints[name]?.toLowerCase() === 'true';

/** `t`, `project.t`, `project.schema.t`, and with schemas switched on also `schema.t`. */
function resolve(
  name: TableName,
  { project, hints }: SqlContext,
): { readonly name: string; readonly schema: string | undefined } {
  const hasSchemas = isOn(hints, 'odps.namespace.schema');
  const own = project.toLowerCase();
  const [first, second, third] = name;
  if (first === undefined) throw parseError('a table has no name');
  if (second === undefined) return { name: first, schema: hasSchemas ? hints['odps.default.schema'] : undefined };
  if (third === undefined) {
    if (hasSchemas && first !== own) return { name: second, schema: first };
    if (first !== own) throw new SqlError(`ODPS-0420111: Project not found - '${first}'`);
    return { name: second, schema: undefined };
  }
  if (!hasSchemas) throw semanticError(`${name.join('.')} has a schema, and odps.namespace.schema is not set`);
  if (first !== own) throw new SqlError(`ODPS-0420111: Project not found - '${first}'`);
  return { name: third, schema: second };
}

function find(statement: { readonly name: TableName }, context: SqlContext): Table | undefined {
  const { name, schema } = resolve(statement.name, context);
  return context.catalog.table(name, schema);
}

function must(statement: { readonly name: TableName }, context: SqlContext): Table {
  const table = find(statement, context);
  if (table !== undefined) return table;
  throw new SqlError(`ODPS-0130131:[1,1] Table not found - table ${statement.name.join('.')} cannot be resolved`);
}

function checkTypes(columns: readonly Column[], hints: Hints): void {
  for (const { name, type } of columns) {
    if (needsSecondEdition(type) && !isOn(hints, 'odps.sql.type.system.odps2')) {
      throw semanticError(
        `type ${type.kind} of column ${name} is not enabled in current mode, please set odps.sql.type.system.odps2=true`,
      );
    }
    if (hasJson(type) && !isOn(hints, 'odps.sql.type.json.enable')) {
      throw semanticError(`column ${name}: json type is not enabled, please set odps.sql.type.json.enable=true`);
    }
  }
}

function checkNames(columns: readonly Column[]): void {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw semanticError(`column ${twice} is there twice`);
  const wrong = names.find((name) => !/^[\p{L}_][\p{L}\d_$]{0,127}$/u.test(name));
  if (wrong !== undefined) throw semanticError(`${wrong} is no name of a column`);
}

function createTable(statement: CreateTable, context: SqlContext): void {
  const { columns, partitionKeys, primaryKey, properties, lifecycle } = statement;
  const { name, schema } = resolve(statement.name, context);
  if (context.catalog.table(name, schema) !== undefined) {
    if (statement.ifNotExists) return;
    throw new SqlError(`ODPS-0130211:[1,1] Table or view already exists - table ${name} is already defined`);
  }
  if (!/^[a-z][a-z0-9_]{0,127}$/.test(name)) throw semanticError(`${name} is no name of a table`);
  checkNames([...columns, ...partitionKeys]);
  checkTypes([...columns, ...partitionKeys], context.hints);
  const isTransactional = properties.get('transactional') === 'true';
  if (primaryKey.length > 0 && !isTransactional) throw semanticError('a primary key needs the property transactional');
  for (const key of primaryKey) {
    const column = columns.find((each) => each.name === key);
    if (column?.nullable !== false) throw semanticError(`column ${key} of the primary key must be there and NOT NULL`);
  }
  const buckets = Number(properties.get('write.bucket.num') ?? DEFAULT_BUCKETS);
  if (!Number.isInteger(buckets) || buckets < 1) throw semanticError('write.bucket.num is no number');
  context.catalog.create({
    id: randomBytes(16).toString('hex'),
    ...{ name, schema, columns, partitionKeys, primaryKey, isTransactional, buckets, lifecycle },
    schemaVersion: 1,
    createdAt: context.now,
    modifiedAt: context.now,
  });
}

function changePartitions(
  statement: Statement & { readonly kind: 'add-partition' | 'drop-partition' },
  table: Table,
): void {
  const { kind, isLenient, partitions } = statement;
  const specs: PartitionSpec[] = partitions.map((values) => orderedSpec(values, table.definition.partitionKeys));
  for (const spec of specs) {
    if (kind === 'add-partition') checkNewPartition(spec);
    if (isLenient || table.hasPartition(spec) !== (kind === 'add-partition')) continue;
    throw kind === 'add-partition'
      ? new SqlError('ODPS-0110061: Failed to run ddltask - AlreadyExistsException Partition already exists')
      : new SqlError('ODPS-0130131:[1,1] Partition not found');
  }
  for (const spec of specs) {
    if (kind === 'drop-partition') table.dropPartition(spec);
    else if (!table.hasPartition(spec)) table.addPartition(spec);
  }
}

function run(statement: Statement, context: SqlContext): string {
  switch (statement.kind) {
    case 'create-table':
      createTable(statement, context);
      return '';
    case 'drop-table': {
      const table = statement.ifExists ? find(statement, context) : must(statement, context);
      if (table !== undefined) context.catalog.drop(table);
      return '';
    }
    case 'add-partition':
    case 'drop-partition':
      changePartitions(statement, must(statement, context));
      return '';
    case 'add-columns': {
      const table = must(statement, context);
      checkTypes(statement.columns, context.hints);
      checkNames([...table.definition.columns, ...table.definition.partitionKeys, ...statement.columns]);
      const required = statement.columns.find(({ nullable }) => !nullable);
      if (required) throw semanticError(`column ${required.name} is new and must take NULL`);
      table.addColumns(statement.columns, context.now);
      return '';
    }
    case 'select': {
      const allowsFullScan = isOn(context.hints, 'odps.sql.allow.fullscan');
      return select(must(statement, context), statement.aggregates, statement.conditions, allowsFullScan);
    }
    default:
      throw new Error(`no such statement: ${JSON.stringify(statement satisfies never)}`);
  }
}

/** Runs one statement. Answers the text of its result, CSV for a SELECT.
 *  @throws SqlError in the words of the service, each with a code `ODPS-…` */
export function runSql(text: string, context: SqlContext): string {
  try {
    return run(readStatement(text), context);
  } catch (thrown) {
    if (thrown instanceof MaxComputeError) throw new SqlError(`ODPS-0130071:[1,1] ${thrown.code} - ${thrown.message}`);
    throw thrown;
  }
}
