/** What a partition's offset commit carries besides the offset, for whoever owns it next: where it is stopped, and which batches may be
 *  under way. The string is JSON, so that a person can read it with Kafka's own tools. */
import { createHash } from 'node:crypto';

/** Bytes of UTF-8 that brokers take for one partition (`offset.metadata.max.bytes`). */
export const METADATA_MAX_BYTES = 4_096;
/** Letters and digits; a longer one is none of ours. */
export const OCCASION_MAX_LENGTH = 16;

/** A partition stopped by `errors.policy=stop`, or by what lies in its way at the target, stays stopped for its next owner. */
export interface StopMark {
  /** The record the partition stopped at. */
  readonly offset: number;
  readonly code: string;
}

/** Records of one window from `first` to `last`, both inclusive, that belong to one batch, or to batches that are all written. */
export interface PlannedRange {
  readonly first: number;
  readonly last: number;
  /** `windowName` of the window; undefined where the target has none. */
  readonly window: string | undefined;
  /** Written, though records of other windows before `last` are not. */
  readonly done: boolean;
  /** What a two-phase sink answered to `prepare`. */
  readonly token: string | undefined;
}

export interface CommitMetadata {
  readonly stopped: StopMark | undefined;
  /** By first offset. */
  readonly plan: readonly PlannedRange[];
  /** Of `InvokeContext.occasion`; undefined where none is needed. Whoever moves a group with other tools, or with `spillway offsets`, leaves it
   *  out, so that what comes again is a new occasion. */
  readonly occasion?: string | undefined;
}

const NOTHING: CommitMetadata = { stopped: undefined, plan: [] };
const CODE_MAX_LENGTH = 100;
/** 48 bits: windows that are open at one time are few, and two of one name would have to be among them. */
const WINDOW_NAME_LENGTH = 8;

/** A short name for what `windowOf` answers, which may be as long as a record's key. */
export function windowName(window: string): string {
  return createHash('sha256').update(window).digest('base64url').slice(0, WINDOW_NAME_LENGTH);
}

/** The string for a commit of offset `at`; '' when there is nothing to say. Offsets are given relative to `at`, to save room. */
export function encodeCommitMetadata(at: number, { stopped, plan, occasion }: CommitMetadata): string {
  if (stopped === undefined && plan.length === 0 && occasion === undefined) return '';
  return JSON.stringify({
    spillway: 1,
    ...(stopped === undefined
      ? {}
      : { stopped: { offset: stopped.offset, code: stopped.code.slice(0, CODE_MAX_LENGTH) } }),
    ...(plan.length === 0 && occasion === undefined ? {} : { at }),
    ...(occasion === undefined ? {} : { occasion }),
    ...(plan.length === 0 ? {} : { plan: plan.map((range) => encodeRange(at, range)) }),
  });
}

/** `[first, last, window or 0, 1 when done or the token]`, what is absent at the end left out. */
function encodeRange(at: number, { first, last, window, done, token }: PlannedRange): unknown[] {
  const mark = done ? 1 : token;
  const entry = [first - at, last - at];
  if (mark !== undefined) return [...entry, window ?? 0, mark];
  return window === undefined ? entry : [...entry, window];
}

/** What `metadata` says that came with a commit of offset `at`. Foreign metadata says nothing, and neither does a plan, or an occasion, that was
 *  made for another offset: somebody moved the group or copied it to another cluster, and what it calls written is not. */
export function decodeCommitMetadata(at: number, metadata: string): CommitMetadata {
  const parsed = parse(metadata);
  if (parsed === undefined) return NOTHING;
  const { stopped, plan, occasion } = parsed;
  const ranges = parsed['at'] === at && Array.isArray(plan) ? plan.map((entry) => decodeRange(at, entry)) : [];
  const valid = ranges.filter((range) => range !== undefined);
  return {
    stopped: decodeStopMark(stopped),
    plan: valid.length === ranges.length ? valid : [],
    ...(parsed['at'] === at && isOccasion(occasion) ? { occasion } : {}),
  };
}

function parse(metadata: string): Readonly<Record<string, unknown>> | undefined {
  if (!metadata.startsWith('{"spillway":1')) return undefined;
  try {
    const parsed: unknown = JSON.parse(metadata);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function isOccasion(said: unknown): said is string {
  return typeof said === 'string' && said.length <= OCCASION_MAX_LENGTH;
}

function decodeStopMark(stopped: unknown): StopMark | undefined {
  const { offset, code } = (stopped ?? {}) as { offset?: unknown; code?: unknown };
  return typeof offset === 'number' && typeof code === 'string' ? { offset, code } : undefined;
}

function decodeRange(at: number, entry: unknown): PlannedRange | undefined {
  if (!Array.isArray(entry)) return undefined;
  const [first, last, window, mark] = entry as unknown[];
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last)) return undefined;
  return {
    first: at + Number(first),
    last: at + Number(last),
    window: typeof window === 'string' ? window : undefined,
    done: mark === 1,
    token: typeof mark === 'string' ? mark : undefined,
  };
}
