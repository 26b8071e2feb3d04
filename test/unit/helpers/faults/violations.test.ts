import { expect, it } from 'vitest';
import type { Breach, ConnectorCheck } from '../../../fault/runner/check.ts';
import type { LogLine } from '../../../fault/runner/log-watch.ts';
import { violationsOf } from '../../../fault/runner/violations.ts';

const connector = { name: 'c', topic: 't', guarantee: 'exactly-once', target: 'oss', keys: {} } as const;

const check = (breaches: readonly Breach[]): ConnectorCheck => ({
  ...{
    connector,
    sent: 0,
    written: 0,
    errant: 0,
    dropped: 0,
    gap: 0,
    lost: 0,
    duplicates: 0,
    errantDuplicates: 0,
    breaches,
  },
});

const breach = (offset: number, what: Breach['what'] = 'lost'): Breach => ({
  ...{ what, topic: 't', partition: 0, offset, detail: 'nowhere', times: [50_000] },
});

const line = (text: string, fields: Partial<LogLine>): LogLine => ({
  ...{ file: 'w.log', text, at: 50_000, message: text, connector: 'c', code: undefined },
  ...{ topic: undefined, partition: undefined, from: undefined, to: undefined },
  ...fields,
});

const inKafka = async () => 'Kafka has it';

it('says nothing when nothing is wrong', async () => {
  expect(await violationsOf([check([])], [], [line('partitions assigned', {})], inKafka)).toEqual([]);
});

it('puts what lies side by side together, with the log lines around it', async () => {
  const lines = [
    line('near', {}),
    line('other partition', { partition: 1 }),
    line('other connector', { connector: 'd' }),
    line('long before', { at: 1 }),
  ];
  const breaches = [breach(9), breach(7), breach(8), breach(100), breach(8, 'duplicate')];
  expect(await violationsOf([check(breaches)], [], lines, inKafka)).toEqual([
    'c (exactly-once): duplicate: t-0 offset 8: nowhere\n  w.log: near',
    'c (exactly-once): lost: t-0 offset 7 to 9 (3 records): nowhere; Kafka has it\n  w.log: near',
    'c (exactly-once): lost: t-0 offset 100: nowhere; Kafka has it\n  w.log: near',
  ]);
});

it('counts what it does not show', async () => {
  const violations = await violationsOf([check([0, 10, 20, 30, 40, 50, 60].map((at) => breach(at)))], [], [], inKafka);
  expect([violations.length, violations.at(-1)]).toEqual([6, 'c: and 2 records more']);
});

it.each([
  { message: 'the partition stops at this record until a person resumes it' },
  { message: 'the partition waits until a person decides' },
  { code: 'OSS_OBJECT_DIFFERS' },
])('takes for one: %o', async (fields) => {
  expect(await violationsOf([], [], [line('text', fields)], inKafka)).toHaveLength(1);
});

it('names partitions that stand still', async () => {
  const stuck = { connector: 'c', topic: 't', partition: 3, committed: 5, end: 9 };
  expect(await violationsOf([], [stuck, { ...stuck, partition: 4 }], [], inKafka)).toEqual([
    'c stands still: t-3 (5 of 9 committed), t-4 (5 of 9 committed)',
  ]);
});
