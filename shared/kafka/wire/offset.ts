/** 64-bit numbers of the wire as safe numbers. */
import { FatalError } from '../../errors.ts';

const HIGH = 0x1_0000_0000;

/** A signed 64-bit number at `at`, rounded where it passes 2^53. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * HIGH + bytes.readUInt32BE(at + 4);
}

/** An offset at `at`; -1 and other small negatives pass as they are.
 *  @throws FatalError `OFFSET_UNSAFE` past 2^53-1: it could not be told from its neighbours */
export function readOffset(bytes: Buffer, at: number): number {
  return safeOffset(readInt64(bytes, at));
}

/** Refuses offsets that a number cannot hold exactly.
 *  @throws FatalError `OFFSET_UNSAFE` */
export function safeOffset(offset: number): number {
  if (Number.isSafeInteger(offset)) return offset;
  throw new FatalError('OFFSET_UNSAFE', `offset ${offset} is past 2^53-1, the largest this client can carry exactly`);
}
