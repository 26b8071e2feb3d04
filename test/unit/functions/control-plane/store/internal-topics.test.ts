import { describe, expect, it } from 'vitest';
import {
  type InternalTopicAdmin,
  internalTopics,
  prepareInternalTopic,
} from '../../../../../functions/control-plane/store/internal-topics.ts';
import { parseWorker } from '../../../../../shared/config/worker-keys.ts';
import type { NewTopic } from '../../../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../../../shared/logger.ts';

const { config: worker } = parseWorker({ 'bootstrap.servers': 'localhost:9092', 'group.id': 'carriers' });
const topics = internalTopics(worker);

/** A cluster with the topics given: partitions and policy, no policy where settings may not be read. */
function cluster(known: Readonly<Record<string, readonly [partitions: number, policy?: string]>>) {
  const made: NewTopic[] = [];
  const there = new Map<string, readonly [partitions: number, policy?: string | undefined]>(Object.entries(known));
  const admin: InternalTopicAdmin = {
    describeTopics: async (names) =>
      names.flatMap((name) => {
        const found = there.get(name);
        return found === undefined ? [] : [{ name, partitions: Array.from({ length: found[0] }, (_, i) => i) }];
      }),
    createTopics: async (wanted) => {
      for (const topic of wanted) {
        made.push(topic);
        there.set(topic.name, [topic.partitions, topic.configs['cleanup.policy']]);
      }
    },
    topicSettings: async (names) =>
      new Map(
        names.flatMap((name) => {
          const policy = there.get(name)?.[1];
          return policy === undefined ? [] : [[name, { 'cleanup.policy': policy }] as const];
        }),
      ),
  };
  return { admin, made };
}

describe('internal topics', () => {
  it('are named after the group, compacted, with the partitions they need', async () => {
    const { admin, made } = cluster({});
    for (const topic of Object.values(topics)) await prepareInternalTopic(admin, topic, silentLogger);
    const configs = { 'cleanup.policy': 'compact' };
    expect(made).toEqual([
      { name: 'connect-config-carriers', partitions: 1, replicationFactor: -1, configs },
      { name: 'connect-offset-carriers', partitions: 6, replicationFactor: -1, configs },
      { name: 'connect-status-carriers', partitions: 6, replicationFactor: -1, configs },
    ]);
  });

  it('are taken as they are where they fit', async () => {
    const { admin, made } = cluster({
      'connect-config-carriers': [1, 'compact'],
      'connect-offset-carriers': [25, 'compact'],
      'connect-status-carriers': [1, 'compact'],
    });
    for (const topic of Object.values(topics)) await prepareInternalTopic(admin, topic, silentLogger);
    expect(made).toEqual([]);
  });

  it.each([
    ['config', [2, 'compact'], 'has 2 partitions; exactly 1 is needed'],
    ['config', [1, 'delete'], 'cleanup.policy=delete'],
    ['config', [1, 'compact,delete'], 'cleanup.policy=compact,delete'],
    ['offset', [1, 'compact'], 'has 1 partitions; 2 or more are needed'],
    ['status', [6, 'delete'], 'cleanup.policy=delete'],
  ] as const)('are refused where they would lose what is in them: %s %s', async (kind, found, message) => {
    const topic = topics[kind];
    const work = prepareInternalTopic(cluster({ [topic.name]: found }).admin, topic, silentLogger);
    await expect(work).rejects.toMatchObject({
      name: 'FatalError',
      code: 'INTERNAL_TOPIC_UNFIT',
      message: expect.stringContaining(message),
    });
    await expect(work).rejects.toThrow(topic.key);
  });

  it('are trusted where their settings may not be read, and that is said', async () => {
    const said: string[] = [];
    const logger = { ...silentLogger, warn: (_: object, message: string) => void said.push(message) };
    const { admin } = cluster({ 'connect-config-carriers': [1] });
    await prepareInternalTopic(admin, topics.config, logger);
    expect(said).toEqual([expect.stringContaining('may not be read')]);
  });
});
