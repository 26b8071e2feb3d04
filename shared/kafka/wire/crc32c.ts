/** CRC-32C (Castagnoli), the checksum of Kafka's record batches. */

/** Unsigned. `before`: the sum of what comes before `bytes`. */
export type Crc32c = (bytes: Buffer, before?: number) => number;

const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256: the effect of a byte 0 to 7 places before the end of an eight-byte step. */
function slicingTables(): Int32Array[] {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256));
  const at = (table: number, index: number) => tables[table]?.[index] ?? 0;
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[0]?.fill(crc, n, n + 1);
  }
  for (let n = 0; n < 256; n++) {
    for (let table = 1; table < 8; table++) {
      const previous = at(table - 1, n);
      tables[table]?.fill((previous >>> 8) ^ at(0, previous & 0xff), n, n + 1);
    }
  }
  return tables;
}

const [t0, t1, t2, t3, t4, t5, t6, t7] = slicingTables() as [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** Slice-by-8 in plain TypeScript; unsigned. Of a few dozen bytes it is faster than a call out of JavaScript. */
export function crc32cInTypeScript(bytes: Buffer, before = 0, start = 0, end = bytes.length): number {
  let crc = ~before;
  let at = start;
  const sliced = end - 7;
  while (at < sliced) {
    const low = crc ^ bytes.readInt32LE(at);
    const high = bytes.readInt32LE(at + 4);
    crc =
      (t7[low & 0xff] as number) ^
      (t6[(low >>> 8) & 0xff] as number) ^
      (t5[(low >>> 16) & 0xff] as number) ^
      (t4[low >>> 24] as number) ^
      (t3[high & 0xff] as number) ^
      (t2[(high >>> 8) & 0xff] as number) ^
      (t1[(high >>> 16) & 0xff] as number) ^
      (t0[high >>> 24] as number);
    at += 8;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}

let chosen: Promise<Crc32c> | undefined;

async function choose(): Promise<Crc32c> {
  try {
    const { crc32c } = await import('@node-rs/crc32');
    return (bytes, before) => crc32c(bytes, before) >>> 0;
  } catch {
    // An optional dependency: without it (no binary for this platform) the same sum takes nine times as long.
    return crc32cInTypeScript;
  }
}

/** The fastest CRC-32C there is on this machine: `@node-rs/crc32` when it loads, else ours. Its version is 1.10.7 on purpose: the binary of 1.10.8
 *  calls a function for every eight bytes and takes four times as long. Measure before a newer one is taken (`docs/performance.md`). */
export function loadCrc32c(): Promise<Crc32c> {
  chosen ??= choose();
  return chosen;
}
