/** Starts the `spillway` command (`program.ts`), or one of the threads that it spreads tasks over (`thread.ts`): those run this same file. Before
 *  that, sets what must be set before anything is loaded. */
import './v8-settings.ts';
import { threadSeat } from './this-program.ts';

if (threadSeat === undefined) await import('./program.ts');
else await import('./thread.ts');
