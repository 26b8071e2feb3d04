import { expect, it } from 'vitest';
import { startInProcessWorker } from '../../helpers/control-plane/in-process-worker.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { KeptWriter, keptSink } from '../../helpers/kept-sink.ts';
import { startProxiedKafka } from '../../helpers/proxied-kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const STATUS = '/connectors/c/status';

it('a worker answers while Kafka does not, changes nothing later that it refused, and ends when it is told to', async () => {
  const { proxy, bootstrapServers, driver } = await startProxiedKafka();
  const admin = driver.admin();
  await admin.createTopics([{ name: 'orders', partitions: 1, replicationFactor: 1, configs: {} }]);
  await admin.close();
  const worker = await startInProcessWorker(uniqueName('workers'), {
    settings: {
      'bootstrap.servers': bootstrapServers,
      'rest.write.timeout.ms': '2000',
      'shutdown.timeout.ms': '1000',
      'session.timeout.ms': '6000',
    },
    plugins: [{ definition: keptSink, writer: () => new KeptWriter() }],
  });
  const runs = async () => {
    const { body } = await worker.ask('GET', STATUS);
    const { connector, tasks } = body as { connector?: { state: string }; tasks?: { state: string }[] };
    return connector?.state === 'RUNNING' && tasks?.[0]?.state === 'RUNNING';
  };
  const config = { 'connector.class': 'kept-sink', topics: 'orders', 'tasks.max': '1' };
  expect((await worker.ask('POST', '/connectors', { name: 'c', config })).status).toBe(201);
  await waitFor(runs, { what: 'the task to run' });

  proxy.harm = () => 'swallow';
  expect((await worker.ask('GET', '/health')).status).toBe(200);
  expect(await runs()).toBe(true);
  const refused = await worker.ask('PUT', '/connectors/c/pause');
  expect([refused.status, refused.body]).toEqual([500, expect.objectContaining({ error_code: 500 })]);

  proxy.harm = undefined;
  proxy.cut();
  const resumed = await waitFor(
    async () => {
      const answer = await worker.ask('PUT', '/connectors/c/resume');
      return answer.status === 202 && answer;
    },
    { what: 'a change to be taken again' },
  );
  expect(resumed.status).toBe(202);
  await waitFor(runs, { what: 'the task to run again, not paused' });

  proxy.harm = () => 'swallow';
  await worker.stop();
}, 240_000);
