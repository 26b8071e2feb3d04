/** What the records of a run hold: all of it follows from the record's number, so that what is found can be compared byte for byte. */

/** `change` and `removal` are of keyed topics: their keys come again and again, each in one partition only. */
export type RecordKind =
  | 'plain'
  | 'no-key'
  | 'tombstone'
  | 'not-utf8'
  | 'poison'
  | 'long'
  | 'huge'
  | 'change'
  | 'removal';

export interface Content {
  readonly kind: RecordKind;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Epoch ms. */
  readonly timestamp: number;
}

/** What the user's function throws at. */
export const POISON = '"poison":true';

const NOT_UTF8 = Buffer.from([0xff, 0xfe]);
const LONG_CHARACTERS = 3_000;
/** 20 MB. */
const HUGE_CHARACTERS = 20_000_000;
const HOUR_MS = 3_600_000;
const KEYS_A_PARTITION = 37;
/** Record time runs far faster than the clock, so that hours pass by. Some records are late. */
const MS_PER_RECORD = 500;

function kindOf(n: number): RecordKind {
  if (n % 601 === 11) return 'poison';
  if (n % 211 === 5) return 'not-utf8';
  if (n % 101 === 7) return 'tombstone';
  if (n % 53 === 3) return 'no-key';
  if (n % 47 === 2) return 'long';
  return 'plain';
}

/** Kind of record `n` of a keyed topic. */
export const keyedKindOf = (n: number): RecordKind => (n % 5 === 3 ? 'removal' : 'change');

function lateness(n: number): number {
  if (n % 499 === 17) return 4 * HOUR_MS;
  return n % 97 === 13 ? HOUR_MS : 0;
}

/** Record number `n` of a run whose record time begins at `epoch`, in epoch ms. The partition matters to keyed topics only. */
export function contentOf(n: number, epoch: number, kind = kindOf(n), partition = 0): Content {
  const timestamp = epoch + n * MS_PER_RECORD - lateness(n);
  const text = (more: string) => Buffer.from(`{"id":${n},"text":"grüße ${n % 7}"${more}}`);
  const key = Buffer.from(`k${n % 50}`);
  switch (kind) {
    case 'plain':
      return { kind, key, value: text(''), timestamp };
    case 'no-key':
      return { kind, key: null, value: text(''), timestamp };
    case 'tombstone':
      return { kind, key: Buffer.from(`t-${n}`), value: null, timestamp };
    case 'not-utf8':
      return { kind, key, value: Buffer.concat([NOT_UTF8, Buffer.from(String(n))]), timestamp };
    case 'poison':
      return { kind, key, value: text(`,${POISON}`), timestamp };
    case 'long':
      return { kind, key, value: text(`,"more":"${'x'.repeat(LONG_CHARACTERS)}"`), timestamp };
    case 'huge':
      return { kind, key, value: text(`,"more":"${'x'.repeat(HUGE_CHARACTERS)}"`), timestamp };
    case 'change':
    case 'removal': {
      const own = Buffer.from(`${partition}-${n % KEYS_A_PARTITION}`);
      return { kind, key: own, value: kind === 'change' ? text('') : null, timestamp };
    }
    default:
      return kind satisfies never;
  }
}

/** The number of a record that was found; undefined when it is none of ours. */
export function numberOf(key: Buffer | null, value: Buffer | null): number | undefined {
  const found =
    value === null
      ? /^t-(\d+)$/.exec(key?.toString() ?? '')
      : /^(?:\{"id":|\xff\xfe)(\d+)/.exec(value.toString('latin1'));
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
