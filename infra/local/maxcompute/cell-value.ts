/** Values on disk, back in the form in which a stream has them. See `cell-text.ts` for their JSON. */

/** A value as `JSON.parse` answers it. */
export type Cell = unknown;

/** A row on disk: values by column. */
export type RowCells = Readonly<Record<string, Cell>>;

function wrong(kind: string, cell: Cell): Error {
  return new Error(`a row on disk has ${JSON.stringify(cell)} for a ${kind}: it was changed by hand`);
}

export function cellList(kind: string, cell: Cell): readonly Cell[] {
  if (!Array.isArray(cell)) throw wrong(kind, cell);
  return cell as Cell[];
}

export function cellObject(kind: string, cell: Cell): RowCells {
  if (typeof cell !== 'object' || cell === null || Array.isArray(cell)) throw wrong(kind, cell);
  return cell as RowCells;
}

function cellText(kind: string, cell: Cell): string {
  if (typeof cell !== 'string') throw wrong(kind, cell);
  return cell;
}

export function cellBytes(kind: string, cell: Cell): Buffer {
  if (kind !== 'binary') return Buffer.from(cellText(kind, cell), 'utf8');
  return Buffer.from(cellText(kind, cellObject(kind, cell)['base64']), 'base64');
}

/** A whole number, also of the 64-bit types. */
export function cellInteger(kind: string, cell: Cell): bigint {
  if (typeof cell === 'number' && Number.isInteger(cell)) return BigInt(cell);
  if (typeof cell === 'string' && /^-?\d+$/.test(cell)) return BigInt(cell);
  throw wrong(kind, cell);
}

export function cellFloat(kind: string, cell: Cell): number {
  if (typeof cell === 'number') return cell;
  if (cell === 'NaN' || cell === 'Infinity' || cell === '-Infinity') return Number(cell);
  throw wrong(kind, cell);
}

/** Epoch milliseconds of a date or time. */
export function cellMillis(kind: string, cell: Cell): number {
  const millis = Date.parse(cellText(kind, cell));
  if (Number.isNaN(millis)) throw wrong(kind, cell);
  return millis;
}

/** Seconds, rounded down, and nanoseconds. */
export function cellSeconds(kind: string, cell: Cell): readonly [seconds: bigint, nanos: bigint] {
  const text = cellText(kind, cell);
  if (kind === 'interval_day_time') {
    const match = /^(-?)(\d+)\.(\d{9})$/.exec(text);
    if (match === null) throw wrong(kind, cell);
    const size = BigInt(match[2] ?? 0) * 1_000_000_000n + BigInt(match[3] ?? 0);
    const total = match[1] === '-' ? -size : size;
    const nanos = ((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    return [(total - nanos) / 1_000_000_000n, nanos];
  }
  const match = /^(.{19})\.(\d{9})Z?$/.exec(text);
  if (match === null) throw wrong(kind, cell);
  return [BigInt(cellMillis(kind, `${match[1]}Z`)) / 1000n, BigInt(match[2] ?? 0)];
}
