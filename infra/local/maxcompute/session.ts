/** A session of any kind: what it is for, and how far it has come. */
import type { PartitionSpec } from './partition-spec.ts';
import type { Table } from './table.ts';
import { type Column, loadedColumn, type StoredColumn, storedColumn } from './table-column.ts';

export const SESSION_KINDS = ['upload', 'stream', 'upsert', 'download'] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** `closed` is a committed upload, `committed` a committed upsert. */
export type SessionStatus = 'normal' | 'committing' | 'closed' | 'committed' | 'expired';

/** What one block, or one write of an upsert, brought. */
export interface Block {
  readonly id: number;
  readonly rows: number;
  /** Epoch ms. */
  readonly at: number;
}

export interface Session {
  readonly id: string;
  readonly kind: SessionKind;
  readonly tableId: string;
  readonly spec: PartitionSpec;
  /** The columns when it was made: what its streams are read by. */
  readonly columns: readonly Column[];
  readonly schemaVersion: number;
  readonly isOverwrite: boolean;
  /** Epoch ms. */
  readonly createdAt: number;
  status: SessionStatus;
  /** By id; for an upsert in the order of arrival. */
  readonly blocks: Map<number, Block>;
}

/** What a new session is made from. */
export interface SessionOrder {
  readonly kind: SessionKind;
  readonly table: Table;
  readonly spec: PartitionSpec;
  readonly isOverwrite?: boolean;
}

type StoredSession = Omit<Session, 'columns' | 'blocks'> & {
  readonly columns: readonly StoredColumn[];
  readonly blocks: readonly Block[];
};

/** As it lies in `session.json`. */
export function sessionText({ columns, blocks, ...facts }: Session): string {
  const stored: StoredSession = { ...facts, columns: columns.map(storedColumn), blocks: [...blocks.values()] };
  return `${JSON.stringify(stored, undefined, 2)}\n`;
}

export function sessionOf(text: string): Session {
  const { columns, blocks, ...facts } = JSON.parse(text) as StoredSession;
  return {
    ...facts,
    columns: columns.map(loadedColumn),
    blocks: new Map(blocks.map((block) => [block.id, block])),
  };
}

/** What a session's file of rows is called in the partition. */
export const rowsName = ({ id }: Session): string => `session-${id}`;
