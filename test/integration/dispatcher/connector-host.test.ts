import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConnectorEvent, ConnectorHost, HostedTask } from '../../../functions/control-plane/connector-host.ts';
import { createConnectorHost } from '../../../functions/dispatcher/main.ts';
import { parseConnector } from '../../../shared/config/connector-keys.ts';
import { parseWorker } from '../../../shared/config/worker-keys.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { KeptWriter, keptSink } from '../../helpers/kept-sink.ts';
import { recordOf, startRig } from '../../helpers/pipeline.ts';
import { startProxiedKafka } from '../../helpers/proxied-kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';

async function setUp(kafka?: string) {
  const rig = await startRig(kafka);
  const writers = new Map<string, KeptWriter>();
  const { config: worker } = parseWorker({ 'bootstrap.servers': rig.bootstrapServers });
  const made = createConnectorHost({
    worker,
    secrets: { resolve: () => '' },
    logger: silentLogger,
    writerOf: ({ parsed }) => writers.get(parsed.connector.name),
  });
  const host: ConnectorHost = made;
  onTestFinished(() => host.close());

  const open = async (topic: string, more: Readonly<Record<string, string>> = {}, writer = new KeptWriter()) => {
    const raw = {
      name: uniqueName('hosted'),
      'connector.class': keptSink.connectorClass,
      topics: topic,
      'consumer.start.offset': 'earliest',
      ...more,
    };
    writers.set(raw.name, writer);
    const told: HostedTask[] = [];
    const topics: string[] = [];
    const events: ConnectorEvent[] = [];
    const parsed = parseConnector(keptSink, raw);
    const connector = await host.open(
      { definition: keptSink, parsed, raw },
      {
        task: (task) => told.push(task),
        topic: (task, name) => topics.push(`${task} ${name}`),
        event: (event) => events.push(event),
      },
    );
    const states = () => Object.fromEntries(connector.tasks().map(({ id, state }) => [id, state]));
    const until = async (wanted: Readonly<Record<number, string>>) => {
      await waitFor(() => JSON.stringify(states()) === JSON.stringify(wanted) || undefined, {
        what: `${raw.name} to be ${JSON.stringify(wanted)}`,
      });
    };
    const has = (count: number) =>
      waitFor(() => new Set(writer.values).size >= count || undefined, { what: `${count} records of ${raw.name}` });
    return { name: raw.name, connector, writer, told, topics, events, states, until, has };
  };
  const series = async (name: string) => (await host.metrics()).match(new RegExp(`connector="${name}"`, 'g'))?.length;
  return { rig, host, open, series };
}

