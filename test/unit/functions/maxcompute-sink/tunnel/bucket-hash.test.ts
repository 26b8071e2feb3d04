import { expect, it } from 'vitest';
import { bucketOf, combined, keyHash } from '../../../../../functions/maxcompute-sink/tunnel/bucket-hash.ts';
import { parseColumnType } from '../../../../../functions/maxcompute-sink/tunnel/column-type.ts';
import type { ColumnValue } from '../../../../../functions/maxcompute-sink/tunnel/column-value.ts';

/** By the rules of the Java SDK. */
it.each<[string, ColumnValue, number]>([
  ['bigint', 1, 357654460],
  ['int', 1, 357654460],
  ['bigint', -1, 357653185],
  ['bigint', 2, 715307540],
  ['bigint', 123456789012345678n, 1482795759],
  ['string', 'a', -902917054],
  ['varchar(9)', 'hello', -1259046373],
  ['string', 'user-1234567890', -204003896],
  ['string', 'é', -173234514],
  ['binary', Buffer.from('é'), -173234514],
  ['double', 1.5, 356777983],
  ['boolean', true, 388737479],
  ['boolean', false, -0x3a59cb12],
])('hashes %s %s', (type, value, hash) => {
  expect(keyHash(parseColumnType(type), value)).toBe(hash);
});

it('hashes times as their whole numbers', () => {
  const long = (value: bigint) => keyHash({ kind: 'bigint' }, value);
  expect(keyHash({ kind: 'datetime' }, 1_700_000_000_123)).toBe(long(1_700_000_000_123n));
  expect(keyHash({ kind: 'date' }, 3)).toBe(long(259_200n));
  expect(keyHash({ kind: 'timestamp' }, { seconds: 5, nanos: 7 })).toBe(long((5n << 30n) | 7n));
});

it('puts the hashes of a key together', () => {
  const id = parseColumnType('bigint');
  const name = parseColumnType('string');
  expect(combined(357654460)).toBe(356781795);
  expect(bucketOf([id], [1], 2 ** 31)).toBe(356781795);
  expect(bucketOf([id, name], [1, 'a'], 2 ** 31)).toBe(547392525);
  expect(bucketOf([id, name], [1, 'a'], 16)).toBe(547392525 % 16);
});

it('refuses a type that no key has', () => {
  expect(() => keyHash(parseColumnType('array<int>'), [1])).toThrow(RangeError);
});
