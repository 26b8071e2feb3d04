/** kafkajs issues 593, 659, 1568, 1720: a batch that takes longer than the session costs the membership, its records are read again, and so on. */
import { expect, it } from 'vitest';
import { systemClock } from '../../shared/clock.ts';
import { Api } from '../helpers/fault-proxy.ts';
import { startHttpFunction } from '../helpers/http-function.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { recordOf, startRig } from '../helpers/pipeline.ts';
import { startProxiedKafka } from '../helpers/proxied-kafka.ts';

const SESSION_MS = 4_000;
const RECORDS = 60;

it('a sink call of three sessions: no rebalance, every record is sent once, everything is committed', async () => {
  const { proxy, bootstrapServers } = await startProxiedKafka();
  const rig = await startRig(bootstrapServers);
  const topic = await rig.createTopic(1);
  const records = Array.from({ length: RECORDS }, (_, i) => recordOf(`k${i}`, `v${i}`));
  await rig.produce(topic, 0, records);
  const heartbeats: number[] = [];
  let joins = 0;
  const fn = await startHttpFunction(async (_records, call) => {
    if (call !== 1) return {};
    joins = proxy.requestsOf(Api.joinGroup).length;
    heartbeats.push(proxy.requestsOf(Api.heartbeat).length);
    // The session runs by the broker's clock.
    await systemClock.sleep(3 * SESSION_MS);
    heartbeats.push(proxy.requestsOf(Api.heartbeat).length);
    return {};
  });
  const name = uniqueName('slow');
  const file = await rig.connectorFile(name, {
    'connector.class': 'fc-sink',
    'invoke.target': 'http',
    'invoke.http.url': fn.url,
    topics: topic,
    'tasks.max': '1',
    'max.in.flight.batches': '1',
  });
  const { code, stdout, stderr } = await rig.spawnCli(['run', '--until-caught-up', '--json', file], {
    SPILLWAY_SESSION_TIMEOUT_MS: String(SESSION_MS),
  }).result;
  expect([code, stderr.includes('"level":50'), stderr.includes('forgot')]).toEqual([0, false, false]);
  expect(fn.envelopes.flat().map(({ offset }) => offset)).toEqual(Array.from({ length: RECORDS }, (_, i) => i));
  expect(proxy.requestsOf(Api.joinGroup)).toHaveLength(joins);
  // One at least in every session.
  expect((heartbeats[1] ?? 0) - (heartbeats[0] ?? 0)).toBeGreaterThanOrEqual(3);
  expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ polled: RECORDS, written: RECORDS, released: 0 });
  const admin = rig.driver.admin();
  expect((await admin.committedOffsets(`connect-${name}`, topic)).get(0)?.offset).toBe(RECORDS);
  await admin.close();
});
