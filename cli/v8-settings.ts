/** Settings of V8 that the work here gains by, made before anything else is loaded. What they bring is in `docs/performance.md`.
 *
 *  The young generation begins at 1 MiB a half: so small that much of what one batch allocates outlives it, moves to the old generation and makes
 *  that be collected. Left alone it grows to 16 MiB while modules load and keeps them. Four hold what is under way, and stay in the core's cache. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

const HALF_MIB = 4;
const MIB = 1024 * 1024;
/** V8 grows it when more survived than it holds. */
const SURVIVORS = 1_000;
const MOST_ROUNDS = 1_000;

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/** The heap of this thread has its first size already: it is made to grow once, and then never again. */
function growYoungGeneration(): void {
  setFlagsFromString(`--semi-space-growth-factor=${HALF_MIB}`);
  const survivors: object[] = [];
  for (let round = 0; round < MOST_ROUNDS && youngBytes() < 2 * HALF_MIB * MIB; round++) {
    for (let i = 0; i < SURVIVORS; i++) survivors.push({ i });
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

growYoungGeneration();
// Heaps of threads that start later.
setFlagsFromString(`--min-semi-space-size=${HALF_MIB}`);
// Three times as long as usual until a function counts as hot: optimising what runs now and then costs more than it brings, and it is
// the few loops over records that matter.
setFlagsFromString('--interrupt-budget=400000');
// Patterns of people (`topics.regex`) must not hold up the process: a match that takes too many steps back goes on in the way that takes none.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
