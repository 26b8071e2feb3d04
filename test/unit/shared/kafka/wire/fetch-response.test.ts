import { describe, expect, it } from 'vitest';
import { decodeFetchResponse } from '../../../../../shared/kafka/wire/fetch-response.ts';

const int16 = (n: number) => {
  const b = Buffer.alloc(2);
  b.writeInt16BE(n);
  return b;
};
const int32 = (n: number) => {
  const b = Buffer.alloc(4);
  b.writeInt32BE(n);
  return b;
};
const int64 = (n: number | bigint) => {
  const b = Buffer.alloc(8);
  b.writeBigInt64BE(BigInt(n));
  return b;
};
const text = (s: string) => Buffer.concat([int16(Buffer.byteLength(s)), Buffer.from(s)]);
const bytes = (b: Buffer) => Buffer.concat([int32(b.length), b]);

/** Two partitions of one topic, the second refused. Layout by the protocol's tables. */
function answer(version: number, records: Buffer, highWatermark: number | bigint = 10): Buffer {
  const partition = (id: number, error: number, aborted: Buffer, data: Buffer) => [
    int32(id),
    int16(error),
    int64(highWatermark),
    int64(9),
    ...(version >= 5 ? [int64(1)] : []),
    aborted,
    ...(version >= 11 ? [int32(-1)] : []),
    data,
  ];
  return Buffer.concat([
    int32(0),
    ...(version >= 7 ? [int16(0), int32(0)] : []),
    int32(1),
    text('orders'),
    int32(2),
    ...partition(0, 0, Buffer.concat([int32(1), int64(77), int64(4)]), bytes(records)),
    ...partition(1, 6, int32(-1), int32(-1)),
  ]);
}

describe('decodeFetchResponse', () => {
  it.each([4, 5, 6, 7, 8, 9, 10, 11])('reads version %i, each partition with its own error', (version) => {
    const records = Buffer.from('not looked at');
    const payload = answer(version, records);
    expect(decodeFetchResponse(payload, version)).toEqual({
      payload,
      errorCode: 0,
      partitions: [
        {
          topic: 'orders',
          partition: 0,
          errorCode: 0,
          highWatermark: 10,
          lastStableOffset: 9,
          logStartOffset: version >= 5 ? 1 : -1,
          abortedTransactions: [{ producerId: 77n, firstOffset: 4 }],
          records,
        },
        {
          topic: 'orders',
          partition: 1,
          errorCode: 6,
          highWatermark: 10,
          lastStableOffset: 9,
          logStartOffset: version >= 5 ? 1 : -1,
          abortedTransactions: [],
          records: Buffer.alloc(0),
        },
      ],
    });
  });

  it('does not copy records', () => {
    const payload = answer(11, Buffer.from('abc'));
    const records = decodeFetchResponse(payload, 11).partitions[0]?.records;
    expect(records?.buffer).toBe(payload.buffer);
  });

  it('refuses versions it does not know, answers that end too soon, and offsets past 2^53-1', () => {
    expect(() => decodeFetchResponse(answer(4, Buffer.alloc(0)), 3)).toThrow(
      expect.objectContaining({ code: 'KAFKA_TOO_OLD' }),
    );
    const whole = answer(11, Buffer.from('abc'));
    // The records' length field says more than there is.
    expect(() => decodeFetchResponse(whole.subarray(0, whole.length - 40), 11)).toThrow();
    expect(() => decodeFetchResponse(answer(11, Buffer.alloc(0), 2n ** 53n), 11)).toThrow(
      expect.objectContaining({ code: 'OFFSET_UNSAFE' }),
    );
  });
});
