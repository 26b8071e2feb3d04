/** Buffers of bodies, for all sinks and invokers of this thread: one for each request under way. */
import { BufferPool } from './buffer-pool.ts';
import { kernel } from './kernel/load-kernel.ts';

const MIB = 1024 * 1024;
/** As many of the usual ones as the default memory budget has room for at one time. */
const MAX_FREE_BYTES = 64 * MIB;
/** Sizes between one power of two and the next: few, so that batches of any size soon find one, and close enough that a buffer is not half
 *  empty. V8 counts all of it as memory to be collected, touched or not. */
const STEPS = 4;

/** Whoever sent a body gives it back when the target has all of it. */
export const bodyBuffers = new BufferPool({
  maxFreeBytes: MAX_FREE_BYTES,
  leastFilled: 0,
  sizeFor: (bytes) => {
    const step = 2 ** Math.floor(Math.log2(bytes)) / STEPS;
    return Math.ceil(bytes / step) * step;
  },
  allocate: (bytes) => kernel.buffer(bytes),
  grow: (buffer, bytes) => kernel.grown(buffer, bytes),
});
