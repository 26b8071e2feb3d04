import { describe, expect, it } from 'vitest';
import {
  CONFIRMED_MS,
  FORGETS_WITHIN_MS,
  isUnwatched,
  LogIdentity,
  UNWATCHED_MS,
  verdictOn,
} from '../../../../shared/kafka/log-identity.ts';
import { OwnedPartition } from '../../../../shared/kafka/owned-partition.ts';
import type { ToldTopic } from '../../../../shared/kafka/topic-ids.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const UNKNOWN_TOPIC = 3;
const LEADER_NOT_AVAILABLE = 5;
const TOPIC_AUTHORIZATION_FAILED = 29;
const MISSING: ToldTopic = { errorCode: UNKNOWN_TOPIC, id: undefined };
const told = (id: string): ToldTopic => ({ errorCode: 0, id });

/** Partitions `t-0` (led by broker 1) and `u-0` (led by broker 2) that were read as topics `old-t` and `old-u`.
 *  @param brokers what leaders tell, by topic; undefined where they know of no ids
 *  @param coordinator what the coordinator tells */
function scene(brokers: Record<string, ToldTopic> | undefined, coordinator: Record<string, ToldTopic> | undefined) {
  const clock = new ManualClock();
  const own = (topic: string) => {
    const partition = new OwnedPartition({ topic, partition: 0 }, 7, `old-${topic}`);
    partition.seenAt = clock.now();
    return partition;
  };
  const asked: string[] = [];
  const doubted: string[] = [];
  const committed = new Set<string>();
  const pick = (from: Record<string, ToldTopic> | undefined, topics: readonly string[]) =>
    from && new Map(topics.flatMap((topic) => (from[topic] === undefined ? [] : [[topic, from[topic]] as const])));
  const leaders = new Map([
    ['t', 1],
    ['u', 2],
  ]);
  const deps = {
    clock,
    cluster: {
      metadata: { leaderOf: (topic: string) => leaders.get(topic) },
      describe: async (topics: readonly string[]) => void asked.push(`describe ${topics}`),
      connection: async (leader: number) => ({
        supports: () => ({ minVersion: 0, maxVersion: brokers === undefined ? 9 : 12 }),
        send: async () => {
          const topics = [...leaders.keys()].filter((topic) => leaders.get(topic) === leader);
          asked.push(`broker ${leader}`);
          return pick(brokers, topics);
        },
      }),
    },
    coordinator: {
      topicIds: async (topics: readonly string[]) => {
        asked.push(`coordinator ${topics}`);
        return pick(coordinator, topics);
      },
      committed: async () => new Map([...committed].map((name) => [name, { offset: 0, metadata: '' }])),
    },
    doubt: (partition: OwnedPartition) => {
      doubted.push(partition.name);
      partition.doubtful = true;
    },
  };
  const identity = new LogIdentity(deps as unknown as ConstructorParameters<typeof LogIdentity>[0]);
  const [t, u] = [own('t'), own('u')];
  return { identity, clock, t, u, asked, doubted, committed, leaders };
}

describe('verdictOn', () => {
  it.each([
    ['same', 'a', told('a')],
    ['remade', 'a', told('b')],
    ['missing', 'a', MISSING],
    ['missing', 'a', { errorCode: LEADER_NOT_AVAILABLE, id: 'a' }],
    ['untold', undefined, told('a')],
    ['untold', 'a', undefined],
    ['untold', 'a', { errorCode: 0, id: undefined }],
    ['untold', 'a', { errorCode: TOPIC_AUTHORIZATION_FAILED, id: undefined }],
  ] as const)('%s: known %s, told %o', (verdict, known, answer) => {
    expect(verdictOn(known, answer)).toBe(verdict);
  });
});

