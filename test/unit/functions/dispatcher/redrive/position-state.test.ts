import { describe, expect, it } from 'vitest';
import {
  decodeState,
  encodeState,
  MAX_METADATA_BYTES,
  mergeOpen,
  movedTo,
  openChunkBytes,
} from '../../../../../functions/dispatcher/redrive/position-state.ts';

const destination = (partition: number, endOffset: number) => ({ topic: 'orders', partition, endOffset });
const open = { to: 30, destinations: [destination(0, 5), destination(3, 9)] };

describe('the state of a redrive', () => {
  it('survives the metadata of a commit', () => {
    const state = { position: 10, end: 40, open };
    const run = { id: 'r1', beat: 7 };
    expect(decodeState(10, encodeState(state, run))).toEqual({ state, run });
    expect(decodeState(10, encodeState({ position: 10, end: 40 }, undefined))).toEqual({
      state: { position: 10, end: 40 },
    });
  });

  it('is none in commits of others', () => {
    for (const text of ['', 'x', '[]', '{"version":2,"end":1}', '{"version":1}'])
      expect(decodeState(1, text)).toBe(undefined);
  });

  it('forgets a chunk only when all of it is settled', () => {
    const state = { position: 10, end: 40, open };
    expect(movedTo(state, 29)).toEqual({ position: 29, end: 40, open });
    expect(movedTo(state, 30)).toEqual({ position: 30, end: 40 });
  });

  it('keeps the end offset seen first: records may have been sent from there on', () => {
    const then = { to: 50, destinations: [destination(0, 99), destination(4, 1)] };
    expect(mergeOpen(open, then)).toEqual({ to: 50, destinations: [...open.destinations, destination(4, 1)] });
    expect(mergeOpen(undefined, then)).toBe(then);
  });

  it('measures what it will need at most', () => {
    expect(openChunkBytes(open)).toBeGreaterThan(
      Buffer.byteLength(encodeState({ position: 0, end: 1, open }, { id: 'r', beat: 1 })),
    );
    const topic = 'x'.repeat(249);
    expect(openChunkBytes({ to: 1, destinations: [{ topic, partition: 0, endOffset: 1 }] })).toBeLessThan(
      MAX_METADATA_BYTES,
    );
  });
});
