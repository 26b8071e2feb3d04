/** Events of native triggers straight into the built sinks, with no dispatcher: what is then at the target, record by record. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import { headersToJson } from '../../../shared/envelope/headers-json.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { recordAt } from '../../../shared/records.ts';
import { everyEvent, type ShapedEvent } from '../../../shared/test-events/every-event.ts';
import { bundledFunctions, type StartedFc, startedFc } from '../../helpers/fc.ts';
import { kafkaForTests, uniqueName } from '../../helpers/kafka.ts';
import { type StartedMaxCompute, startedMaxCompute } from '../../helpers/maxcompute.ts';
import { readTopic } from '../../helpers/pipeline.ts';
import { searchServers, useSearch } from '../../helpers/search.ts';
import { invoke, invokeAsync, jsonOf } from '../fc-stand-in/raw-client.ts';
import { type OssSetup, setupOss } from '../oss-sink/oss-setup.ts';
import { type DeployedSink, elasticsearchSink, maxcomputeSink, ossSink, type Stored } from './deployed-sinks.ts';

/** A temporary key pair: the function's role. */
const ROLE = { accessKeyId: 'LTAI5tOfTheTest', accessKeySecret: 'secret-of-the-test' };

/** What must lie at the target after `events`: each record once. */
function expected(events: readonly ShapedEvent[], { tombstones }: DeployedSink): Stored[] {
  return events.flatMap(({ records }) =>
    Array.from({ length: records.count }, (_, index) => recordAt(records, index))
      .filter(({ value }) => value !== null || tombstones === 'written')
      .map(({ topic, offset, key, value, headers }) => ({
        topic,
        offset,
        key: key?.toString() ?? null,
        value: value?.toString() ?? null,
        headers: JSON.parse(headersToJson(headers)) as unknown,
      })),
  );
}

const sorted = (stored: readonly Stored[]) =>
  [...stored].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.offset - b.offset));

const good = { key: 'k', value: '{"pieces":1}' };
/** Of records of `orders`, from offset 7. */
const native = (...records: readonly { readonly key: string; readonly value: string }[]) =>
  JSON.stringify(
    records.map(({ key, value }, i) => ({ topic: 'orders', partition: 0, offset: 7 + i, timestamp: 1, key, value })),
  );

let bundles: Readonly<Record<string, string>>;
let fc: StartedFc;
let oss: OssSetup;
let maxcompute: StartedMaxCompute;

beforeAll(async () => {
  [bundles, fc, oss, maxcompute] = await Promise.all([
    bundledFunctions(),
    startedFc(),
    setupOss(),
    startedMaxCompute(),
  ]);
});
afterAll(() => Promise.all([fc?.stop(), oss?.close(), maxcompute?.stop()]));

/** Deploys the bundle of that name under a name of its own, and answers that. */
function deploy(bundle: string, environmentVariables: Readonly<Record<string, string>>): string {
  const name = uniqueName(bundle);
  const code = bundles[bundle];
  if (code === undefined) throw new Error(`no bundle of ${bundle}`);
  const settings = { LOG_LEVEL: 'silent', ...environmentVariables };
  fc.server.setFunction({ name, code, environmentVariables: settings, role: ROLE });
  onTestFinished(() => void fc.server.killInstances(name));
  return name;
}

function describeSink(bundle: string, sinkOfTest: () => DeployedSink): void {
  describe(`events of native triggers to the built ${bundle}`, () => {
    it('are written in every form and shape, also by asynchronous calls', async () => {
      const sink = sinkOfTest();
      const name = deploy(bundle, sink.environment);
      const events = everyEvent();
      for (const { name: shape, text } of events) {
        const answer = await invoke(fc.server, name, { body: text });
        expect([shape, answer.headers['x-fc-error-type'], answer.status]).toEqual([shape, undefined, 200]);
        expect([shape, jsonOf(answer)]).toEqual([shape, expect.objectContaining({ version: 1 })]);
      }
      const later = everyEvent((shape) => `async-${shape}`).filter(({ name: shape }) => shape.endsWith('-array'));
      for (const { text } of later) expect((await invokeAsync(fc.server, name, text)).status).toBe(202);
      await fc.server.asyncSettled(name);
      expect(sorted(await sink.stored())).toEqual(sorted(expected([...events, ...later], sink)));
      expect(fc.server.invocations(name).filter(({ errorType }) => errorType !== undefined)).toEqual([]);
    });

    it('fail the invocation for an errant record, unless there is an error topic, where it lands', async () => {
      const { environment, strict, bad } = sinkOfTest();
      const event = native(good, bad);
      const failing = await invoke(fc.server, deploy(bundle, { ...environment, ...strict }), { body: event });
      expect([failing.status, failing.headers['x-fc-error-type']]).toEqual([200, expect.any(String)]);
      expect(jsonOf(failing)).toMatchObject({
        errorType: 'RecordError',
        errorMessage: expect.stringContaining('orders-0 offset 8'),
      });

      const { bootstrapServers } = await kafkaForTests();
      const topic = await errorTopic(bootstrapServers);
      const brokers = { SPILLWAY_BOOTSTRAP_SERVERS: bootstrapServers, RUNTIME_ERROR_TOPIC_NAME: topic };
      const answer = await invoke(fc.server, deploy(bundle, { ...environment, ...strict, ...brokers }), {
        body: event,
      });
      expect(answer.headers['x-fc-error-type']).toBeUndefined();
      const outcomes = [
        { offset: 7, status: 'written' },
        { offset: 8, status: 'errant', code: bad.code },
      ];
      expect((jsonOf(answer)['outcomes'] as readonly Stored[]).toSorted((a, b) => a.offset - b.offset)).toMatchObject(
        outcomes,
      );
      expect(await readTopic(bootstrapServers, topic, 1)).toMatchObject([
        {
          key: Buffer.from(bad.key),
          value: Buffer.from(bad.value),
          headers: {
            '__connect.errors.topic': 'orders',
            '__connect.errors.offset': '8',
            'spillway.error.code': bad.code,
          },
        },
      ]);
    });
  });
}

async function errorTopic(bootstrapServers: string): Promise<string> {
  const name = uniqueName('native-errors');
  const admin = createKafkaDriver(
    { bootstrapServers: bootstrapServers.split(','), clientId: 'test' },
    { logger: silentLogger, clock: systemClock, random: Math.random },
  ).admin();
  onTestFinished(() => admin.close());
  await admin.createTopics([{ name, partitions: 1, replicationFactor: -1, configs: {} }]);
  return name;
}

describeSink('oss-sink', () => ossSink(oss));
describeSink('maxcompute-sink', () => maxcomputeSink(maxcompute));
// The bundle is the same for all of them; what they do differently is for the tests of the sink.
describe.each(searchServers.slice(0, 1))('on %s', (server) => {
  const search = useSearch(server);
  describeSink('elasticsearch-sink', () => elasticsearchSink(search, search.index('native')));
});
