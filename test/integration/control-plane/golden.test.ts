import { expect, it, onTestFinished } from 'vitest';
import { DIFFERENT } from '../../helpers/connect-replay/differences.ts';
import { golden } from '../../helpers/connect-replay/golden.ts';
import { fileSink, flakySink } from '../../helpers/connect-replay/golden-plugins.ts';
import { replay } from '../../helpers/connect-replay/replay.ts';
import { TOPICS } from '../../helpers/connect-replay/topics.ts';
import { workerOverHttp } from '../../helpers/connect-replay/worker-over-http.ts';
import { writesNowhere } from '../../helpers/connect-replay/writes-nowhere.ts';
import { startInProcessWorker } from '../../helpers/control-plane/in-process-worker.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, startRig } from '../../helpers/pipeline.ts';

const RECORDS = Array.from({ length: 10 }, (_, i) => recordOf(`k${i}`, `v${i}`));

it('answers 320 requests as a Kafka Connect worker did, but for the differences that are listed', async () => {
  const rig = await startRig();
  const suffix = uniqueName('');
  const admin = rig.driver.admin();
  onTestFinished(() => admin.close());
  for (const [topic, counts] of Object.entries(TOPICS)) {
    const name = `${topic}${suffix}`;
    await admin.createTopics([{ name, partitions: counts.length, replicationFactor: -1, configs: {} }]);
    for (const [partition, count] of counts.entries()) await rig.produce(name, partition, RECORDS.slice(0, count));
  }
  const started = await startInProcessWorker(uniqueName('workers'), {
    plugins: [fileSink, flakySink].map(writesNowhere),
  });
  const feed = async (id: string) => {
    // Tasks that fail on a record begin where the topic ends.
    if (!id.startsWith('states/failed')) return;
    for (const partition of TOPICS['golden-a'].keys())
      await rig.produce(`golden-a${suffix}`, partition, RECORDS.slice(0, 1));
  };
  const worker = workerOverHttp(started.url, feed);
  onTestFinished(() => worker.close());

  const outcomes = await replay(worker, golden('0.0.0-test', suffix));

  expect(outcomes).toHaveLength(320);
  const unlisted = outcomes.filter(({ entry, differs }) => !DIFFERENT.has(entry.id) && differs.length > 0);
  expect(unlisted.map(({ entry, differs }) => ({ id: entry.id, note: entry.note, differs }))).toEqual([]);
  const listed = outcomes.filter(({ entry }) => DIFFERENT.has(entry.id));
  expect(listed.map(({ entry, answer }) => [entry.id, answer.status])).toEqual(
    listed.map(({ entry }) => [entry.id, DIFFERENT.get(entry.id)]),
  );
}, 300_000);
