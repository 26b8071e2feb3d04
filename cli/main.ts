/** Starts the `spillway` command (`program.ts`), or one of the threads that it spreads tasks over (`thread.ts`): those run this same file. Before
 *  that, sets what must be set before anything is loaded.
 *
 *  V8's young generation stays as small as it begins. It would grow to 32 MB while modules load, and keep that. Hot loops here allocate next to
 *  nothing per record, so they gain nothing by it (measured: 25 MB less resident, no more CPU), and large buffers of which nobody knows any
 *  more go with each small collection. */
import { setFlagsFromString } from 'node:v8';
import { threadSeat } from './this-program.ts';

setFlagsFromString('--semi-space-growth-factor=1');
if (threadSeat === undefined) await import('./program.ts');
else await import('./thread.ts');
