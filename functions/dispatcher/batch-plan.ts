/** Which batches of a partition may be under way, as the metadata of its offset commit says it before their first write.
 *
 *  If the process dies, the next owner finds the plan beside the committed offset and cuts the same batches again: same first record,
 *  same last one, so the target recognises them. Two rules make that exact:
 *  - nothing is sent before a commit that names its range is confirmed;
 *  - no commit passes the first record of a range that is not written as a whole, so that the next owner reads the range from its
 *    beginning. A range that is written stays in the plan, as `done`, while the commit has not passed it: records of other windows hold
 *    it back, and those of the range must not be sent again.
 *  Pure: no clock, no I/O. */
import {
  encodeCommitMetadata,
  METADATA_MAX_BYTES,
  OCCASION_MAX_LENGTH,
  type PlannedRange,
  type StopMark,
} from './commit-metadata.ts';

/** A range in a plan. What changes it is the plan's to call. */
export interface Planned extends PlannedRange {
  done: boolean;
  token: string | undefined;
  /** Version of the plan that first held it, or its token. */
  version: number;
  /** Between it and the range before it, that window has no record: both were made here, not read from a commit, and nothing that lay between
   *  them left the plan unfinished. */
  isNew: boolean;
}

/** Kept free for the batch that holds the commit back: it must find room, or nothing would ever leave the plan. Up to eight such batches are in
 *  it at one time, those that are done included: as many as windows that interleave. */
const HEAD_RESERVE_BYTES = 320;
/** Kept free for the mark of a stop that comes later. */
const STOP_RESERVE_BYTES = 160;
/** Kept free for the occasion of asynchronous calls, which a commit may carry beside the plan. */
const OCCASION_RESERVE_BYTES = OCCASION_MAX_LENGTH + '"occasion":"",'.length;
/** A token's 200 bytes, escaped as JSON would at its worst, are asked for before the token is known. */
const TOKEN_RESERVE_BYTES = 212;

export class BatchPlan {
  /** By first offset. */
  #ranges: Planned[];
  #version = 0;
  #stored = 0;

  /** @param withTokens a two-phase sink answers a token for each range
   *  @param isStored false: the broker has the plan beside another offset, where nobody would believe it */
  constructor(
    restored: readonly PlannedRange[],
    private readonly withTokens: boolean,
    isStored = true,
  ) {
    if (!isStored && restored.length > 0) this.#version++;
    this.#ranges = restored.map((range) => ({ ...range, version: 0, isNew: false })).sort((a, b) => a.first - b.first);
  }

  get ranges(): readonly Planned[] {
    return this.#ranges;
  }

  /** Counts changes that must be stored before something is sent. */
  get version(): number {
    return this.#version;
  }

  /** Whether something waits for a commit. */
  get unstored(): boolean {
    return this.#version > this.#stored;
  }

  /** No commit may be past this offset; undefined when nothing is begun. */
  get lowestUnfinished(): number | undefined {
    return this.#ranges.find(({ done }) => !done)?.first;
  }

