import { expect, it } from 'vitest';
import { ossConfig, startClusterWorker } from '../../helpers/control-plane/cluster-worker.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at by what is expected of them
type Answer = { readonly status: number; readonly body: any };

async function ask(url: string, method: string, path: string, body?: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
  const answer = await fetch(`${url}${path}`, { method, ...sent });
  return { status: answer.status, body: await answer.json() };
}

it('any worker tells what a connector does, sends test records, and sends back what was refused', async () => {
  const rig = await startRig();
  const group = uniqueName('workers');
  const [one, other] = await Promise.all([startClusterWorker(rig, group), startClusterWorker(rig, group)]);
  const name = uniqueName('watched');
  const topic = await rig.createTopic(2);
  await rig.produce(topic, 0, [recordOf('a', '{"n":1}'), recordOf('b', '{"n":2}')]);
  const created = await ask(one.url, 'POST', '/connectors', {
    name,
    config: ossConfig(rig, topic, { 'tasks.max': '1' }),
  });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  const path = `/spillway/connectors/${name}`;
  /** Sends a test record, and asks until it is known what became of it. */
  const test = async (body: object): Promise<Answer> => {
    const sent = await ask(one.url, 'POST', `${path}/test`, { timeoutMs: 20_000, ...body });
    if (sent.status !== 202) return sent;
    return await waitFor(
      async () => {
        const answer = await ask(other.url, 'GET', `${sent.body.ask}&timeoutMs=5000`);
        return answer.status === 202 ? undefined : answer;
      },
      { what: 'the test record' },
    );
  };

  const written = await test({ value: { n: 3 }, partition: 1 });
  expect(written).toMatchObject({ status: 200, body: { outcome: 'written', topic, partition: 1, offset: 0 } });
  const place = `topic=${topic}&partition=1&offset=0`;
  const again = await ask(other.url, 'GET', `${path}/test?${place}`);
  expect(again).toMatchObject({ status: 200, body: { outcome: 'written', id: written.body.id } });
  expect((await ask(other.url, 'GET', `${path}/test?topic=${topic}&partition=0&offset=0`)).status).toBe(404);

  const refused = await test({ value: '/w==', valueEncoding: 'base64' });
  const errors = `connect-error-${name}`;
  expect(refused).toMatchObject({
    status: 200,
    body: { outcome: 'errant', error: { topic: errors, offset: 0, code: 'VALUE_NOT_UTF8' } },
  });

  for (const { url } of [one, other]) {
    await waitFor(async () => (await ask(url, 'GET', `${path}/lag`)).body.lag === 0, { what: 'no lag' });
    await waitFor(
      async () => {
        const { events } = (await ask(url, 'GET', `${path}/events?kind=errant-record`)).body;
        return events[0];
      },
      { what: 'the event on both workers' },
    );
  }
  const { events } = (await ask(other.url, 'GET', `${path}/events`)).body;
  const { partition, offset } = refused.body;
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'errant-record', code: 'VALUE_NOT_UTF8', topic, partition, offset }),
  );
  expect((await ask(one.url, 'GET', `${path}/logs`)).body.logs.length).toBeGreaterThan(0);

  const { body: listed } = await ask(other.url, 'GET', `${path}/errors?code=VALUE_NOT_UTF8`);
  expect(listed.errors).toMatchObject([{ topic: errors, failure: { connector: name, source: { topic, partition } } }]);
  const { body: kinds } = await ask(one.url, 'GET', `${path}/errors/summary`);
  expect(kinds.kinds).toMatchObject([{ code: 'VALUE_NOT_UTF8', records: 1 }]);

  const rehearsed = await ask(one.url, 'POST', `${path}/redrives`, { all: true });
  expect(rehearsed.body).toMatchObject({ dryRun: true, rehearsals: [{ send: [{ topic, records: 1 }] }] });
  expect((await ask(one.url, 'POST', `${path}/redrives`, {})).status).toBe(400);
  const done = await ask(one.url, 'POST', `${path}/redrives`, { all: true, confirm: true, waitMs: 30_000 });
  expect(done.body).toMatchObject({ dryRun: false, redrive: { worker: one.id } });
  const known = await waitFor(
    async () => {
      const answer = await ask(other.url, 'GET', `${path}/redrives/${done.body.redrive.id}`);
      return answer.body.state === 'done' && answer;
    },
    { what: 'the other worker to know of the redrive' },
  );
  expect(known.body).toMatchObject({
    worker: one.id,
    progress: { sent: 1 },
    reports: [{ sent: 1, complete: true }],
  });

  const { body: preview } = await ask(other.url, 'GET', `${path}/preview?partition=${topic}-0&from=0&records=2`);
  expect(preview.records).toMatchObject([
    { offset: 0, verdict: 'written', envelope: { value: '{"n":1}' } },
    { offset: 1, verdict: 'written' },
  ]);
  const methods = preview.batches[0].requests.map(({ method }: { method: string }) => method);
  expect(methods).toContain('PUT');
  expect(JSON.stringify(preview)).not.toContain(rig.credentials.accessKeySecret);

  const { body: cluster } = await ask(other.url, 'GET', '/spillway/cluster');
  expect(cluster).toMatchObject({ group, self: other.id });
  expect([one.id, other.id]).toContain(cluster.leader);
  expect(cluster.workers.map(({ id, member }: { id: string; member: boolean }) => [id, member])).toEqual(
    [one.id, other.id].sort().map((id) => [id, true]),
  );
  expect((await ask(one.url, 'GET', '/spillway/health/ready')).body).toEqual({ status: 'ready', reasons: [] });
  await Promise.all([one.stop(), other.stop()]);
}, 300_000);
