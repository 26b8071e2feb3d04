import { describe, expect, it } from 'vitest';
import {
  ConnectorCheck,
  type ConnectorCheckDeps,
} from '../../../../../functions/control-plane/plane/connector-check.ts';
import { ossSink } from '../../../../../functions/oss-sink/config.ts';
import { connectorCheck, INTERNAL_TOPICS, ossConfig, POLICY } from '../../../../helpers/control-plane/service.ts';

/** A check that notes which secrets are looked up, and finds each. */
function watched(more: Partial<ConnectorCheckDeps> = {}) {
  const lookedUp: string[] = [];
  const check = new ConnectorCheck({
    sinks: [ossSink],
    policy: POLICY,
    secrets: {
      resolve: (reference) => {
        lookedUp.push(reference.provider === 'env' ? reference.name : reference.path);
        return 'sesame';
      },
    },
    groupId: 'workers',
    internalTopics: INTERNAL_TOPICS,
    ...more,
  });
  return { check, lookedUp };
}

const keysOf = (problems: readonly { readonly key: string }[]) => problems.map(({ key }) => key).sort();

describe('ConnectorCheck', () => {
  it('gives what a host needs of a valid configuration', () => {
    const config = ossConfig({ name: 'c' });
    const { setup, problems } = connectorCheck().check(config);
    expect(problems).toEqual([]);
    expect(setup).toMatchObject({ definition: ossSink, raw: config });
    expect(setup?.parsed.connector['consumer.group.id']).toBe('connect-c');
  });

  it('gives all problems at once, of keys, policy and cluster', () => {
    const config = ossConfig({ name: 'c', 'consumer.group.id': 'workers', 'db.password': 'x' });
    const { setup, problems } = connectorCheck().check(config);
    expect(setup).toBeUndefined();
    expect(keysOf(problems)).toEqual(['consumer.group.id', 'db.password']);
  });

  it('knows nothing of a class that is none of ours', () => {
    const { setup, problems, values } = connectorCheck().check({ 'connector.class': 'no.such.C', name: 'c' });
    expect(setup).toBeUndefined();
    expect(values).toEqual({});
    expect(keysOf(problems)).toEqual(['connector.class']);
    expect(keysOf(connectorCheck().check({}).problems)).toEqual(['connector.class']);
  });

  it('takes no more tasks than workers can carry', () => {
    expect(connectorCheck().check(ossConfig({ name: 'c', 'tasks.max': '1000' })).problems).toEqual([]);
    const message = 'expected at most 1000, got 2147483647; more than the topics have partitions are idle';
    expect(connectorCheck().check(ossConfig({ name: 'c', 'tasks.max': '2147483647' })).problems).toEqual([
      { key: 'tasks.max', message },
    ]);
  });

  it('never tries a pattern of topics that may take for ever', () => {
    const config = ossConfig({ name: 'a'.repeat(48), 'topics.regex': '(?!x)([a-z-]+)+[!]' });
    delete (config as Record<string, string>)['topics'];
    expect(keysOf(connectorCheck().check(config).problems)).toEqual(['topics.regex']);
  });

  it('never looks up a secret that the policy refuses', () => {
    const { check, lookedUp } = watched();
    const refused = { 'oss.access.key.id': '${env:SPILLWAY_SECRET_ID}', 'oss.access.key.secret': '${env:HOME}' };
    expect(keysOf(check.check(ossConfig({ name: 'c', ...refused })).problems)).toEqual(['oss.access.key.secret']);
    expect(lookedUp).toEqual(['SPILLWAY_SECRET_ID']);
  });

  it.each([
    ['topics', 'orders,connect-config-workers'],
    ['topics.regex', 'connect-.*-workers'],
    ['errors.deadletterqueue.topic.name', 'connect-status-workers'],
    ['runtime.error.topic.name', 'connect-offset-workers'],
  ])('refuses %s=%s, which the workers keep for themselves', (key, value) => {
    const { topics, ...rest } = ossConfig({ name: 'c' });
    const config = { ...rest, ...(key === 'topics.regex' ? {} : { topics: topics ?? '' }), [key]: value };
    expect(keysOf(connectorCheck().check(config).problems)).toEqual([key]);
  });

  it('keeps to the names of a managed instance, where the brokers are one', () => {
    const config = ossConfig({ name: 'c', 'runtime.error.topic.name': `x${'y'.repeat(70)}` });
    expect(watched().check.check(config).problems).toEqual([]);
    const { check } = watched({ instanceId: 'alikafka_pre-cn-1' });
    expect(keysOf(check.check(config).problems)).toEqual(['runtime.error.topic.name']);
  });
});
