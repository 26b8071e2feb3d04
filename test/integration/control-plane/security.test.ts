import { expect, it } from 'vitest';
import { startInProcessWorker } from '../../helpers/control-plane/in-process-worker.ts';
import { kafkaForTests, uniqueName } from '../../helpers/kafka.ts';
import { KeptWriter, keptSink } from '../../helpers/kept-sink.ts';
import { readTopic, recordOf, startRig } from '../../helpers/pipeline.ts';
import { recordedLines } from '../../helpers/recorded-lines.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const ADMIN = 'the-admin-token-0123';
const VIEWER = 'the-viewer-token-0123';
/** What must be seen nowhere. */
const SECRETS = /hunter2|the-access-key|token-0123|WORKER_PASSWORD_VALUE/;
const env = {
  ADMIN,
  VIEWER,
  SPILLWAY_SECRET_KEY: 'the-access-key',
  WORKER_PASSWORD: 'WORKER_PASSWORD_VALUE',
};

it('a worker answers who signs in, lets connectors reach what they may, and shows no secret anywhere', async () => {
  const rig = await startRig();
  const source = await rig.createTopic(1);
  const { lines, logger } = recordedLines();
  const group = uniqueName('workers');
  const worker = await startInProcessWorker(group, {
    settings: {
      'rest.admin.token': '${env:ADMIN}',
      'rest.viewer.token': '${env:VIEWER}',
      'connector.target.hosts': '*,127.0.0.1',
    },
    env,
    logger,
    plugins: [{ definition: keptSink, writer: () => new KeptWriter() }],
  });
  const seen: string[] = [];
  const ask = async (token: string | undefined, method: string, path: string, body?: unknown) => {
    const answer = await fetch(worker.url + path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    seen.push(text);
    return { status: answer.status, text };
  };

  expect((await ask(undefined, 'GET', '/connectors')).status).toBe(401);
  expect((await ask(undefined, 'GET', '/spillway/health/live')).status).toBe(200);
  expect((await ask(VIEWER, 'GET', '/connectors')).status).toBe(200);
  expect((await ask(VIEWER, 'POST', '/connectors', { name: 'a', config: {} })).status).toBe(403);

  const oss = {
    'connector.class': 'oss-sink',
    topics: source,
    'tasks.max': '1',
    'oss.endpoint': rig.oss.endpoint,
    'oss.region': rig.oss.region,
    'oss.bucket': 'test-bucket',
    'oss.access.key.id': '${env:SPILLWAY_SECRET_KEY}',
    'oss.access.key.secret': '${env:SPILLWAY_SECRET_KEY}',
  };
  const refused = [
    { 'oss.access.key.secret': 'hunter2' },
    { 'oss.access.key.secret': '${env:WORKER_PASSWORD}' },
    { 'oss.access.key.secret': '${file:/etc/passwd:root}' },
    { 'oss.object.prefix': '${env:SPILLWAY_SECRET_KEY}' },
    { 'oss.acess.key.secret': 'hunter2' },
    { 'oss.endpoint': 'http://169.254.169.254' },
    { 'oss.endpoint': 'http://localhost:1' },
    { 'consumer.override.bootstrap.servers': 'elsewhere:9092' },
  ];
  for (const change of refused) {
    const answer = await ask(ADMIN, 'POST', '/connectors', { name: 'a', config: { ...oss, ...change } });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(Object.keys(change)[0] ?? '')]);
    await ask(ADMIN, 'PUT', '/connector-plugins/oss-sink/config/validate', { name: 'a', ...oss, ...change });
  }
  expect((await ask(ADMIN, 'GET', '/connectors')).text).toBe('[]');

  expect((await ask(ADMIN, 'POST', '/connectors', { name: 'good', config: oss })).status).toBe(201);
  expect(JSON.parse((await ask(VIEWER, 'GET', '/connectors/good/config')).text)).toEqual({ ...oss, name: 'good' });

  // Somebody writes into the topic by another way.
  const stored = { ...oss, name: 'foreign', 'oss.access.key.secret': 'hunter2' };
  const configTopic = `connect-config-${group}`;
  await rig.produce(configTopic, 0, [
    recordOf('connector-foreign', JSON.stringify({ properties: stored })),
    recordOf('target-state-foreign', JSON.stringify({ state: 'STARTED', 'state.v2': 'STARTED' })),
  ]);
  const failed = await waitFor(
    async () => {
      const { text } = await ask(VIEWER, 'GET', '/connectors/foreign/status');
      return text.includes('FAILED') ? text : undefined;
    },
    { what: 'the foreign connector to fail' },
  );
  expect(JSON.parse(failed)).toMatchObject({
    connector: {
      state: 'FAILED',
      trace: expect.stringContaining('oss.access.key.secret: a secret must not stand here in clear'),
    },
    tasks: [],
  });
  expect(JSON.parse((await ask(VIEWER, 'GET', '/connectors/foreign/config')).text)).toEqual({
    ...stored,
    'oss.access.key.secret': '[hidden]',
  });
  for (const path of [
    '/connectors?expand=info&expand=status',
    '/connectors/foreign/tasks',
    '/metrics',
    '/spillway/openapi.json',
    '/admin/loggers',
  ]) {
    expect((await ask(VIEWER, 'GET', path)).status).toBe(200);
  }

  const { bootstrapServers } = await kafkaForTests();
  const [first] = await readTopic(bootstrapServers, configTopic, 1);
  expect(`${first?.key}=${first?.value}`).toContain('${env:SPILLWAY_SECRET_KEY}');
  expect(seen.filter((text) => SECRETS.test(text))).toEqual([]);
  expect(lines.filter((line) => SECRETS.test(JSON.stringify(line)))).toEqual([]);
  const audited = lines
    .filter(({ log }) => log === 'audit')
    .map(({ who, method, route, connector, status }) => [who, method, route, connector, status].join(' '));
  expect(audited).toContain('admin POST /connectors good 201');
  expect(audited.filter((line) => line === 'admin POST /connectors a 400')).toHaveLength(refused.length);
  expect(audited).toContain('viewer POST /connectors  403');
});
