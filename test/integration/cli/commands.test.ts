import { chmod, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordOf, spawnCli, startRig } from '../../helpers/pipeline.ts';
import { limitOfStarts, needsSearch } from '../../helpers/search-available.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const NOTHING_THERE = '127.0.0.1:1';

async function file(name: string, text: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return path;
}

describe('spillway validate', () => {
  it('answers all problems of a file at once, by key, and exits 1', async () => {
    const path = await file(
      'bad.properties',
      [
        'name=-Bad Name',
        'connector.class=oss-sink',
        'topics=orders',
        'topics.regex=orders.*',
        'tasks.max=0',
        'consumer.start.offset=yesterday',
        'errors.policy=shrug',
        'errors.retry.timeout=soon',
        'invoke.target=http',
        'batch.bytes=100000000',
        'invoke.max.bytes=1000000',
        'oss.bucket=Not A Bucket',
        'oss.format=parquet',
        'oss.compression=rar',
        'oss.access.key.secret=${env:SPILLWAY_TEST_NO_SUCH_VARIABLE}',
        'oss.bukcet=typo',
      ].join('\n'),
    );
    const { code, stdout } = await spawnCli(['validate', '--json', path], {}).result;
    expect(code).toBe(1);
    const { problems, warnings } = JSON.parse(stdout);
    const keys = new Set(problems.map(({ key }: { key: string }) => key));
    for (const key of [
      'name',
      'topics',
      'topics.regex',
      'tasks.max',
      'consumer.start.offset',
      'errors.policy',
      'errors.retry.timeout',
      'invoke.http.url',
      'batch.bytes',
      'oss.bucket',
      'oss.format',
      'oss.compression',
      'oss.access.key.secret',
    ]) {
      expect(keys, key).toContain(key);
    }
    expect(warnings).toEqual([{ key: 'oss.bukcet', message: expect.stringContaining('oss.bucket') }]);
  });

  it('exits 0 for a good file', async () => {
    const path = await file(
      'good.yaml',
      'name: good\nconnector.class: fc-sink\ntopics: a\ninvoke.target: http\ninvoke.http.url: http://127.0.0.1:9/\n',
    );
    expect(await spawnCli(['validate', path], {}).result).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('valid'),
    });
  });
});

