/** Which bucket a row of a keyed table belongs to. Source: `hasher` of the SDK for Java, which the compiled one of pyodps agrees with. */
import { type Cell, cellBytes, cellFloat, cellInteger, cellMillis, cellSeconds } from './cell-value.ts';
import type { ColumnType } from './column-type.ts';

const TRUE_HASH = 0x172ba9c7;
const FALSE_HASH = -0x3a59cb12;

function hashInt64(value: bigint): number {
  const wrap = (number: bigint) => BigInt.asIntN(64, number);
  let hash = wrap(value);
  hash = wrap(~hash + (hash << 18n));
  hash ^= hash >> 31n;
  hash = wrap(hash * 21n);
  hash ^= hash >> 11n;
  hash = wrap(hash + (hash << 6n));
  hash ^= hash >> 22n;
  return Number(BigInt.asIntN(32, hash));
}

function hashBytes(bytes: Buffer): number {
  let hash = 0;
  for (let at = 0; at < bytes.length; at++) {
    hash = (hash + bytes.readInt8(at)) | 0;
    hash = (hash + (hash << 10)) | 0;
    hash ^= hash >> 6;
  }
  hash = (hash + (hash << 3)) | 0;
  hash ^= hash >> 11;
  return (hash + (hash << 15)) | 0;
}

function hashOf({ kind }: ColumnType, cell: Cell): number | undefined {
  switch (kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return hashInt64(cellInteger(kind, cell));
    case 'date':
      return hashInt64(BigInt(cellMillis(kind, cell) / 1000));
    case 'datetime':
      return hashInt64(BigInt(cellMillis(kind, cell)));
    case 'timestamp': {
      const [seconds, nanos] = cellSeconds(kind, cell);
      return hashInt64((seconds << 30n) | nanos);
    }
    case 'double': {
      const bits = Buffer.alloc(8);
      bits.writeDoubleLE(cellFloat(kind, cell));
      return hashInt64(bits.readBigInt64LE());
    }
    case 'boolean':
      return cell === true ? TRUE_HASH : FALSE_HASH;
    case 'string':
    case 'varchar':
    case 'char':
    case 'binary':
      return hashBytes(cellBytes(kind, cell));
    default:
      return undefined;
  }
}

/** Hash of a whole key, never negative. `undefined` where a column's type has a hash that this stand-in does not know. */
export function keyHash(types: readonly ColumnType[], key: readonly Cell[]): number | undefined {
  let sum = 0;
  for (const [index, type] of types.entries()) {
    const hash = hashOf(type, key[index]);
    if (hash === undefined) return undefined;
    sum = (sum + hash) | 0;
  }
  return (sum ^ (sum >> 8)) & 0x7fffffff;
}
