/** Looks for the rows of an upload session that is no more (they last 24 hours): the table itself says whether it was committed. */
import { boundedSignal } from '../../shared/bounded-signal.ts';
import type { Clock } from '../../shared/clock.ts';
import { FatalError } from '../../shared/errors.ts';
import { unlessAborted } from '../../shared/kafka/interruption.ts';
import type { Logger } from '../../shared/logger.ts';
import type { SessionRange, SessionState } from '../../shared/sink.ts';
import type { SessionToken } from './session-token.ts';
import type { Call, TableTarget } from './table-target.ts';
import type { ColumnType } from './tunnel/column-type.ts';
import { ANSWER_NOT_UNDERSTOOD, OdpsError } from './tunnel/odps-error.ts';
import { partitionText, sqlName, sqlText } from './tunnel/partition-spec.ts';
import type { TableSchema } from './tunnel/table-schema.ts';

export interface SessionLookupOptions {
  readonly target: TableTarget;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A statement may wait for the project's resources longer than one try of a batch lasts; it is not begun anew with each. */
const LONGEST_COUNT_MS = 10 * 60_000;

type Kind = ColumnType['kind'];

/** Columns that say which record a row was, and the types that can. */
const IDENTITY: readonly (readonly [name: string, kinds: readonly Kind[]])[] = [
  ['topic', ['string', 'varchar', 'char']],
  ['partition', ['int', 'bigint']],
  ['offset', ['bigint']],
];

/** Whether rows of such a table can be told from each other by where their records came from. Without that nothing says of a session that is no
 *  more whether it was committed, and its records are written a second time: at least once. */
export function tellsRecordsApart({ columns }: TableSchema): boolean {
  return IDENTITY.every(([name, kinds]) =>
    columns.some((column) => column.name.toLowerCase() === name && kinds.includes(column.type.kind)),
  );
}

export class SessionLookup {
  readonly #options: SessionLookupOptions;
  /** Under way, by their statements. */
  readonly #counts = new Map<string, Promise<string>>();

  constructor(options: SessionLookupOptions) {
    this.#options = options;
  }

  /** `committed` when all rows are there, `gone` when none is.
   *  @throws FatalError `MAXCOMPUTE_ROWS_DOUBTFUL` for anything between: the partition waits for a person */
  async look(token: SessionToken, range: SessionRange, call: Call): Promise<SessionState> {
    const { target, logger } = this.#options;
    const info = await target.look(call);
    const fields = { table: target.name, session: token.id, ...range };
    if (!tellsRecordsApart(info)) {
      logger.warn(fields, 'the upload session is gone, and the table cannot tell whether it was committed');
      return 'gone';
    }
    const found = await this.#count(token, range, call);
    logger.info({ ...fields, found, rows: token.rows }, 'the upload session is gone; its rows were looked for');
    if (found === token.rows) return 'committed';
    if (found === 0) return 'gone';
    throw new FatalError(
      'MAXCOMPUTE_ROWS_DOUBTFUL',
      `upload session ${token.id} is gone, and of its ${token.rows} rows ${found} are in ${placeOf(target.name, token)}, for ${call.about}; look at them, delete them or leave them, and move the group with spillway offsets`,
      { scope: 'partition', context: { topic: range.topic, partition: range.partition, offset: range.firstOffset } },
    );
  }

  async #count(token: SessionToken, range: SessionRange, call: Call): Promise<number> {
    const { target } = this.#options;
    const statement = countStatement(target.client.quotedName(target.name), token, range);
    const text = await target.run(call, () => unlessAborted(this.#running(statement), call.signal));
    const count = text.trim().split('\n').at(-1)?.trim() ?? '';
    if (/^"?\d+"?$/.test(count)) return Number(count.replaceAll('"', ''));
    return await target.run(call, () => {
      const fields = { status: 200, code: ANSWER_NOT_UNDERSTOOD, text: 'the result of COUNT is no number' };
      throw new OdpsError({ ...fields, action: `count rows of table ${target.name}` });
    });
  }

  #running(statement: string): Promise<string> {
    const { target, clock } = this.#options;
    const underWay = this.#counts.get(statement);
    if (underWay !== undefined) return underWay;
    const deadlineAt = clock.now() + LONGEST_COUNT_MS;
    const { signal, release } = boundedSignal({ signal: new AbortController().signal, deadlineAt }, clock);
    const count = target.client.runSql(statement, { signal }).finally(() => {
      release();
      this.#counts.delete(statement);
    });
    this.#counts.set(statement, count);
    return count;
  }
}

function placeOf(table: string, { partition }: SessionToken): string {
  return partition === undefined ? `table ${table}` : `table ${table}, partition ${partitionText(partition)}`;
}

/** How many rows of these records there are.
 *  @param table its whole name, quoted */
function countStatement(table: string, { partition = [] }: SessionToken, range: SessionRange): string {
  const conditions = [
    ...partition.map(({ name, value }) => `${sqlName(name)}=${sqlText(value)}`),
    `${sqlName('topic')}=${sqlText(range.topic)}`,
    `${sqlName('partition')}=${range.partition}`,
    `${sqlName('offset')}>=${range.firstOffset}`,
    `${sqlName('offset')}<=${range.lastOffset}`,
  ];
  return `SELECT COUNT(*) FROM ${table} WHERE ${conditions.join(' AND ')}`;
}
