import type { FaultOrder } from '../../infra/local/oss/server.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { setupOss } from '../integration/oss-sink/oss-setup.ts';
import { type ConformanceTarget, describeSinkConformance, type StoredRecord } from './describe-sink-conformance.ts';

interface Element {
  readonly offset: number;
  readonly key?: string;
  readonly value?: string;
  readonly overflowFlag: boolean;
}

async function open(raw: Record<string, unknown>): Promise<ConformanceTarget> {
  const oss = await setupOss();
  const fault = (order: FaultOrder) => oss.server.setFault(order);
  return {
    writer: oss.writer(raw),
    stored: async () => {
      const objects = (await oss.objects()).filter(({ name }) => name.startsWith('orders/'));
      return objects.flatMap(({ body }) =>
        (JSON.parse(body.toString()) as Element[]).map(
          ({ offset, key = null, value = null, overflowFlag }): StoredRecord => ({
            offset,
            key,
            value,
            overflowed: overflowFlag,
          }),
        ),
      );
    },
    throttleNext: (retryAfterMs) =>
      fault({
        kind: 'status',
        status: 503,
        code: 'QpsLimitExceeded',
        retryAfterSeconds: retryAfterMs / 1_000,
        method: 'PUT',
      }),
    loseNextReply: () => fault({ kind: 'drop-after-write', method: 'PUT' }),
    hangNext: () => {
      const before = oss.server.stats().faults;
      fault({ kind: 'hang', method: 'PUT' });
      return async () => {
        await waitFor(() => oss.server.stats().faults > before, { what: 'the stand-in to hold the request' });
      };
    },
    withBadCredentials: () => oss.writer({ ...raw, 'oss.access.key.secret': 'not-secret-of-the-test' }),
    withMissingTarget: () => oss.writer({ ...raw, 'oss.bucket': 'no-such-bucket' }),
    storeValue: (offset, value) =>
      oss
        .claimChecks()
        .store({ topic: 'orders', partition: 0 }, offset, Buffer.from(value), new AbortController().signal),
    close: () => oss.close(),
  };
}

/** Whatever a record holds, an object can hold it. */
const anything = {
  valueWith: (text: string) => text,
  fates: { tombstone: 'written', emptyValue: 'written', overflowed: 'written', claimCheck: 'written' },
  fullBatch: 10_000,
} as const;

describeSinkConformance('oss-sink', { ...anything, open: () => open({}) });

describeSinkConformance('oss-sink with the record key in object names', {
  ...anything,
  open: () => open({ 'oss.object.key.template': '{topic}/{partition}/k-{key}/{offset}' }),
  partlyRefused: {
    records: ['a', '..', 'b', 'a\\b', 'a', null].map((key, offset) => ({
      offset,
      key,
      value: offset === 4 ? null : 'v',
    })),
    refused: [3],
  },
});
