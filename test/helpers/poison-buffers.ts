/** Recycled buffers are poisoned, here and, by the environment, in programs that tests start. A test that compares what arrived with what was
 *  sent fails when anything reads a buffer after it was given back. */
import { poisonGivenBack } from '../../shared/buffer-pool.ts';

process.env['SPILLWAY_POISON_BUFFERS'] = '1';
poisonGivenBack();
