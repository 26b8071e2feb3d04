import { type Fault, nothingToLift } from '../fault.ts';
import { untilBefallen } from './held-request.ts';

let columns = 0;

/** A table is altered between a session's beginning and its end: the session is refused from then on, since its columns are the old ones. */
export const fault: Fault = {
  name: 'maxcompute-column-added',
  class: 'column added in mid-run',
  weight: 1,
  comesFirst: true,
  holdMs: [0, 500],
  async inject({ maxcompute, say }, random) {
    const [table, operation] = random.pick([
      ['rows_once', 'upload.block'],
      ['rows_once', 'upload.commit'],
      ['rows_keyed', 'upsert.write'],
      ['rows_keyed', 'upsert.commit'],
    ] as const);
    say(`${table}, before ${operation}`);
    await untilBefallen(maxcompute, { kind: 'hold', operation, table });
    await maxcompute.runSql(`ALTER TABLE ${table} ADD COLUMNS (added_${++columns} STRING)`);
    return nothingToLift;
  },
};
