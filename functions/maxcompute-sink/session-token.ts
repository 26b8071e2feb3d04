/** What stands for an upload in the metadata of an offset commit: enough to find the session again, and its rows once it is gone. */
import { FatalError } from '../../shared/errors.ts';
import { type PartitionSpec, partitionText } from './tunnel/partition-spec.ts';

/** `append`: an upload session; `upsert`: a session of a keyed table. */
export type SessionKind = 'append' | 'upsert';

export interface SessionToken {
  readonly kind: SessionKind;
  readonly id: string;
  /** Rows of all blocks. Kept with it: what the session does not show after its end. */
  readonly rows: number;
  readonly blocks: number;
  /** Undefined where the table has no partitions. */
  readonly partition: PartitionSpec | undefined;
}

/** As JSON text, its quotes included; see `PreparedBatch`. */
const MOST_BYTES = 200;
/** What the longest numbers and the longest id that was seen take. */
const BYTES_BESIDE_PARTITION = 'append '.length + 64 + ' 2147483647 20000 '.length + 2;

const PATTERN = /^(append|upsert) (\S+) (\d{1,10}) (\d{1,5})(?: (.+))?$/s;

/** The token as text, its parts between blanks: the partition is the last, for it may have blanks of its own. */
export function sessionTokenText({ kind, id, rows, blocks, partition }: SessionToken): string {
  const head = `${kind} ${id} ${rows} ${blocks}`;
  return partition === undefined ? head : `${head} ${partitionText(partition)}`;
}

/** @throws FatalError `MAXCOMPUTE_TOKEN_INVALID` for what is no token of this sink */
export function readSessionToken(text: string): SessionToken {
  const [, kind, id, rows, blocks, partition] = PATTERN.exec(text) ?? [];
  if (kind === undefined || id === undefined) {
    throw new FatalError(
      'MAXCOMPUTE_TOKEN_INVALID',
      'the offset commit holds a token that is none of this sink; was the connector of this group another one before? Move the group with spillway offsets',
    );
  }
  return {
    kind: kind === 'append' ? 'append' : 'upsert',
    id,
    rows: Number(rows),
    blocks: Number(blocks),
    partition: partition === undefined ? undefined : partition.split(',').map(readColumn),
  };
}

function readColumn(text: string): PartitionSpec[number] {
  const at = text.indexOf('=');
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Why no token can name this partition; `undefined` where one can. */
export function unnamablePartition(partition: PartitionSpec): string | undefined {
  const text = partitionText(partition);
  const bytes = Buffer.byteLength(JSON.stringify(text));
  const most = MOST_BYTES - BYTES_BESIDE_PARTITION;
  return bytes <= most
    ? undefined
    : `partition ${text} takes ${bytes} bytes, and at most ${most} fit into an offset commit`;
}
