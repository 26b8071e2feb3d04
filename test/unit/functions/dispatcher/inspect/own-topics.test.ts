import { describe, expect, it } from 'vitest';
import { OwnTopics } from '../../../../../functions/dispatcher/inspect/own-topics.ts';
import type { RedriveSender } from '../../../../../functions/dispatcher/redrive/redrive-step.ts';
import { errantEntry, errorRecord } from '../../../../helpers/error-records.ts';

const entries = ['orders', 'connect-config-workers', 'orders'].map((topic, offset) =>
  errantEntry(errorRecord({ topic, offset }), offset),
);

/** Answers for each entry that it is asked for its own topic, partition 7. */
const inner: RedriveSender = {
  most: 100,
  targets: async (asked) => asked.map(({ note }) => ({ destinations: [{ topic: note.topic, partition: 7 }] })),
  send: async (steps) => steps.map(({ entry }) => ({ entry, outcome: 'sent' })),
  close: async () => undefined,
};

describe('OwnTopics', () => {
  it.each([[['orders', 'more']], [/^ord/]])('lets a redrive send to topics of %s only', async (topics) => {
    const sender = new OwnTopics('c1', topics, inner);
    const target = { destinations: [{ topic: 'orders', partition: 7 }] };
    const failure = { code: 'REDRIVE_OTHER_TOPIC', message: expect.stringContaining('connect-config-workers') };
    expect(await sender.targets(entries)).toEqual([target, { failure }, target]);
    expect(sender.most).toBe(100);
  });

  it('sends what it is given as it is', async () => {
    const [entry] = entries;
    if (entry === undefined) throw new Error('there are three');
    const step = { entry, destinations: [], action: { kind: 'send' } } as const;
    const sender = new OwnTopics('c1', ['orders'], inner);
    expect(await sender.send([step], new AbortController().signal)).toEqual([{ entry, outcome: 'sent' }]);
  });
});
