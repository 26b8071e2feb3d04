/** What all sessions of the tunnel have: a table, perhaps a partition, and their place in paths and texts. */
import type { OdpsConnection, OdpsRequest } from './odps-connection.ts';
import { type PartitionSpec, partitionText } from './partition-spec.ts';

export class TunnelTarget {
  readonly connection: OdpsConnection;
  readonly #table: string;
  readonly #partition: PartitionSpec | undefined;

  constructor(connection: OdpsConnection, table: string, partition: PartitionSpec | undefined) {
    this.connection = connection;
    this.#table = table;
    this.#partition = partition;
  }

  /** For errors: `project.table, partition pt=a`. */
  toString(): string {
    const name = `${this.connection.project}.${this.#table}`;
    return this.#partition === undefined ? name : `${name}, partition ${partitionText(this.#partition)}`;
  }

  /** A request to the table, or below it. */
  request(below: '' | 'streams' | 'upserts', request: Omit<OdpsRequest, 'to' | 'path'>): OdpsRequest {
    const { project, schema, quota } = this.connection;
    return {
      ...request,
      to: 'tunnel',
      path: [
        'projects',
        project,
        ...(schema === undefined ? [] : ['schemas', schema]),
        'tables',
        this.#table,
        ...(below === '' ? [] : [below]),
      ],
      query: {
        ...request.query,
        ...(this.#partition === undefined ? {} : { partition: partitionText(this.#partition) }),
        ...quota,
      },
    };
  }
}
