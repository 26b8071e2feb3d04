import { describe, expect, it } from 'vitest';
import type { ConfigOrder, ConfigState } from '../../../../../functions/control-plane/config-state.ts';
import { ossConfig, planeInMemory, refusal, status } from '../../../../helpers/control-plane/service.ts';
import { settle } from '../../../../helpers/manual-clock.ts';

const INVALID = 'Connector configuration is invalid and contains the following';
const SEE =
  'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`';

describe('create', () => {
  it('stores texts, the name among them, and answers as Kafka Connect does', async () => {
    const { plane, topic } = planeInMemory();
    const given = { ...ossConfig(), 'tasks.max': 3, 'oss.object.prefix': null, 'unknown.key': true };
    const info = await plane.create('orders-to-oss', given, 'STARTED');
    const config = { ...ossConfig(), 'tasks.max': '3', 'unknown.key': 'true', name: 'orders-to-oss' };
    expect(info).toEqual({ name: 'orders-to-oss', config, tasks: [], type: 'sink' });
    expect(topic.state().connectors.get('orders-to-oss')).toMatchObject({ config, target: 'STARTED' });
    expect(plane.connectors()).toEqual(['orders-to-oss']);
  });

  it('never lets anybody see a connector STARTED that is created STOPPED', async () => {
    const { plane, topic } = planeInMemory();
    const seen: (string | undefined)[] = [];
    topic.hear({ changed: ({ connectors }) => seen.push(connectors.get('c')?.target), ordered: () => undefined });
    await plane.create('c', ossConfig(), 'STOPPED');
    expect(seen.filter((target) => target !== undefined)).toEqual(['STOPPED']);
  });

  it('refuses a second one of the name, but says first what is wrong with it', async () => {
    const { plane } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    expect(await refusal(() => plane.create('c', ossConfig(), 'STARTED'))).toBe('409 Connector c already exists');
    expect(await refusal(() => plane.create('c', {}, 'STARTED'))).toMatch(/^400 .*contains no connector type/);
  });

  it.each([
    [
      'another name in the configuration',
      'c',
      { ...ossConfig(), name: 'd' },
      "400 Connector name configuration (d) doesn't match connector name in the URL (c)",
    ],
    [
      'no class',
      'c',
      { topics: 'a' },
      '400 Connector config contains no connector type: set connector.class to one of fc-sink, oss-sink',
    ],
    [
      'an unknown class',
      'c',
      { 'connector.class': 'no.such.C' },
      '400 Failed to find any class that implements Connector and which name matches no.such.C, available connectors are: fc-sink, oss-sink',
    ],
    [
      'no topics',
      'c',
      { ...ossConfig(), topics: null },
      `400 ${INVALID} 2 error(s):\ntopics: one of topics and topics.regex is required\ntopics.regex: one of topics and topics.regex is required\n${SEE}`,
    ],
    [
      'a name that the managed service refuses',
      'A b',
      ossConfig(),
      `400 ${INVALID} 1 error(s):\nname: expected at most 48 digits, lower-case letters and "-", the first not "-", got "A b"\n${SEE}`,
    ],
    [
      "the workers' own group",
      'c',
      { ...ossConfig(), 'consumer.group.id': 'workers' },
      `400 ${INVALID} 1 error(s):\nconsumer.group.id: workers is the group of the workers themselves; choose another one\n${SEE}`,
    ],
  ])('refuses %s', async (_, name, given, message) => {
    const { plane, topic } = planeInMemory();
    expect(await refusal(() => plane.create(name, given, 'STARTED'))).toBe(message);
    expect(topic.state().connectors.size).toBe(0);
  });

  it.each([
    ['oss.access.key.secret', 'hunter2', 'must not stand here in clear'],
    ['oss.access.key.secret', '${env:PATH}', 'PATH'],
    ['oss.access.key.secret', '${env:SPILLWAY_SECRET_OTHER}', 'SPILLWAY_SECRET_OTHER is not set'],
    ['topics', 'connect-config-workers', 'which the workers keep for themselves'],
    ['runtime.error.topic.name', 'connect-config-workers', 'a topic of the workers themselves'],
  ])('refuses %s=%s, and shows no secret', async (key, value, message) => {
    const { plane } = planeInMemory();
    const given = {
      ...ossConfig({
        'oss.access.key.id': '${env:SPILLWAY_SECRET_KEY}',
        'oss.access.key.secret': '${env:SPILLWAY_SECRET_KEY}',
      }),
      [key]: value,
    };
    const said = await refusal(() => plane.create('c', given, 'STARTED'));
    expect(said).toContain(`${INVALID} 1 error(s)`);
    expect(said).toContain(`${key}: `);
    expect(said).toContain(message);
    expect(said).not.toMatch(/hunter2|sesame/);
  });

  it('refuses a group that another connector has', async () => {
    const { plane } = planeInMemory();
    await plane.create('a', ossConfig(), 'STARTED');
    const given = ossConfig({ 'consumer.group.id': 'connect-a' });
    expect(await refusal(() => plane.create('b', given, 'STARTED'))).toContain('connect-a is the group of connector a');
    expect(await refusal(() => plane.put('b', given))).toContain('connect-a is the group of connector a');
  });

  it('says so when Kafka does not confirm', async () => {
    const { plane, topic } = planeInMemory();
    topic.frozen = true;
    expect(await refusal(() => plane.create('c', ossConfig(), 'STARTED'))).toMatch(/^500 /);
  });

  it('lets one of two that are made at once win', async () => {
    const { plane } = planeInMemory();
    const both = await Promise.allSettled([
      plane.create('c', ossConfig(), 'STARTED'),
      plane.create('c', ossConfig(), 'STARTED'),
    ]);
    expect(both.map((one) => one.status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('put', () => {
  it('creates, then changes, keeping what is wanted of the connector', async () => {
    const { plane, topic, board } = planeInMemory();
    expect(await plane.put('c', ossConfig())).toMatchObject({ created: true, info: { tasks: [] } });
    await plane.setTarget('c', 'PAUSED');
    board.putTask('c', 0, status('PAUSED'));
    const { created, info } = await plane.put('c', ossConfig({ 'tasks.max': '4' }));
    expect(created).toBe(false);
    expect(info).toMatchObject({ config: { 'tasks.max': '4', name: 'c' }, tasks: [{ connector: 'c', task: 0 }] });
    expect(topic.state().connectors.get('c')?.target).toBe('PAUSED');
  });

  it('writes nothing when nothing changes: no task is restarted', async () => {
    const { plane, topic } = planeInMemory();
    await plane.put('c', ossConfig());
    const { position } = topic.state();
    expect(await plane.put('c', { name: 'c', ...ossConfig() })).toMatchObject({ created: false });
    expect(topic.state().position).toBe(position);
  });
});

describe('patch', () => {
  it('sets and removes keys', async () => {
    const { plane } = planeInMemory();
    await plane.create('c', ossConfig({ 'batch.size': '7' }), 'STARTED');
    const { config } = await plane.patch('c', { 'linger.ms': 5, 'batch.size': null, 'not.there': null });
    expect(config).toEqual({ ...ossConfig(), 'linger.ms': '5', name: 'c' });
  });

  it('keeps both of two at once', async () => {
    const { plane } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    await Promise.all([plane.patch('c', { 'linger.ms': 5 }), plane.patch('c', { 'batch.size': 6 })]);
    expect(plane.info('c').config).toMatchObject({ 'linger.ms': '5', 'batch.size': '6' });
  });

  it.each([
    ['nobody', {}, '404 Connector nobody not found'],
    ['c', { name: 'd' }, "400 Connector name configuration (d) doesn't match connector name in the URL (c)"],
    ['c', { 'errors.policy': 'some' }, 'errors.policy: expected one of continue, stop'],
  ])('refuses %s %o', async (name, changes, message) => {
    const { plane, topic } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    const { position } = topic.state();
    expect(await refusal(() => plane.patch(name, changes))).toContain(message);
    expect(topic.state().position).toBe(position);
  });
});

describe('setTarget', () => {
  function heard(topic: ReturnType<typeof planeInMemory>['topic']) {
    const orders: ConfigOrder[] = [];
    const states: ConfigState[] = [];
    topic.hear({ changed: (state) => states.push(state), ordered: (order) => orders.push(order) });
    return { orders, states };
  }

  it('writes what changes, and nothing twice', async () => {
    const { plane, topic } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    const { states, orders } = heard(topic);
    await plane.setTarget('c', 'STOPPED');
    await plane.setTarget('c', 'STOPPED');
    expect(states.map(({ connectors }) => connectors.get('c')?.target)).toEqual(['STOPPED']);
    expect(orders).toEqual([]);
  });

  it('goes on with what waits for a person whenever a connector is resumed', async () => {
    const { plane, topic } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    const { orders, states } = heard(topic);
    await plane.setTarget('c', 'STARTED');
    expect(orders).toEqual([{ order: 'resume', connector: 'c' }]);
    expect(states).toEqual([]);
  });

  it('knows no connector that is not there', async () => {
    const { plane } = planeInMemory();
    expect(await refusal(() => plane.setTarget('nope', 'PAUSED'))).toBe('404 Unknown connector nope');
  });
});

describe('remove', () => {
  it('deletes once', async () => {
    const { plane, admin } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    await plane.remove('c', false);
    expect(plane.connectors()).toEqual([]);
    expect(admin.asked).toEqual([]);
    expect(await refusal(() => plane.remove('c', false))).toBe('404 Connector c not found');
    expect(await refusal(() => plane.remove('c', true))).toBe('404 Connector c not found');
  });

  it('deletes the group on request, once the members have gone', async () => {
    const { plane, admin, clock, topic } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    admin.busy.add('connect-c');
    const removed = plane.remove('c', true);
    await settle();
    await clock.advance(2_000);
    expect(topic.state().connectors.get('c')?.target).toBe('STOPPED');
    admin.busy.clear();
    await clock.advance(1_000);
    await removed;
    expect(plane.connectors()).toEqual([]);
    expect(admin.asked.at(-1)).toBe('delete connect-c');
  });

  it('keeps the connector, stopped, while members stay', async () => {
    const { plane, admin, clock, topic } = planeInMemory();
    await plane.create('c', ossConfig(), 'STARTED');
    admin.busy.add('connect-c');
    const removed = refusal(() => plane.remove('c', true));
    await settle();
    await clock.advance(20_000);
    expect(await removed).toMatch(/^409 Connector c is stopped and was not deleted/);
    expect(topic.state().connectors.get('c')?.target).toBe('STOPPED');
  });

  it('never deletes a group that is also that of another connector', async () => {
    const { plane, admin, topic } = planeInMemory();
    topic.put('a', ossConfig({ 'consumer.group.id': 'ours' }));
    topic.put('b', ossConfig({ 'consumer.group.id': 'ours' }));
    expect(await refusal(() => plane.remove('a', true))).toContain('ours is the group of connector b');
    expect(admin.asked).toEqual([]);
    expect(plane.connectors()).toEqual(['a', 'b']);
  });
});
