import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type ConnectorClient, KafkaConnectClient } from 'kafka-connect-client';
import { describe, expect, it } from 'vitest';
import { pythonVenv } from '../../../infra/local/foreign/python-venv.ts';
import { startInProcessWorker } from '../../helpers/control-plane/in-process-worker.ts';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import { CONNECT_EXPECTED, type ConnectTarget, connectEnvironment } from '../../helpers/foreign/connect-scenario.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { javaProgram } from '../../helpers/foreign/java-program.ts';
import type { StepResults } from '../../helpers/foreign/oss-scenario.ts';
import { runClient, stepsOf } from '../../helpers/foreign/program.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const PYTHON = fileURLToPath(new URL('../../foreign/python/connect.py', import.meta.url));
/** As the installed package says. */
const NPM_VERSION = String(
  (createRequire(import.meta.url)('kafka-connect-client/package.json') as { version: unknown }).version,
);

/** A worker of its own, and a connector for it whose topic is quiet. */
async function target(): Promise<ConnectTarget & { readonly topic: string }> {
  const [rig, worker] = await Promise.all([
    startRig(),
    startInProcessWorker(uniqueName('workers'), { settings: { 'connector.target.hosts': '*,127.0.0.1' } }),
  ]);
  const topic = await rig.createTopic(2);
  const config = {
    'connector.class': 'fc-sink',
    topics: topic,
    'tasks.max': '2',
    'consumer.start.offset': 'earliest',
    'invoke.target': 'http',
    'invoke.http.url': 'http://127.0.0.1:9/',
  };
  return { url: worker.url, name: uniqueName('foreign'), config, topic };
}

function expectSteps(results: StepResults): void {
  expect(results.map(([step]) => step)).toEqual(Object.keys(CONNECT_EXPECTED));
  for (const [step, result] of results) expect.soft(result, step).toEqual(CONNECT_EXPECTED[step]);
}

describeForeign('Python client of Kafka Connect', await pythonVenv(), (venv) => {
  it('kafka-connect-py goes through the scenario', async () => {
    const program = { command: venv.python, args: ['-B', PYTHON] };
    const output = await runClient(program, ['scenario'], connectEnvironment(await target()));
    announceForeignClient(output.name, output.version);
    expect([output.name, output.version]).toEqual(['kafka-connect-py (Python)', venv.versions['kafka-connect-py']]);
    expectSteps(stepsOf(output, 'connect'));
  });
});

describeForeign('Java client of Kafka Connect', await javaProgram('java-connect'), ({ java, classPath }) => {
  it('kafka-connect-client goes through the scenario', async () => {
    const program = { command: java, args: ['-cp', classPath, 'Connect'] };
    const output = await runClient(program, ['scenario'], connectEnvironment(await target()));
    announceForeignClient(output.name, output.version);
    expect([output.name, output.version]).toEqual(['kafka-connect-client (Java)', '4.0.5']);
    expectSteps(stepsOf(output, 'connect'));
  });
});

describe('client of npm', () => {
  it('kafka-connect-client creates, asks, moves offsets and deletes; what a worker of Connect refuses it is refused here too', async () => {
    announceForeignClient('kafka-connect-client (npm)', NPM_VERSION);
    expect(NPM_VERSION).toBe('2.3.0');
    const { url, name, config, topic } = await target();
    const { hostname, port } = new URL(url);
    const client = new KafkaConnectClient({ host: hostname, port });
    const connector = client.connector(name);

    expect((await client.getCluster()).data).toHaveProperty('kafka_cluster_id');
    const plugins = (await client.getConnectorPlugins()).data;
    expect(plugins.map((plugin) => plugin.class)).toContain('fc-sink');
    const validated = await client.validateConnectorConfig('fc-sink', { ...config, name, 'batch.size': 'many' });
    expect(validated.data.error_count).toBe(1);
    expect((await client.createConnector(name, config)).status).toBe(201);
    expect(await statusOf(client.createConnector(name, config))).toBe(409);
    expect((await client.getConnectors()).data).toEqual([name]);
    await settled(connector, 'RUNNING', 2);
    expect((await connector.get()).data.tasks).toHaveLength(2);
    expect((await connector.getTaskStatus(0)).data.state).toBe('RUNNING');
    expect((await connector.updateConfig({ ...config, 'tasks.max': '1' })).status).toBe(200);
    expect((await connector.getConfig()).data['tasks.max']).toBe('1');
    await settled(connector, 'RUNNING', 1);

    // It says that what it does not send is a form.
    for (const call of [connector.pause(), connector.resume(), connector.stop(), connector.resetTopics()]) {
      expect(await statusOf(call)).toBe(415);
    }
    expect(await statusOf(connector.alterOffsets(offsets(topic, 0)))).toBe(400);
    expect((await fetch(`${url}/connectors/${name}/stop`, { method: 'PUT' })).status).toBe(204);
    await settled(connector, 'STOPPED', 0);
    expect((await connector.alterOffsets(offsets(topic, 0))).status).toBe(200);
    expect((await connector.getOffsets()).data.offsets).toContainEqual(offsets(topic, 0)[0]);
    expect(await statusOf(connector.alterOffsets(offsets(topic, -1)))).toBe(400);
    expect((await connector.resetOffsets()).status).toBe(200);
    expect((await connector.getOffsets()).data.offsets).toEqual([]);
    expect((await connector.delete()).status).toBe(204);
    expect(await statusOf(connector.get())).toBe(404);
  });
});

function offsets(topic: string, offset: number) {
  return [{ partition: { kafka_topic: topic, kafka_partition: 0 }, offset: { kafka_offset: offset } }];
}

/** Of the answer, also where the client throws it. */
async function statusOf(call: Promise<{ readonly status: number }>): Promise<number | undefined> {
  try {
    return (await call).status;
  } catch (thrown) {
    return (thrown as { readonly response?: { readonly status: number } }).response?.status;
  }
}

async function settled(connector: ConnectorClient, state: string, tasks: number): Promise<void> {
  await waitFor(
    async () => {
      // There is no status until a worker took the connector up.
      if ((await statusOf(connector.getStatus())) !== 200) return false;
      const status = (await connector.getStatus()).data;
      const states = status.tasks.map((task) => String(task.state));
      return (
        String(status.connector.state) === state && states.length === tasks && states.every((one) => one === state)
      );
    },
    { what: `${connector.name} to be ${state} with ${tasks} tasks` },
  );
}