describe('spillway run', () => {
  it('exits 2 and says what to check when no broker can be reached', async () => {
    const path = await file(
      'c.yaml',
      'name: c\nconnector.class: fc-sink\ntopics: a\ninvoke.target: http\ninvoke.http.url: http://127.0.0.1:9/\n',
    );
    const { code, stderr } = await spawnCli(['run', path], { SPILLWAY_BOOTSTRAP_SERVERS: NOTHING_THERE }).result;
    expect(code).toBe(2);
    expect(stderr).toContain('BROKER_UNREACHABLE');
    expect(stderr).toContain(NOTHING_THERE);
  });

  it('exits 1 and names bootstrap.servers when nothing says where Kafka is', async () => {
    const path = await file(
      'c.yaml',
      'name: c\nconnector.class: fc-sink\ntopics: a\ninvoke.target: http\ninvoke.http.url: http://127.0.0.1:9/\n',
    );
    const { code, stderr } = await spawnCli(['run', path], { SPILLWAY_BOOTSTRAP_SERVERS: '' }).result;
    expect([code, stderr.includes('bootstrap.servers')]).toEqual([1, true]);
  });

  it('exits 1 and names the topic when a source is missing', async () => {
    const rig = await startRig();
    const topic = uniqueName('nowhere');
    const path = await rig.connectorFile(uniqueName('c'), { topics: topic });
    const { code, stderr } = await rig.spawnCli(['run', path]).result;
    expect(code).toBe(1);
    expect(stderr).toContain('TOPIC_MISSING');
    expect(stderr).toContain(topic);
  });

  it('exits 1 and names the error topic when resources.create=manual and it is missing', async () => {
    const rig = await startRig();
    const name = uniqueName('manual');
    const path = await rig.connectorFile(name, { topics: await rig.createTopic(1), 'resources.create': 'manual' });
    const { code, stderr } = await rig.spawnCli(['run', path]).result;
    expect([code, stderr.includes(`connect-error-${name}`)]).toEqual([1, true]);
  });

  it('exits 1 and names the bucket when it is missing, with the offsets left where they were', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('k', 'v')]);
    const name = uniqueName('c');
    const path = await rig.connectorFile(name, { topics: topic, 'linger.ms': '50' });
    const elsewhere = join(rig.folder, 'elsewhere.json');
    const { readFile } = await import('node:fs/promises');
    const config = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(elsewhere, JSON.stringify({ ...config, 'oss.bucket': 'no-such-bucket' }));
    const { code, stdout } = await rig.spawnCli(['run', '--until-caught-up', '--json', elsewhere]).result;
    expect(code).toBe(1);
    const report = JSON.parse(stdout);
    // One line for all tasks, with the code and without a trace; and the record is still to be read.
    expect(report.reasons).toHaveLength(1);
    expect(report.reasons[0]).toMatch(/2 of 2 tasks failed: OSS_BUCKET_MISSING: /);
    expect(report.connectors[0].lag).toBe(1);
    const admin = rig.driver.admin();
    expect((await admin.committedOffsets(`connect-${name}`, topic)).get(0)?.offset).toBe(0);
    await admin.close();
  });

  it('refuses two connectors in one group: each would get a part of the records', async () => {
    const config =
      'connector.class: fc-sink\ntopics: a\ninvoke.target: http\ninvoke.http.url: http://127.0.0.1:9/\nconsumer.group.id: shared\n';
    const paths = [await file('a.yaml', `name: a\n${config}`), await file('b.yaml', `name: b\n${config}`)];
    const { code, stderr } = await spawnCli(['run', ...paths], { SPILLWAY_BOOTSTRAP_SERVERS: NOTHING_THERE }).result;
    expect([code, stderr.includes('consumer.group.id'), stderr.includes('shared')]).toEqual([1, true, true]);
  });

  it('says in one line which listener is taken', async () => {
    const rig = await startRig();
    const path = await rig.connectorFile(uniqueName('c'), { topics: await rig.createTopic(1) });
    const { code, stderr } = await rig.spawnCli(['run', path], { SPILLWAY_LISTENERS: rig.oss.endpoint }).result;
    expect(code).toBe(1);
    expect(stderr).toContain(`listeners: ${rig.oss.endpoint} cannot be listened on`);
    expect(stderr).not.toContain('    at ');
  });

  it('writes raw objects whatever the keys are', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [{ ...recordOf(null, 'value'), key: Buffer.from([0xff, 0x00]) }]);
    const path = await rig.connectorFile(uniqueName('raw'), { topics: topic, 'oss.format': 'raw' });
    const { code, stdout } = await rig.spawnCli(['run', '--until-caught-up', '--json', path]).result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written: 1, errant: 0 });
  });

  it('never prints a secret', async () => {
    const rig = await startRig();
    const path = await rig.connectorFile(uniqueName('c'), {
      topics: await rig.createTopic(1),
      'connector.class': 'oss-sink',
      'oss.endpoint': rig.oss.endpoint,
      'oss.region': rig.oss.region,
      'oss.bucket': 'test-bucket',
      'oss.access.key.id': rig.credentials.accessKeyId,
      'oss.access.key.secret': 'p4ssw0rd-of-nobody',
    });
    const { stdout, stderr } = await rig.spawnCli(['run', '--until-caught-up', path], { SPILLWAY_LOG_LEVEL: 'debug' })
      .result;
    expect(`${stdout}${stderr}`).not.toContain('p4ssw0rd-of-nobody');
  });
});

