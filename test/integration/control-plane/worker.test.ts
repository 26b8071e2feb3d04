import { expect, it } from 'vitest';
import type { Plugin } from '../../../functions/control-plane/main.ts';
import { type InProcessWorker, startInProcessWorker } from '../../helpers/control-plane/in-process-worker.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { KeptWriter, keptSink } from '../../helpers/kept-sink.ts';
import { recordOf, startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

interface Status {
  readonly connector: { readonly state: string; readonly worker_id: string };
  readonly tasks: readonly { readonly id: number; readonly state: string; readonly worker_id: string }[];
}

/** `RUNNING, RUNNING w1, RUNNING w2`: of the connector, and of its tasks, with the number of their worker; sorted, since which worker has which task
 *  follows from member ids that the broker makes up. */
async function statusOf(name: string, asked: InProcessWorker, workers: readonly InProcessWorker[]): Promise<string> {
  const { status, body } = await asked.ask('GET', `/connectors/${name}/status`);
  if (status !== 200) return String(status);
  const { connector, tasks } = body as Status;
  const at = (id: string) => workers.findIndex((worker) => worker.id === id) + 1;
  return [connector.state, ...tasks.map(({ state, worker_id }) => `${state} w${at(worker_id)}`).sort()].join(', ');
}

it('workers share a connector, follow what is wanted of it, and take over from one that leaves', async () => {
  const rig = await startRig();
  const topic = await rig.createTopic(2);
  const group = uniqueName('workers');
  const name = uniqueName('c');
  const writers: KeptWriter[] = [];
  const plugin: Plugin = {
    definition: keptSink,
    writer: () => {
      const writer = new KeptWriter();
      writers.push(writer);
      return writer;
    },
  };
  const written = () => writers.flatMap(({ values }) => values).sort();
  const start = () => startInProcessWorker(group, { plugins: [plugin] });
  const workers = [await start(), await start()];
  const [first, second] = workers as [InProcessWorker, InProcessWorker];
  const shows = async (wanted: string | RegExp, asked = first) =>
    await waitFor(
      async () => {
        const shown = await statusOf(name, asked, workers);
        return typeof wanted === 'string' ? shown === wanted : wanted.test(shown);
      },
      { what: `${name} to be ${wanted}` },
    );

  const config = {
    'connector.class': 'kept-sink',
    topics: topic,
    'consumer.start.offset': 'earliest',
    'tasks.max': '2',
  };
  const created = await second.ask('POST', '/connectors', { name, config });
  expect([created.status, created.body]).toEqual([201, expect.objectContaining({ name, tasks: [] })]);
  await shows('RUNNING, RUNNING w1, RUNNING w2', first);
  await shows('RUNNING, RUNNING w1, RUNNING w2', second);
  await rig.produce(topic, 0, [recordOf(null, 'a'), recordOf(null, 'b')]);
  await rig.produce(topic, 1, [recordOf(null, 'c')]);
  await waitFor(() => written().length === 3, { what: 'three records' });

  expect((await first.ask('PUT', `/connectors/${name}/pause`)).status).toBe(202);
  await shows('PAUSED, PAUSED w1, PAUSED w2', second);
  expect((await first.ask('PUT', `/connectors/${name}/resume`)).status).toBe(202);
  await shows('RUNNING, RUNNING w1, RUNNING w2', second);
  const restarted = await second.ask('POST', `/connectors/${name}/restart?includeTasks=true`);
  expect(restarted.status).toBe(202);
  await shows('RUNNING, RUNNING w1, RUNNING w2', first);

  await first.stop();
  await shows('RUNNING, RUNNING w2, RUNNING w2', second);
  await rig.produce(topic, 0, [recordOf(null, 'd')]);
  await waitFor(() => written().length === 4, { what: 'the fourth record' });
  expect(written()).toEqual(['a', 'b', 'c', 'd']);

  expect((await second.ask('PUT', `/connectors/${name}/stop`)).status).toBe(204);
  await shows('STOPPED', second);
  expect((await second.ask('DELETE', `/connectors/${name}`)).status).toBe(204);
  await shows('404', second);
  await waitFor(() => writers.every(({ isClosed }) => isClosed), { what: 'all writers to be closed' });
});
