/** A group that is moved back to the start, twice: every way of naming documents but the server's own gives the same documents again. */
import { describe, expect, it } from 'vitest';
import { uniqueName } from '../helpers/kafka.ts';
import { type Rig, recordOf, startRig } from '../helpers/pipeline.ts';
import { searchServers, useSearch } from '../helpers/search.ts';

const PARTITIONS = 2;
const PER_PARTITION = 300;
const KEYS = 40;
/** Several batches a partition. */
const SOON = { 'batch.size': '100', 'linger.ms': '100', 'retry.backoff.max.ms': '1000', 'tasks.max': '1' };

type Fields = Readonly<Record<string, unknown>>;

interface Sent {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  /** Null: a tombstone. */
  readonly value: Fields | null;
  /** The mapping of the index refuses it. */
  readonly isBad: boolean;
}

function sentTo(partition: number): Sent[] {
  return Array.from({ length: PER_PARTITION }, (_, offset) => {
    const isBad = offset % 100 === 77;
    const value = { id: `${partition}/${offset % 60}`, n: isBad ? 'no number' : offset, [`f${offset % 3}`]: offset };
    return { partition, offset, key: `${partition}-${offset % KEYS}`, value: offset % 7 === 5 ? null : value, isBad };
  });
}

const SENT = Array.from({ length: PARTITIONS }, (_, partition) => sentTo(partition)).flat();

/** How a configuration names documents, and what it makes of one that is there. */
interface Mode {
  readonly keys: Readonly<Record<string, string>>;
  readonly idOf: (record: Sent, topic: string) => string | undefined;
  readonly merges?: true;
}

const offsetIds: Mode['idOf'] = ({ partition, offset }, topic) => `${topic}+${partition}+${offset}`;
const byKey = { 'elasticsearch.id.strategy': 'record-key' };
const ofField: Mode['idOf'] = ({ value }) => (value === null ? undefined : String(value['id']));

const MODES: Readonly<Record<string, Mode>> = {
  offset: { keys: {}, idOf: offsetIds },
  create: { keys: { 'elasticsearch.write.mode': 'create' }, idOf: offsetIds },
  upsert: { keys: { 'elasticsearch.write.mode': 'upsert' }, idOf: offsetIds },
  key: { keys: byKey, idOf: ({ key }) => key },
  'key-by-time': { keys: { ...byKey, 'elasticsearch.version': 'record-timestamp' }, idOf: ({ key }) => key },
  'key-by-offset': {
    keys: { ...byKey, 'elasticsearch.version': 'offset', 'elasticsearch.version.partitions': String(PARTITIONS) },
    idOf: ({ key }) => key,
  },
  'key-upsert': { keys: { ...byKey, 'elasticsearch.write.mode': 'upsert' }, idOf: ({ key }) => key, merges: true },
  field: { keys: { 'elasticsearch.id.strategy': 'field', 'elasticsearch.id.field': '/id' }, idOf: ofField },
  template: {
    keys: { 'elasticsearch.id.strategy': 'template', 'elasticsearch.id.template': '{topic}/{key}/{value:/id}' },
    idOf: ({ key, value }, topic) => (value === null ? undefined : `${topic}/${key}/${value['id']}`),
  },
};

/** Documents by id, as the records say one after the other. */
function expected({ idOf, merges }: Mode, topic: string): Map<string, Fields> {
  const documents = new Map<string, Fields>();
  for (const record of SENT) {
    const id = idOf(record, topic);
    if (id === undefined || record.isBad) continue;
    if (record.value === null) documents.delete(id);
    else documents.set(id, { ...(merges ? documents.get(id) : {}), ...record.value });
  }
  return documents;
}

interface Running {
  readonly mode: Mode;
  readonly index: string;
  readonly file: string;
  readonly group: string;
}

async function run(rig: Rig, running: readonly Running[]): Promise<void> {
  const files = running.map(({ file }) => file);
  const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', ...files]).result;
  expect([code, stderr.match(/"level":"?(error|50)/)]).toEqual([0, null]);
}

/** As `spillway offsets --to earliest` does. */
async function moveBack({ driver }: Rig, running: readonly Running[], topic: string): Promise<void> {
  const admin = driver.admin();
  const toStart = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, offset: 0 }));
  try {
    for (const { group } of running) {
      const before = [...(await admin.committedOffsets(group, topic)).values()];
      expect(before.map(({ offset }) => offset)).toEqual(Array(PARTITIONS).fill(PER_PARTITION));
      await admin.commitOffsets(group, toStart);
    }
  } finally {
    await admin.close();
  }
}

describe.each(searchServers)('documents on %s', (server) => {
  const search = useSearch(server);

  it('are the same after their topic was delivered from its start three times, whatever names them', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(PARTITIONS);
    const since = Date.now() - 3_600_000;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = SENT.filter((each) => each.partition === partition);
      const messages = records.map(({ key, value, offset }) =>
        recordOf(key, value && JSON.stringify(value), since + offset),
      );
      await rig.produce(topic, partition, messages);
    }
    const running = await Promise.all(
      Object.entries(MODES).map(async ([name, mode]): Promise<Running> => {
        const index = search.index(name);
        await search.request('PUT', `/${index}`, { mappings: { properties: { n: { type: 'long' } } } });
        const connector = uniqueName(name);
        const file = await rig.connectorFile(connector, {
          ...SOON,
          ...search.settings,
          ...mode.keys,
          'connector.class': 'elasticsearch-sink',
          'elasticsearch.index': index,
          topics: topic,
        });
        return { mode, index, file, group: `connect-${connector}` };
      }),
    );
    const documents = async ({ index }: Running) =>
      new Map((await search.documents(index)).map(({ _id, _source }) => [_id, _source]));
    for (const delivery of ['first', 'second', 'third']) {
      if (delivery !== 'first') await moveBack(rig, running, topic);
      await run(rig, running);
      for (const each of running)
        expect([delivery, each.index, await documents(each)]).toEqual([
          delivery,
          each.index,
          expected(each.mode, topic),
        ]);
    }
    // Of each way something is there, and of keys something is gone.
    const sizes = Object.values(MODES).map((mode) => expected(mode, topic).size);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(expected(MODES['key'] as Mode, topic).size).toBeLessThan(PARTITIONS * KEYS);
  });
});
