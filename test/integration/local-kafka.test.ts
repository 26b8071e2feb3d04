import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LocalKafka, type StartKafkaOptions, startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { kafkaForTests, uniqueName } from '../helpers/kafka.ts';
import { processIsGone } from '../helpers/process-is-gone.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { waitFor } from '../helpers/wait-for.ts';

async function start(options: StartKafkaOptions = {}): Promise<LocalKafka> {
  const kafka = await startKafka(options);
  onTestFinished(() => kafka.stop());
  return kafka;
}

function client({ bootstrapServers }: { bootstrapServers: string }): Kafka {
  return new Kafka({
    brokers: bootstrapServers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 20, maxRetryTime: 2_000 },
  });
}

async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
  await admin.disconnect();
}

async function produce(kafka: Kafka, topic: string): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [{ value: 'one' }] });
  await producer.disconnect();
}

async function endOffset(kafka: Kafka, topic: string): Promise<string | undefined> {
  const admin = kafka.admin();
  await admin.connect();
  const [partition] = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return partition?.high;
}

describe('the Kafka of the tests', () => {
  it('takes and keeps a record', async () => {
    const kafka = client(await kafkaForTests());
    const topic = uniqueName('local-kafka');
    await createTopic(kafka, topic);
    await produce(kafka, topic);
    expect(await endOffset(kafka, topic)).toBe('1');
  });
});

describe('startKafka', () => {
  it('keeps records over kill -9 and restart of a broker', async () => {
    const local = await start();
    const kafka = client(local);
    await createTopic(kafka, 'orders');
    await produce(kafka, 'orders');
    const [broker] = local.brokers;
    const firstPid = broker?.pid ?? -1;
    await broker?.kill('SIGKILL');
    expect(processIsGone(firstPid)).toBe(true);
    await broker?.restart();
    expect(broker?.pid).not.toBe(firstPid);
    expect(await endOffset(kafka, 'orders')).toBe('1');
  });

  it('leaves neither process nor folder after stop, and may be stopped twice', async () => {
    const local = await startKafka();
    const pid = local.brokers[0]?.pid ?? -1;
    expect(processIsGone(pid)).toBe(false);
    await local.stop();
    await local.stop();
    expect(processIsGone(pid)).toBe(true);
    expect(existsSync(local.dir)).toBe(false);
  });

  it('finds the data of an earlier start in the folder it was given', async () => {
    const dir = await temporaryFolder();
    const first = await startKafka({ dir });
    await createTopic(client(first), 'orders');
    await produce(client(first), 'orders');
    await first.stop();
    const second = await start({ dir });
    expect(await endOffset(client(second), 'orders')).toBe('1');
  });

  it('listens on the port it was given and hands overrides to the broker', async () => {
    const free = await startKafka();
    const port = free.brokers[0]?.port ?? 0;
    await free.stop();
    const local = await start({ port, overrides: { 'auto.create.topics.enable': 'true' } });
    expect(local.bootstrapServers).toBe(`127.0.0.1:${port}`);
    await produce(client(local), 'made-by-the-first-record');
    expect(await endOffset(client(local), 'made-by-the-first-record')).toBe('1');
  });

  it('says whose port is taken instead of choosing another one', async () => {
    const local = await start();
    await expect(startKafka({ port: local.brokers[0]?.port ?? 0 })).rejects.toMatchObject({
      code: 'LOCAL_KAFKA_FAILED',
      message: expect.stringContaining(`port ${local.brokers[0]?.port}`),
    });
  });

  it('runs three brokers, of which any one may be killed', async () => {
    const local = await start({ brokers: 3 });
    const kafka = client(local);
    await createTopic(kafka, 'orders');
    await local.brokers[0]?.kill('SIGKILL');
    await produce(kafka, 'orders');
    await local.brokers[0]?.restart();
    await waitFor(
      async () => {
        const admin = kafka.admin();
        await admin.connect();
        const { topics } = await admin.fetchTopicMetadata({ topics: ['orders'] });
        await admin.disconnect();
        return topics[0]?.partitions[0]?.isr.length === 3;
      },
      { what: 'the killed broker to be in sync again' },
    );
    expect(await endOffset(kafka, 'orders')).toBe('1');
  });

  it('does not outlive its parent, not even one that is killed with SIGKILL', async () => {
    const script = join(import.meta.dirname, '../helpers/start-kafka-and-wait.ts');
    const parent = spawn(process.execPath, ['--import', 'tsx', script, await temporaryFolder()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    let brokerPid = 0;
    for await (const line of createInterface({ input: parent.stdout })) {
      brokerPid = Number(line);
      break;
    }
    expect(processIsGone(brokerPid)).toBe(false);
    parent.kill('SIGKILL');
    await waitFor(() => processIsGone(brokerPid), { what: `broker ${brokerPid} to follow its parent` });
  });
});