  /** Plans the records of `window` from `first` to `last`. Undefined when the metadata has no room for it now.
   *  @param at offset of the next commit
   *  @param isHead it holds the commit back, and may use the reserve */
  add(
    range: { readonly first: number; readonly last: number; readonly window: string | undefined },
    at: number,
    stopped: StopMark | undefined,
    isHead: boolean,
  ): Planned | undefined {
    const { first, last, window } = range;
    const version = this.#version + 1;
    const planned: Planned = { first, last, window, done: false, token: undefined, version, isNew: true };
    const ranges = [...this.#ranges, planned].sort((a, b) => a.first - b.first);
    const forHead = HEAD_RESERVE_BYTES + (this.withTokens ? TOKEN_RESERVE_BYTES : 0);
    if (!this.#fits(ranges, at, stopped, isHead ? 0 : forHead)) return undefined;
    this.#ranges = ranges;
    this.#version++;
    return planned;
  }

  /** Whether a confirmed commit names it. */
  isStored({ version }: Planned): boolean {
    return version <= this.#stored;
  }

  /** Notes the token of a range; `isStored` is false until a commit carries it. */
  setToken(range: Planned, token: string): void {
    range.token = token;
    range.version = ++this.#version;
  }

  /** `range` ends at `last` from now on, and what was uploaded for it counts for nothing. Answers what stands for it. */
  shorten(range: Planned, last: number): Planned {
    const shorter: Planned = { ...range, last, token: undefined, version: ++this.#version, isNew: false };
    this.#ranges = this.#ranges.map((one) => (one === range ? shorter : one));
    return shorter;
  }

  /** All records of `range` are settled. */
  finish(range: Planned): void {
    range.done = true;
    range.token = undefined;
    this.#merge(range.window);
  }

  /** The partition stopped inside `range`: of what lies behind the stop, only `written` must not be sent again. Where the metadata has no
   *  room for so many pieces the range stays as it is: it is cut the same way again, and the target recognises it.
   *  @param at offset of the next commit */
  finishStopped(
    range: Planned,
    written: readonly { readonly first: number; readonly last: number }[],
    at: number,
    stopped: StopMark,
  ): void {
    const { window } = range;
    const pieces = written.map((piece) => ({
      ...piece,
      window,
      done: true,
      token: undefined,
      version: 0,
      isNew: false,
    }));
    const ranges = [...this.#ranges.filter((one) => one !== range), ...pieces].sort((a, b) => a.first - b.first);
    if (!this.#fits(ranges, at, stopped, 0)) return;
    this.#ranges = ranges;
    // What is not written of it lies between its neighbours now, and they must never become one range.
    const next = ranges.find((one) => one.window === window && one.first > range.last);
    if (next !== undefined) next.isNew = false;
  }

  /** The broker confirmed a commit of `offset` with version `version` of this plan. */
  confirm(offset: number, version: number): void {
    this.#stored = Math.max(this.#stored, version);
    this.#ranges = this.#ranges.filter((range) => isNeededAt(offset, range));
  }

  /** Ranges that a commit of offset `at` has to carry. */
  rangesFor(at: number): readonly Planned[] {
    return this.#ranges.filter((range) => isNeededAt(at, range));
  }

  /** Whether the metadata holds `ranges`, with what they come to until they leave the plan, and `reserve` bytes more. */
  #fits(ranges: readonly Planned[], at: number, stopped: StopMark | undefined, reserve: number): boolean {
    const now = Buffer.byteLength(encodeCommitMetadata(at, { stopped, plan: ranges }));
    const later = ranges.reduce((sum, range) => sum + this.#growthOf(range), 0);
    const stop = stopped === undefined ? STOP_RESERVE_BYTES : 0;
    return now + later + stop + OCCASION_RESERVE_BYTES + reserve <= METADATA_MAX_BYTES;
  }

  /** Bytes that a range takes more when it is done (`,1` or `,0,1`), or has its token. */
  #growthOf({ done, token, window }: Planned): number {
    if (done || token !== undefined) return 0;
    if (this.withTokens) return TOKEN_RESERVE_BYTES;
    return window === undefined ? 4 : 2;
  }

  /** Makes one range of neighbours of one window that are written. */
  #merge(window: string | undefined): void {
    const merged: Planned[] = [];
    let at = -1;
    for (const range of this.#ranges) {
      const before = merged[at];
      if (range.window !== window) merged.push(range);
      else if (before?.done && before.isNew && range.done && range.isNew) merged[at] = { ...before, last: range.last };
      else at = merged.push(range) - 1;
    }
    this.#ranges = merged;
  }
}

/** What is behind the commit is needed no more, but for a session that is still to be completed though Kafka lost its records. */
function isNeededAt(at: number, { last, done, token }: Planned): boolean {
  return last >= at || (token !== undefined && !done);
}