/** `spillway local` with these arguments, and the settings that it printed. */
async function startLocal(...args: string[]) {
  const local = spawnCli(['local', ...args, '--json'], {});
  let line = '';
  local.stdout?.on('data', (text: string) => {
    line += text;
  });
  const timeoutMs = args[0] === 'search' ? limitOfStarts(1) : 110_000;
  const printed = await waitFor(() => line.includes('\n') && line, { what: 'the settings', timeoutMs });
  return { local, settings: (JSON.parse(printed) as { settings: Record<string, string> }).settings };
}

describe('spillway local', () => {
  it('keeps services up, prints settings that work, and leaves nothing running', async () => {
    const dir = await temporaryFolder();
    const { local, settings } = await startLocal('oss', '--dir', dir);
    expect(settings).toMatchObject({ OSS_BUCKET: 'local-bucket', OSS_ACCESS_KEY_ID: expect.any(String) });
    const answer = await fetch(`${settings['OSS_ENDPOINT']}/`);
    expect(answer.status).toBe(403);
    local.kill('SIGINT');
    expect((await local.result).code).toBe(0);
    await expect(fetch(`${settings['OSS_ENDPOINT']}/`)).rejects.toThrow();
  });

  it('keeps a MaxCompute up whose keys are printed', async () => {
    const dir = await temporaryFolder();
    const { local, settings } = await startLocal('maxcompute', '--dir', dir);
    expect(settings).toMatchObject({ MAXCOMPUTE_PROJECT: 'local_project', MAXCOMPUTE_ACCESS_ID: expect.any(String) });
    const answer = await fetch(`${settings['MAXCOMPUTE_ENDPOINT']}/projects/local_project`);
    expect(answer.status).toBe(401);
    const page = `${new URL(settings['MAXCOMPUTE_ENDPOINT'] ?? '').origin}/__sql`;
    const sql = (body: string) => fetch(page, { method: 'POST', body });
    expect((await sql('CREATE TABLE t (id BIGINT, j JSON) PARTITIONED BY (pt STRING);')).status).toBe(200);
    expect(await readdir(join(dir, 'maxcompute', 'local_project'))).toContain('t');
    const refused = await sql('CREATE TABEL t (id BIGINT);');
    expect([refused.status, await refused.json()]).toEqual([400, { error: expect.stringContaining('ODPS-') }]);
    local.kill('SIGINT');
    expect((await local.result).code).toBe(0);
  });

  it('starts the search server that is named', { timeout: limitOfStarts(2) }, async (context) => {
    await needsSearch('opensearch-2', context);
    const dir = await temporaryFolder();
    // As for anybody who runs as root: the server does not.
    await chmod(dir, 0o711);
    const { local, settings } = await startLocal('search', '--search-server', 'opensearch-2', '--dir', dir);
    const hosts = settings['ELASTICSEARCH_HOSTS'] ?? '';
    expect(await (await fetch(hosts)).json()).toMatchObject({
      version: { distribution: 'opensearch', number: expect.stringMatching(/^2\./) },
    });
    local.kill('SIGINT');
    expect((await local.result).code).toBe(0);
    await expect(fetch(hosts)).rejects.toThrow();
    expect(await readdir(join(dir, 'search', 'opensearch-2'))).toContain('data');
  });

  it('names the services it knows', async () => {
    const { code, stderr } = await spawnCli(['local', 'redis'], {}).result;
    expect([code, stderr.includes('kafka')]).toEqual([1, true]);
  });

  it('says in one sentence what is missing when there is no Java, and how to use a broker of one’s own', async () => {
    const bin = join(await temporaryFolder(), 'bin');
    await mkdir(bin);
    for (const name of await readdir('/usr/bin')) {
      if (name === 'env' || name === 'sh' || name === 'setpriv') await symlink(`/usr/bin/${name}`, join(bin, name));
    }
    const { code, stderr } = await spawnCli(['local', 'kafka'], { PATH: bin, JAVA_HOME: '' }).result;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Java/);
    expect(stderr).toContain('SPILLWAY_BOOTSTRAP_SERVERS');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
