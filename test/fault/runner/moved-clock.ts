/** Loaded before a worker's program by `--import`: its clock is so many ms ahead of the machine's as the file in `SPILLWAY_FAULT_CLOCK` says,
 *  which it looks at again and again: a signal would kill a process that does not listen yet. Timers are not moved: they do not follow the wall clock in a real jump either. */
import { readFileSync, watchFile } from 'node:fs';

const file = process.env['SPILLWAY_FAULT_CLOCK'] ?? '';
const LOOK_EVERY_MS = 200;
const machine = Date.now;
let aheadMs = 0;

function look(): void {
  aheadMs = Number(readFileSync(file, 'utf8'));
}

look();
watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, look);
Date.now = () => machine() + aheadMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, given: unknown[], as) => Reflect.construct(target, given.length === 0 ? [Date.now()] : given, as),
});
