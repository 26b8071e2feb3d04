/** Test runs set the variable: nothing may read a buffer after it was given back, in this thread or another. */
import { poisonGivenBack } from '../shared/buffer-pool.ts';

if (process.env['SPILLWAY_POISON_BUFFERS'] === '1') poisonGivenBack();
