/** The tables of the project. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Table, type TableDefinition } from './table.ts';

/** Table and column names are not case sensitive; the service keeps them in lower case. */
const folderOf = (name: string, schema: string | undefined): string =>
  `${schema === undefined || schema === 'default' ? '' : `${schema}.`}${name}`.toLowerCase();

export class Catalog {
  readonly folder: string;
  readonly #tables = new Map<string, Table>();

  /** Opens what lies in `folder`, made when missing. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      const table = Table.open(join(folder, name));
      if (table !== undefined) this.#tables.set(name, table);
    }
  }

  table(name: string, schema: string | undefined): Table | undefined {
    return this.#tables.get(folderOf(name, schema));
  }

  all(): readonly Table[] {
    return [...this.#tables.values()];
  }

  create(definition: TableDefinition): Table {
    const name = folderOf(definition.name, definition.schema);
    const table = Table.create(join(this.folder, name), definition);
    this.#tables.set(name, table);
    return table;
  }

  drop(table: Table): void {
    const name = folderOf(table.definition.name, table.definition.schema);
    rmSync(table.folder, { recursive: true, force: true });
    this.#tables.delete(name);
  }
}
