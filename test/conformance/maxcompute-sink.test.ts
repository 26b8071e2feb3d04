/** The stand-in, whose faults can be ordered. Appending has two phases and is driven as a dispatcher drives it; a stream has one, and repeats rows. */
import type { FaultOrder } from '../../infra/local/maxcompute/server.ts';
import type { SinkWriter } from '../../shared/sink.ts';
import type { MaxComputeOrder } from '../helpers/maxcompute.ts';
import { throughPhases } from '../helpers/phased-writer.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { startedSetup } from '../integration/maxcompute-sink/maxcompute-setup.ts';
import { type ConformanceTarget, describeSinkConformance, type StoredRecord } from './describe-sink-conformance.ts';

type Raw = Readonly<Record<string, string>>;

interface Way {
  readonly order?: MaxComputeOrder;
  readonly raw?: Raw;
  /** Whether the phases are driven one by one. */
  readonly phased?: boolean;
  /** Operation that brings rows to the target. */
  readonly upload: Extract<FaultOrder, { operation?: unknown }>['operation'];
}

async function open({ order, raw = {}, phased = true, upload }: Way): Promise<ConformanceTarget> {
  const setup = await startedSetup(order);
  const fault = (ordered: FaultOrder) => setup.server.setFault({ ...ordered, operation: upload });
  const driven = (writer: SinkWriter) => (phased ? throughPhases(writer) : writer);
  return {
    writer: driven(setup.writer(raw)),
    stored: async () =>
      setup.rows().map(
        ({ offset, key, value }): StoredRecord => ({
          offset: Number(offset),
          key: textOf(key),
          value: textOf(value),
          overflowed: false,
        }),
      ),
    throttleNext: (retryAfterMs) =>
      fault({ kind: 'status', status: 429, code: 'FlowExceeded', holdClientMs: retryAfterMs }),
    loseNextReply: () => fault({ kind: 'drop-after' }),
    hangNext: () => {
      const before = setup.server.stats().faults;
      fault({ kind: 'hang' });
      return async () => {
        await waitFor(() => setup.server.stats().faults > before, { what: 'the stand-in to hold the request' });
      };
    },
    withBadCredentials: () => setup.writer({ ...raw, 'maxcompute.access.key': 'not-secret-of-the-test' }),
    withMissingTarget: () => setup.writer({ ...raw, 'maxcompute.table': 'no_such_table' }),
    storeValue: async () => 'https://values.example/1',
    close: () => setup.close(),
  };
}

function textOf(cell: unknown): string | null {
  return typeof cell === 'string' ? cell : null;
}

/** Overflowed records have no value that a column could hold. */
const rows = {
  valueWith: (text: string) => text,
  fates: { tombstone: 'written', emptyValue: 'written', overflowed: 'errant', claimCheck: 'errant' },
  fullBatch: 8_000,
} as const;

const KEYED = `(topic STRING NOT NULL, \`partition\` BIGINT NOT NULL, \`offset\` BIGINT NOT NULL, key STRING, value STRING,
  PRIMARY KEY (topic, \`partition\`, \`offset\`)) PARTITIONED BY (pt STRING) TBLPROPERTIES ('transactional'='true')`;

for (const upload of ['upload.block', 'upload.commit'] as const) {
  describeSinkConformance(`maxcompute-sink, append, with faults of ${upload},`, {
    ...rows,
    open: () => open({ upload }),
  });
}

for (const upload of ['upsert.write', 'upsert.commit'] as const) {
  describeSinkConformance(`maxcompute-sink, upsert, with faults of ${upload},`, {
    ...rows,
    fates: { ...rows.fates, tombstone: 'deletes' },
    // In one step the sink asks by itself what became of a commit, and nobody hears of a lost reply.
    open: () => open({ upload, order: { columns: KEYED }, phased: upload === 'upsert.commit' }),
  });
}

describeSinkConformance('maxcompute-sink, stream,', {
  ...rows,
  repeats: 'again',
  open: () => open({ upload: 'stream.write', raw: { 'maxcompute.write.mode': 'stream' }, phased: false }),
});

/** A table that does not take every text, and has no partitions. */
const NARROW = '(topic STRING, `partition` BIGINT, `offset` BIGINT, key STRING, value VARCHAR(100))';

describeSinkConformance('maxcompute-sink, into a table without partitions,', {
  ...rows,
  open: () =>
    open({ upload: 'upload.create', order: { columns: NARROW }, raw: { 'maxcompute.partition.columns': 'none' } }),
  partlyRefused: {
    records: [
      { offset: 0, key: 'a', value: '甲'.repeat(100) },
      { offset: 1, value: '甲'.repeat(101) },
      { offset: 2, value: null },
      { offset: 5, value: 'x'.repeat(101) },
    ],
    refused: [1, 5],
  },
});
