/** Where everything lies in the module's memory, in bytes. It never grows; what lies before `HEAP` fits a core's second-level cache. The host
 *  reads these numbers from the exports and has no copy of them. */

/** Shuffle patterns, one for each set of eight bytes to escape (`json-string.ts`). */
export const PATTERNS: usize = 1024;
const PATTERNS_BYTES: usize = 256 * 16;

/** Where 16 bytes may be put down for a moment. */
export const SCRATCH: usize = PATTERNS + PATTERNS_BYTES;

/** Upper halves of the numbers that were last printed (`decimal.ts`). At first all is 0, which is right for the first number too. */
export const OFFSET_HALF: usize = SCRATCH + 64;
export const TIMESTAMP_HALF: usize = OFFSET_HALF + 16;
export const SIZE_HALF: usize = TIMESTAMP_HALF + 16;

/** What `write` answers beside its result: index of the first record not written, why it stopped. */
export const ANSWER: usize = SIZE_HALF + 16;

/** The template that `write` follows (`write.ts`). */
export const PROGRAM: usize = ANSWER + 64;
export const PROGRAM_BYTES: usize = 8 * 1024;

/** Records staged at once, at most. */
export const MOST_RECORDS: usize = 512;
/** Columns of staged records, as in `RecordBlock`. */
export const BOUNDS: usize = PROGRAM + PROGRAM_BYTES;
export const BOUNDS_STRIDE: usize = 5;
export const OFFSETS: usize = BOUNDS + MOST_RECORDS * BOUNDS_STRIDE * 4;
export const TIMESTAMPS: usize = OFFSETS + MOST_RECORDS * 8;
/** What `measure` found: two 32-bit numbers a record. */
export const ADDED: usize = TIMESTAMPS + MOST_RECORDS * 8;

/** Loads and stores are 16 bytes wide and may reach this far past what counts. */
export const MARGIN: usize = 64;

/** Bytes of staged records. */
export const INPUT: usize = ADDED + MOST_RECORDS * 8;
export const INPUT_BYTES: usize = 48 * 1024;

/** Finished elements. */
export const OUTPUT: usize = INPUT + INPUT_BYTES + MARGIN;
export const OUTPUT_BYTES: usize = 96 * 1024;

/** First byte after all of it. */
export const LAYOUT_END: usize = OUTPUT + OUTPUT_BYTES + MARGIN;

/** A memory that a buffer of the host lies in has that in place of `OUTPUT`. */
export const HEAP: usize = OUTPUT;
