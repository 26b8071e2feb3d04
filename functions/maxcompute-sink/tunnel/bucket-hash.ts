/** Which bucket of a table a row belongs to, by the values of its key: the tunnel's hasher `default`.
 *  Source: aliyun-odps-java-sdk `com.aliyun.odps.tunnel.hasher.DefaultHashFactory`. */
import type { ColumnType } from './column-type.ts';
import type { ColumnValue, Instant } from './column-value.ts';

const TRUE_HASH = 388737479;
const FALSE_HASH = -0x3a59cb12;
const SECONDS_PER_DAY = 86_400;

/** Types that `keyHash` takes. */
const HASHED: ReadonlySet<ColumnType['kind']> = new Set<ColumnType['kind']>([
  ...(['tinyint', 'smallint', 'int', 'bigint', 'boolean', 'double'] as const),
  ...(['date', 'datetime', 'timestamp', 'timestamp_ntz'] as const),
  ...(['string', 'char', 'varchar', 'binary'] as const),
]);

/** Whether rows can be spread by a column of this type. */
export function isHashed({ kind }: ColumnType): boolean {
  return HASHED.has(kind);
}

/** Number of the bucket. @throws RangeError for a value that no key can have */
export function bucketOf(types: readonly ColumnType[], values: readonly ColumnValue[], buckets: number): number {
  let sum = 0;
  for (const [index, type] of types.entries()) sum = (sum + keyHash(type, values[index] ?? null)) | 0;
  return combined(sum) % buckets;
}

/** Of the sum of all hashes; never negative. */
export function combined(sum: number): number {
  return sum ^ (sum >> 8);
}

/** 32 bits with a sign. */
export function keyHash(type: ColumnType, value: ColumnValue): number {
  const { kind } = type;
  switch (kind) {
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
    case 'datetime':
      return longHash(BigInt(value as number | bigint));
    case 'date':
      return longHash(BigInt(value as number) * BigInt(SECONDS_PER_DAY));
    case 'double':
      return longHash(doubleBits(value as number));
    case 'timestamp':
    case 'timestamp_ntz': {
      const { seconds, nanos } = value as Instant;
      return longHash((BigInt(seconds) << 30n) | BigInt(nanos));
    }
    case 'boolean':
      return value === true ? TRUE_HASH : FALSE_HASH;
    case 'string':
    case 'char':
    case 'varchar':
    case 'binary':
      return bytesHash(typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array));
    default:
      throw new RangeError(`no rows are spread by a column of type ${kind}`);
  }
}

function doubleBits(value: number): bigint {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes.readBigInt64LE();
}

function longHash(value: bigint): number {
  const wrapped = (bits: bigint) => BigInt.asIntN(64, bits);
  let hash = wrapped(~value + (value << 18n));
  hash ^= hash >> 31n;
  hash = wrapped(hash * 21n);
  hash ^= hash >> 11n;
  hash = wrapped(hash + (hash << 6n));
  hash ^= hash >> 22n;
  return Number(BigInt.asIntN(32, hash));
}

/** Jenkins' one-at-a-time, over bytes with a sign. */
function bytesHash(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) {
    hash = (hash + ((byte << 24) >> 24)) | 0;
    hash = (hash + (hash << 10)) | 0;
    hash ^= hash >> 6;
  }
  hash = (hash + (hash << 3)) | 0;
  hash ^= hash >> 11;
  return (hash + (hash << 15)) | 0;
}
