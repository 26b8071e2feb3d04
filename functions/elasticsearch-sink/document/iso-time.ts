/** Record time as ISO 8601 in UTC with milliseconds: `2026-11-21T10:15:30.123Z`. */

const DAY_MS = 86_400_000;
const ZERO = 0x30;
/** `2026-11-21T` */
const DATE_BYTES = 11;

export const ISO_TIME_BYTES = 24;
/** First and last millisecond of the years that have four digits. Source: `strict_date_optional_time`, the format of dates unless a mapping says otherwise. */
const FIRST_MS = -62_167_219_200_000;
const LAST_MS = 253_402_300_799_999;

/** Whether a time has that form; -1, which is what Kafka has for none, has not. */
export function hasIsoTime(epochMs: number): boolean {
  return Number.isInteger(epochMs) && epochMs >= FIRST_MS && epochMs <= LAST_MS && epochMs !== -1;
}

function writeDigits(target: Uint8Array, end: number, count: number, value: number): void {
  let rest = value;
  for (let at = end - 1; at >= end - count; at--) {
    target[at] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

/** Writes times one after the other; those of one day need no date made anew. */
export class IsoTimeWriter {
  #day = Number.NaN;
  readonly #text = Buffer.from('0000-00-00T00:00:00.000Z');

  /** Writes a time that `hasIsoTime` at `at`, and nothing behind it. There must be room. */
  write(target: Buffer, at: number, epochMs: number): void {
    const day = Math.floor(epochMs / DAY_MS);
    const text = this.#text;
    if (day !== this.#day) {
      text.write(new Date(day * DAY_MS).toISOString().slice(0, DATE_BYTES), 'latin1');
      this.#day = day;
    }
    const ms = epochMs - day * DAY_MS;
    const seconds = Math.floor(ms / 1000);
    writeDigits(text, 13, 2, Math.floor(seconds / 3600));
    writeDigits(text, 16, 2, Math.floor(seconds / 60) % 60);
    writeDigits(text, 19, 2, seconds % 60);
    writeDigits(text, 23, 3, ms % 1000);
    target.set(text, at);
  }
}
