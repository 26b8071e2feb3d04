/** One table, on disk as a person can read it:
 *
 *  <project>/<table>/table.json                             what it is
 *  <project>/<table>/pt=2026-01-01 10/session-….jsonl       rows that one session committed, one a line
 *
 *  A partition is a folder, one below the other where a table has several partition columns. `%`, `/` and NUL in a value are written as
 *  `%25`, `%2F`, `%00`. A file is complete when it has this name: it was renamed to it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowCells } from './cell-value.ts';
import { type PartitionSpec, partitionText } from './partition-spec.ts';
import { type Column, loadedColumn, type StoredColumn, storedColumn } from './table-column.ts';

/** What a table is. */
export interface TableDefinition {
  /** Another one after it was dropped and made again. */
  readonly id: string;
  readonly name: string;
  readonly schema: string | undefined;
  readonly columns: readonly Column[];
  readonly partitionKeys: readonly Column[];
  /** Empty for tables that are not keyed. */
  readonly primaryKey: readonly string[];
  readonly isTransactional: boolean;
  /** Of keyed tables. */
  readonly buckets: number;
  /** Counts changes of the columns, from 1 on. */
  readonly schemaVersion: number;
  readonly lifecycle: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

const TABLE_FILE = 'table.json';
const ROWS = /\.jsonl$/;

const folderName = ({ name, value }: PartitionSpec[number]): string =>
  `${name}=${value.replace(/[%/\0]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)}`;

const unescaped = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

export class Table {
  readonly folder: string;
  #definition: TableDefinition;
  readonly #partitions = new Map<string, PartitionSpec>();

  private constructor(folder: string, definition: TableDefinition) {
    this.folder = folder;
    this.#definition = definition;
  }

  /** Makes a table in a folder that is not there yet. */
  static create(folder: string, definition: TableDefinition): Table {
    mkdirSync(folder, { recursive: true });
    const table = new Table(folder, definition);
    table.#write();
    return table;
  }

  /** Opens what was made before. `undefined` where the folder has no table. */
  static open(folder: string): Table | undefined {
    const file = join(folder, TABLE_FILE);
    if (!existsSync(file)) return undefined;
    const { columns, partitionKeys, schema, ...facts } = JSON.parse(readFileSync(file, 'utf8')) as StoredDefinition;
    const table = new Table(folder, {
      ...facts,
      schema: schema ?? undefined,
      columns: columns.map(loadedColumn),
      partitionKeys: partitionKeys.map(loadedColumn),
    });
    table.#find([]);
    return table;
  }

  get definition(): TableDefinition {
    return this.#definition;
  }

  get isKeyed(): boolean {
    return this.#definition.primaryKey.length > 0;
  }

  partitions(): readonly PartitionSpec[] {
    return [...this.#partitions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, spec]) => spec);
  }

  /** True for the one "partition" of a table without partition columns, too. */
  hasPartition(spec: PartitionSpec): boolean {
    return spec.length === 0 || this.#partitions.has(partitionText(spec));
  }

  addPartition(spec: PartitionSpec): void {
    mkdirSync(this.partitionFolder(spec), { recursive: true });
    this.#partitions.set(partitionText(spec), spec);
  }

  dropPartition(spec: PartitionSpec): void {
    rmSync(this.partitionFolder(spec), { recursive: true, force: true });
    this.#partitions.delete(partitionText(spec));
  }

  /** Adds columns behind the last one. */
  addColumns(columns: readonly Column[], now: number): void {
    const { columns: before, schemaVersion } = this.#definition;
    this.#definition = {
      ...this.#definition,
      columns: [...before, ...columns],
      schemaVersion: schemaVersion + 1,
      modifiedAt: now,
    };
    this.#write();
  }

  partitionFolder(spec: PartitionSpec): string {
    return join(this.folder, ...spec.map(folderName));
  }

  /** Files with the rows of a partition, in the order of their names. */
  rowFiles(spec: PartitionSpec): string[] {
    const folder = this.partitionFolder(spec);
    const names = readdirSync(folder).filter((name) => ROWS.test(name));
    return names.sort().map((name) => join(folder, name));
  }

  /** Puts a complete file of rows into a partition. In place of all that is there, when told so. */
  placeRows(spec: PartitionSpec, file: string, name: string, isOverwrite: boolean): void {
    const before = isOverwrite ? this.rowFiles(spec) : [];
    const place = join(this.partitionFolder(spec), `${name}.jsonl`);
    renameSync(file, place);
    for (const old of before) if (old !== place) rmSync(old);
  }

  #find(above: PartitionSpec): void {
    const depth = above.length;
    const key = this.#definition.partitionKeys[depth];
    if (key === undefined) {
      if (depth > 0) this.#partitions.set(partitionText(above), above);
      return;
    }
    for (const entry of readdirSync(this.partitionFolder(above), { withFileTypes: true })) {
      if (!entry.isDirectory() || !entry.name.startsWith(`${key.name}=`)) continue;
      const value = entry.name.slice(key.name.length + 1);
      this.#find([...above, { name: key.name, value: value.replace(/%(25|2F|00)/g, unescaped) }]);
    }
  }

  #write(): void {
    const { columns, partitionKeys, ...facts } = this.#definition;
    const stored = { ...facts, columns: columns.map(storedColumn), partitionKeys: partitionKeys.map(storedColumn) };
    const pending = join(this.folder, `${TABLE_FILE}.pending`);
    writeFileSync(pending, `${JSON.stringify(stored, undefined, 2)}\n`);
    renameSync(pending, join(this.folder, TABLE_FILE));
  }
}

type StoredDefinition = Omit<TableDefinition, 'columns' | 'partitionKeys'> & {
  readonly columns: readonly StoredColumn[];
  readonly partitionKeys: readonly StoredColumn[];
};

/** Rows of files, in order. */
export function* rowsOf(files: readonly string[]): Generator<RowCells> {
  for (const file of files) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line !== '') yield JSON.parse(line) as RowCells;
    }
  }
}