describe('a connector host', () => {
  it('starts, pauses, resumes, moves, restarts and stops tasks, and forgets a connector that stopped', async () => {
    const { rig, open, series } = await setUp();
    const topic = await rig.createTopic(2);
    const produce = (value: string) => rig.produce(topic, 0, [recordOf('k', value)]);
    const a = await open(topic);
    await a.connector.run([0, 3]);
    await a.until({ 0: 'running', 3: 'running' });
    await produce('1');
    await a.has(1);
    // While the second task joins, a partition may pass from one to the other, and what was not committed is read again.
    expect(new Set(a.topics.map((one) => one.split(' ')[1]))).toEqual(new Set([topic]));

    a.connector.pause();
    await a.until({ 0: 'paused', 3: 'paused' });
    // What a fetch that was under way brings is still written; these tasks have had none, so they read nothing at all.
    await a.connector.run([4, 5]);
    await a.until({ 4: 'paused', 5: 'paused' });
    await produce('2');
    const witness = await open(topic);
    await witness.connector.run([0]);
    await witness.has(2);
    expect(new Set(a.writer.values)).toEqual(new Set(['1']));
    expect(await series(a.name)).toBeGreaterThan(0);

    a.connector.resume();
    await a.has(2);
    await a.connector.restart([4, 5, 9]);
    await a.until({ 4: 'running', 5: 'running' });
    await produce('3');
    await a.has(3);
    expect(new Set(a.writer.values)).toEqual(new Set(['1', '2', '3']));

    await a.connector.stop();
    expect(a.writer.isClosed).toBe(true);
    expect(a.connector.tasks()).toBeDefined();
    expect(await series(a.name)).toBeUndefined();
    const admin = rig.driver.admin();
    const committed = await admin.committedOffsets(`connect-${a.name}`, topic);
    await admin.close();
    expect(committed.get(0)?.offset).toBe(3);
  });

  it('keeps a connector whose target hangs, or whose topic is missing, from delaying another, or its own stop', async () => {
    const { rig, open } = await setUp();
    const topic = await rig.createTopic(1);
    const hanging = await open(topic, {}, new KeptWriter(() => new Promise(() => undefined)));
    const missing = await open(uniqueName('missing'));
    await Promise.all([hanging.connector.run([0]), missing.connector.run([0])]);
    const well = await open(topic);
    await well.connector.run([0]);
    await well.until({ 0: 'running' });
    await rig.produce(topic, 0, [recordOf('k', 'v')]);
    await well.has(1);
    expect(hanging.states()).toEqual({ 0: 'starting' });
    await missing.until({ 0: 'restarting' });
    expect(missing.connector.tasks()[0]?.failure).toMatchObject({ code: 'TOPIC_MISSING' });
    expect(missing.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['error', 'restart']));
    await Promise.all([hanging, missing].map(({ connector }) => connector.stop()));
  });

  it('lifts a stop without giving the partition away, and tells where it stopped', async () => {
    const { rig, open } = await setUp();
    const topic = await rig.createTopic(1);
    const records = [recordOf('k', '0'), recordOf('k', Buffer.from([0xff])), recordOf('k', '2')];
    await rig.produce(topic, 0, records);
    const stopping = { 'errors.policy': 'stop' };
    const a = await open(topic, stopping);
    await a.connector.run([0]);
    await waitFor(() => a.connector.waiting().length === 1 || undefined, { what: 'the stop' });
    await a.has(1);
    expect(a.events.at(-1)).toMatchObject({
      kind: 'partition-stopped',
      code: 'VALUE_NOT_UTF8',
      topic,
      partition: 0,
      offset: 1,
    });
    // It meets the same record again.
    a.connector.resumeStopped();
    const stops = () => a.events.filter(({ kind }) => kind === 'partition-stopped').length;
    await waitFor(() => stops() === 2 || undefined, { what: 'the second stop' });
    await a.connector.stop();
    expect(a.writer.values).toEqual(['0']);

    // Whoever owns it next stays stopped, also with a configuration that could go on, until a person says so: here before it has joined.
    const again = { 'consumer.group.id': `connect-${a.name}`, 'value.converter': 'bytes' };
    const b = await open(topic, again);
    await b.connector.run([0]);
    await waitFor(() => b.connector.waiting().length === 1 || undefined, { what: 'the stop to be there still' });
    await b.connector.stop();
    const c = await open(topic, again);
    void c.connector.run([0]);
    c.connector.resumeStopped();
    await c.has(2);
    expect([b.writer.values, c.writer.values.at(-1)]).toEqual([[], '2']);
    await c.connector.stop();
  });

  it('stops while Kafka is frozen: at once what is on its way, soon after an abort what holds records', async () => {
    const { proxy, bootstrapServers } = await startProxiedKafka();
    const { rig, open } = await setUp(bootstrapServers);
    const topic = await rig.createTopic(1);
    const running = await open(topic);
    await running.connector.run([0]);
    await running.until({ 0: 'running' });
    await rig.produce(topic, 0, [recordOf('k', 'v')]);
    await running.has(1);

    proxy.harm = () => 'swallow';
    const starting = await open(topic);
    await starting.connector.run([0]);
    await starting.until({ 0: 'starting' });
    await starting.connector.stop();
    const abort = new AbortController();
    abort.abort();
    await running.connector.stop(abort.signal);
    expect(running.writer.isClosed).toBe(true);
  });
});
