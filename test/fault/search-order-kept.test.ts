/** Documents under the keys of records, without versions: nothing but the order of writes makes the last record of a key the one that stays. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { uniqueName } from '../helpers/kafka.ts';
import { recordOf, startRig } from '../helpers/pipeline.ts';
import { searchServers, useSearchToHarm } from '../helpers/search.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { startNoise } from './runner/search-noise.ts';

const PARTITIONS = 2;
/** More than a run gets done while the test looks away. */
const PER_PARTITION = 5_000;
const KEYS = 50;
/** Shards, so that one request is several to the server, and some of its items are refused. */
const SHARDS = 5;
const BUSY = { 'node.processors': 1, 'thread_pool.write.queue_size': 1 };
/** So that the next run need not wait long for the dead member's partitions. */
const SHORT_SESSION = { SPILLWAY_SESSION_TIMEOUT_MS: '6000' };
const AWAY_MS = 1_000;
const PATIENCE_MS = 120_000;

const keyOf = (partition: number, i: number) => `${partition}-${i % KEYS}`;
const isRemoval = (i: number) => i % 13 === 4;
const valueOfRecord = (partition: number, i: number) =>
  isRemoval(i) ? null : `{"n":${i},"place":"${partition}/${i}","padding":"${'x'.repeat(200)}"}`;

/** What the last record of each key left. */
function lastOfKeys(): Map<string, unknown> {
  const last = new Map<string, unknown>();
  for (let partition = 0; partition < PARTITIONS; partition++) {
    for (let i = 0; i < PER_PARTITION; i++) {
      const value = valueOfRecord(partition, i);
      if (value === null) last.delete(keyOf(partition, i));
      else last.set(keyOf(partition, i), JSON.parse(value));
    }
  }
  return last;
}

describe.each(searchServers.slice(0, 1))('documents by key on %s', (server) => {
  const search = useSearchToHarm(server);

  it('are those of the last records, whoever is killed on the way', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(PARTITIONS);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = Array.from({ length: PER_PARTITION }, (_, i) =>
        recordOf(keyOf(partition, i), valueOfRecord(partition, i)),
      );
      await rig.produce(topic, partition, records);
    }
    const index = search.index('last');
    await search.request('PUT', `/${index}`, { settings: { number_of_shards: SHARDS, number_of_replicas: 0 } });
    const name = uniqueName('keyed');
    const file = await rig.connectorFile(name, {
      ...search.settings,
      'connector.class': 'elasticsearch-sink',
      'elasticsearch.index': index,
      'elasticsearch.id.strategy': 'record-key',
      topics: topic,
      'batch.size': '50',
      'linger.ms': '50',
      'retry.backoff.max.ms': '500',
      'offset.commit.interval.ms': '100',
    });
    const admin = rig.driver.admin();
    const reached = async (atLeast: number) => {
      const committed = async () => {
        const offsets = [...(await admin.committedOffsets(`connect-${name}`, topic)).values()];
        return offsets.reduce((sum, { offset }) => sum + offset, 0) >= atLeast;
      };
      await waitFor(committed, { what: `${atLeast} records to be committed`, timeoutMs: PATIENCE_MS });
    };
    try {
      const first = rig.spawnCli(['run', file], SHORT_SESSION);
      await reached(400);
      first.kill('SIGKILL');
      expect((await first.result).signal).toBe('SIGKILL');

      const second = rig.spawnCli(['run', file], SHORT_SESSION);
      let log = '';
      second.stderr?.on('data', (text: string) => (log += text));
      await reached(1_100);
      await search.kill();
      await sleep(AWAY_MS);
      await search.restart(BUSY);
      const endNoise = await startNoise(search, search.index('noise'));
      onTestFinished(() => void endNoise());
      await waitFor(() => log.includes('ELASTICSEARCH_THROTTLED'), {
        what: 'items to be refused',
        timeoutMs: PATIENCE_MS,
      });
      await reached(1_700);
      await endNoise();
      second.kill('SIGTERM');
      const { code, stderr } = await second.result;
      expect(code).toBe(0);
      expect(stderr).toContain('ELASTICSEARCH_UNREACHABLE');
    } finally {
      await admin.close();
    }
    const last = await rig.spawnCli(['run', '--until-caught-up', file], SHORT_SESSION).result;
    expect(last.code).toBe(0);
    const documents = (await search.documents(index)).map(({ _id, _source }) => [_id, _source] as const);
    expect(new Map(documents)).toEqual(lastOfKeys());
    expect(documents.length).toBeLessThan(PARTITIONS * KEYS);
  });
});
