import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { type Rig, recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { watchedRun } from '../../helpers/watched-run.ts';

const RESTARTS = 'spillway_task_restarts_total';
const STARTED_AGAIN = 'the task is started again by itself: the cause may be gone then';

async function produced(rig: Rig, count: number): Promise<string> {
  const topic = await rig.createTopic(2);
  for (const partition of [0, 1]) {
    const records = Array.from({ length: count / 2 }, (_, i) => recordOf(`k${i}`, `v${partition}/${i}`));
    await rig.produce(topic, partition, records);
  }
  return topic;
}

describe('a failed task', () => {
  it('goes on by itself when its bucket is made, having tried three times at least', async () => {
    const rig = await startRig();
    const topic = await produced(rig, 60);
    const file = await rig.connectorFile(uniqueName('heals'), {
      topics: topic,
      'oss.bucket': 'later',
      'linger.ms': '50',
    });
    const run = await watchedRun(rig, file);
    await waitFor(async () => (await run.metric(RESTARTS, 'reason="OSS_BUCKET_MISSING"')) >= 3, {
      what: 'the third attempt',
      timeoutMs: 120_000,
    });
    expect(await run.metric('spillway_records_written_total')).toBe(0);
    await waitFor(async () => (await run.health()).includes('to start it again: '), {
      what: 'the next try in /health',
    });
    const attempts = run.lines(STARTED_AGAIN).map(({ attempt }) => attempt);
    expect(attempts).toContain(2);
    expect(run.lines(STARTED_AGAIN)[0]).toMatchObject({ code: 'OSS_BUCKET_MISSING', attempt: 1 });

    rig.oss.createBucket({ name: 'later' });
    const written = async () => (await writtenRecords(join(rig.folder, 'oss', 'later'))).length;
    await waitFor(async () => (await written()) >= 60, { what: 'every record', timeoutMs: 120_000 });
    await waitFor(async () => (await run.metric('spillway_records_written_total')) >= 60, { what: 'the last outcome' });
    // The law holds over restarts: one ledger a task.
    const [polled, settled, released, inFlight] = await Promise.all(
      ['records_polled_total', 'records_written_total', 'records_released_total', 'records_in_flight'].map((name) =>
        run.metric(`spillway_${name}`),
      ),
    );
    expect(polled).toBe((settled ?? 0) + (released ?? 0) + (inFlight ?? 0));
    await waitFor(async () => (await run.metric('spillway_task_state')) === 4, {
      what: 'both tasks',
      timeoutMs: 120_000,
    });
    const { code, stdout } = await run.stop();
    expect(JSON.parse(stdout).reasons).toEqual([]);
    expect(code).toBe(0);
  });

  it('looks its credentials up anew at each try', async () => {
    const rig = await startRig();
    const topic = await produced(rig, 20);
    const secrets = join(rig.folder, 'oss.properties');
    await writeFile(secrets, 'id=test-key\nsecret=expired\n');
    const file = await rig.connectorFile(uniqueName('heals'), {
      topics: topic,
      'oss.access.key.id': `\${file:${secrets}:id}`,
      'oss.access.key.secret': `\${file:${secrets}:secret}`,
      'linger.ms': '50',
    });
    const run = await watchedRun(rig, file);
    await waitFor(async () => (await run.metric(RESTARTS, 'reason="OSS_CREDENTIALS_REFUSED"')) >= 2, {
      what: 'a second attempt',
      timeoutMs: 120_000,
    });
    // While somebody replaces the file its key is away.
    await writeFile(secrets, '');
    await waitFor(async () => (await run.metric(RESTARTS, 'reason="OSS_CREDENTIALS_MISSING"')) >= 1, {
      what: 'an attempt without a secret',
      timeoutMs: 240_000,
    });
    await writeFile(secrets, `id=${rig.credentials.accessKeyId}\nsecret=${rig.credentials.accessKeySecret}\n`);
    await waitFor(async () => (await writtenRecords(rig.bucketFolder)).length >= 20, {
      what: 'every record',
      timeoutMs: 240_000,
    });
    expect(run.log()).not.toContain('expired');
    expect(run.log()).not.toContain(rig.credentials.accessKeySecret);
    await run.stop();
  }, 600_000);

  it('is given up when a person must do something, and stopped while it waits', async () => {
    const rig = await startRig();
    const topic = await produced(rig, 4);
    const wrong = await startHttpFunction(() => ({ body: { version: 7, all: 'written', count: 1 } }));
    const refusing = await startHttpFunction(() => ({ status: 403 }));
    const to = (url: string) => ({
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': url,
      'linger.ms': '50',
      topics: topic,
    });
    const lasting = await rig.spawnCli(['run', '--json', await rig.connectorFile(uniqueName('fails'), to(wrong.url))])
      .result;
    expect(lasting.code).toBe(1);
    expect(lasting.stderr).not.toContain(STARTED_AGAIN);
    expect(JSON.parse(lasting.stdout).reasons[0]).toContain('ANSWER_INVALID');

    const run = await watchedRun(rig, await rig.connectorFile(uniqueName('waits'), to(refusing.url)));
    // Long enough to be stopped in.
    await waitFor(() => Number(run.lines(STARTED_AGAIN).at(-1)?.['waitMs']) >= 3_000, {
      what: 'a wait of seconds',
      timeoutMs: 120_000,
    });
    const { code, stdout } = await run.stop();
    expect(code).toBe(1);
    expect(JSON.parse(stdout).reasons[0]).toContain('FUNCTION_REFUSED');
    const calls = refusing.envelopes.length;
    expect(calls).toBeGreaterThanOrEqual(3);
  });

  it('follows the authorization of a function that was corrected', async () => {
    const rig = await startRig();
    const topic = await produced(rig, 10);
    const secrets = join(rig.folder, 'function.properties');
    await writeFile(secrets, 'token=old\n');
    const got: string[] = [];
    const fn = await startHttpFunction((_, call) => {
      const sent = fn.headers[call - 1]?.authorization ?? '';
      got.push(sent);
      return sent === 'Bearer new' ? {} : { status: 401 };
    });
    const file = await rig.connectorFile(uniqueName('heals'), {
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': fn.url,
      'invoke.http.authorization': `Bearer \${file:${secrets}:token}`,
      'linger.ms': '50',
      topics: topic,
    });
    const run = await watchedRun(rig, file);
    await waitFor(() => got.length >= 2, { what: 'a second try' });
    await writeFile(secrets, 'token=new\n');
    await waitFor(async () => (await run.metric('spillway_records_written_total')) === 10, {
      what: 'every record',
      timeoutMs: 120_000,
    });
    expect(new Set(got)).toEqual(new Set(['Bearer old', 'Bearer new']));
    await run.stop();
  });
});
