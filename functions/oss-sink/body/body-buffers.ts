/** Buffers of bodies, for all sinks of the process: one for each upload under way. */
import { BufferPool } from '../../../shared/buffer-pool.ts';

const MIB = 1024 * 1024;
/** As many of the usual ones as the default memory budget has room for at one time. */
const MAX_FREE_BYTES = 64 * MIB;

/** Whoever sent a body gives it back when the target has all of it. */
export const bodyBuffers = new BufferPool({
  maxFreeBytes: MAX_FREE_BYTES,
  leastFilled: 0,
  // Few sizes, so that batches of any size soon find one.
  sizeFor: (bytes) => 2 ** Math.ceil(Math.log2(bytes)),
});