describe('isUnwatched', () => {
  it('counts from when the log was last seen, and trusts no clock that was set back', () => {
    expect([0, UNWATCHED_MS, UNWATCHED_MS + 1, -1].map((ms) => isUnwatched({ seenAt: 5_000 }, 5_000 + ms))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('confirm', () => {
  it('doubts what has another id or is missing, and has seen the rest', async () => {
    for (const [answer, doubts] of [
      [told('new'), ['t-0']],
      [MISSING, ['t-0']],
      [told('old-t'), []],
    ] as const) {
      const { identity, clock, t, doubted } = scene({ t: answer }, {});
      await clock.advance(9_000);
      await identity.confirm(1, [t]);
      expect(doubted).toEqual(doubts);
      expect(isUnwatched(t, clock.now())).toBe(doubts.length > 0);
    }
  });

  it('leaves everything as it is where ids are not known', async () => {
    const { identity, t, doubted } = scene(undefined, undefined);
    await identity.confirm(1, [t]);
    expect(doubted).toEqual([]);
  });
});

describe('lookAt', () => {
  it('asks the leaders of what is not fetched, and of nothing else', async () => {
    const { identity, clock, t, u, asked, doubted } = scene({ t: told('new'), u: told('old-u') }, {});
    await identity.lookAt([t, u]);
    expect(asked).toEqual([]);
    await clock.advance(UNWATCHED_MS + 1);
    t.pausedAt = clock.now();
    u.seenAt = clock.now();
    await identity.lookAt([t, u]);
    expect([asked, doubted]).toEqual([['broker 1'], ['t-0']]);
    await clock.advance(UNWATCHED_MS + 1);
    await identity.lookAt([u]);
    expect([asked, doubted]).toEqual([['broker 1', 'broker 2'], ['t-0']]);
  });

  it('leaves partitions alone that are looked at already, are waiting for a person, or have no leader', async () => {
    const { identity, clock, t, u, asked, leaders } = scene({}, {});
    await clock.advance(UNWATCHED_MS + 1);
    t.held = true;
    u.halted = true;
    await identity.lookAt([t, u]);
    t.held = false;
    leaders.clear();
    await identity.lookAt([t, u]);
    expect(asked).toEqual([]);
  });
});

describe('committable', () => {
  it('asks the coordinator once for all, and refuses what it would take for another topic', async () => {
    const { identity, t, u, asked, doubted } = scene({}, { t: told('new'), u: told('old-u') });
    expect(await identity.committable([t, u])).toEqual(new Set([u]));
    expect([asked, doubted]).toEqual([['coordinator t,u'], ['t-0']]);
  });

  it('asks again after a moment, and every time for a partition that goes', async () => {
    const { identity, clock, u, asked } = scene({}, { u: told('old-u') });
    for (const wait of [0, CONFIRMED_MS, 1]) {
      await clock.advance(wait);
      await identity.committable([u]);
    }
    expect(asked).toHaveLength(2);
    u.fenced = true;
    await identity.committable([u]);
    expect(asked).toHaveLength(3);
  });

  it('refuses a topic that is away: it may be back, as another, when the commit arrives', async () => {
    const { identity, t } = scene({}, { t: MISSING });
    expect(await identity.committable([t])).toEqual(new Set());
  });

  it('refuses what is in doubt without asking, and nothing where ids are not known', async () => {
    const { identity, t, u, asked } = scene({}, undefined);
    t.doubtful = true;
    expect(await identity.committable([t, u])).toEqual(new Set([u]));
    expect(asked).toEqual(['coordinator u']);
  });
});

describe('examine', () => {
  it('goes by the id where there is one, whatever is committed', async () => {
    const remade = scene({ t: told('new') }, {});
    remade.committed.add('t-0');
    expect(await remade.identity.examine(remade.t, false)).toEqual({ isSame: false, topicId: 'new' });
    const same = scene({ t: told('old-t') }, {});
    expect(await same.identity.examine(same.t, false)).toEqual({ isSame: true, topicId: 'old-t' });
  });

  it('goes by the commit where there are no ids', async () => {
    const { identity, t, committed } = scene(undefined, undefined);
    expect(await identity.examine(t, false)).toEqual({ isSame: false, topicId: undefined });
    committed.add('t-0');
    expect(await identity.examine(t, false)).toEqual({ isSame: true, topicId: undefined });
  });

  it('waits for a topic that is away or has no leader, and looks for leaders anew', async () => {
    const { identity, t, asked, leaders } = scene({ t: MISSING }, {});
    await expect(identity.examine(t, false)).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
    });
    leaders.clear();
    await expect(identity.examine(t, true)).rejects.toMatchObject({ code: 'LEADER_NOT_AVAILABLE' });
    expect(asked).toEqual(['broker 1', 'describe t']);
  });
});

describe('idsOf', () => {
  it('has the ids that there are', async () => {
    const some = scene({}, { t: told('a'), u: { errorCode: 0, id: undefined } });
    expect(await some.identity.idsOf(['t', 'u'])).toEqual(new Map([['t', 'a']]));
    expect(await scene({}, undefined).identity.idsOf(['t'])).toEqual(new Map());
  });

  it('waits for a topic that is missing: its commits are about to go', async () => {
    const { identity } = scene({}, { t: told('a'), u: MISSING });
    await expect(identity.idsOf(['t', 'u'])).rejects.toMatchObject({ name: 'RetriableError' });
    expect(await identity.idsOf(['t'])).toEqual(new Map([['t', 'a']]));
  });

  it('gives the coordinator time to forget the offsets of a topic that was known under another id', async () => {
    const topics = { t: told('a') };
    const { identity, clock } = scene({}, topics);
    await identity.idsOf(['t']);
    topics.t = told('b');
    for (const wait of [0, FORGETS_WITHIN_MS - 1]) {
      await clock.advance(wait);
      await expect(identity.idsOf(['t'])).rejects.toMatchObject({ code: 'START_POSITION_PENDING' });
      await expect(identity.forgotten(['t'])).rejects.toMatchObject({ code: 'START_POSITION_PENDING' });
    }
    await clock.advance(1);
    expect(await identity.idsOf(['t'])).toEqual(new Map([['t', 'b']]));
  });
});
