/** Keys of the Function Compute stand-in; they open nothing else. */
export const FC_KEYS = { accessKeyId: 'fault-key', accessKeySecret: 'fault-secret', accountId: '1000000000000000' };

/** The functions there: a user's own, and the built oss-sink. */
export const FC_NAMES = { taker: 'taker', objects: 'objects' } as const;

/** The user's function prints it between the halves of a batch. */
export const HALF_IS_TAKEN = 'HALF OF THE BATCH IS TAKEN';
