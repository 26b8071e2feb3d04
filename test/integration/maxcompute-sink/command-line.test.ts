/** A topic into a table by the command line: run, killed at the worst moments, preview and doctor. */
import { describe, expect, it } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { setupMaxCompute } from '../../helpers/maxcompute.ts';
import { type Rig, readTopic, recordOf, startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const BEFORE_MIDNIGHT = Date.parse('2026-11-20T15:59:00Z');
const PARTITIONS = 2;
const RECORDS = 500;
const SETTINGS = {
  'maxcompute.format': 'FLATTEN',
  'maxcompute.mode': 'VALUE',
  'maxcompute.partition.window': 'DAY',
  'batch.size': '100',
  'linger.ms': '200',
};
const COLUMNS = '(topic STRING, `partition` BIGINT, `offset` BIGINT, n BIGINT) PARTITIONED BY (pt STRING)';

/** Records across midnight in Asia/Shanghai, one in a hundred of which fits no column. */
async function setUp() {
  const rig = await startRig();
  const topic = await rig.createTopic(PARTITIONS);
  const maxcompute = await setupMaxCompute({ columns: COLUMNS });
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const records = Array.from({ length: RECORDS }, (_, n) =>
      recordOf('k', JSON.stringify({ n: n % 100 === 99 ? 'bad' : n }), BEFORE_MIDNIGHT + n * 250),
    );
    await rig.produce(topic, partition, records);
  }
  const errors = uniqueName('errors');
  const file = (extra: Readonly<Record<string, string>> = {}) =>
    rig.connectorFile(uniqueName('mc'), {
      'connector.class': 'maxcompute-sink',
      topics: topic,
      'runtime.error.topic.name': errors,
      ...maxcompute.settings,
      ...SETTINGS,
      ...extra,
    });
  /** `partition/offset` of every row, in their order. */
  const written = () =>
    maxcompute.server
      .rows('orders')
      .map(({ partition, offset }) => `${partition}/${String(offset).padStart(4, '0')}`)
      .sort();
  const expected = Array.from({ length: PARTITIONS * RECORDS }, (_, i) => [Math.floor(i / RECORDS), i % RECORDS])
    .filter(([, offset = 0]) => offset % 100 !== 99)
    .map(([partition, offset]) => `${partition}/${String(offset).padStart(4, '0')}`);
  return { rig, maxcompute, errors, file, written, expected };
}

const start = (rig: Rig, file: string, env = {}) =>
  rig.spawnCli(['run', '--until-caught-up', file], { SPILLWAY_SESSION_TIMEOUT_MS: '6000', ...env });

describe('spillway with the MaxCompute sink', () => {
  it.each(['1', '2'])('writes every record once, into the partition of its day (%s threads)', async (threads) => {
    const { rig, maxcompute, errors, file, written, expected } = await setUp();
    const run = await start(rig, await file(), { SPILLWAY_WORKER_THREADS: threads }).result;
    expect(run.code, run.stderr).toBe(0);
    expect(written()).toEqual(expected);
    const days = ['pt=11-20-2026', 'pt=11-21-2026'].map((pt) => maxcompute.server.rows('orders', pt).map(({ n }) => n));
    expect(days[0]).toContain('239');
    expect(days[0]).not.toContain('240');
    expect(days[1]).toContain('240');
    const [refused] = await readTopic(rig.bootstrapServers, errors, 10);
    expect(refused?.headers['__connect.errors.exception.message']).toContain('column n is bigint');
  });

  it('writes every record once when it is killed in the middle of an upload', async () => {
    const { rig, maxcompute, file, written, expected } = await setUp();
    const path = await file();
    for (let life = 0; life < 2; life++) {
      const before = maxcompute.server.stats().faults;
      maxcompute.server.setFault({ kind: 'hang', operation: 'upload.block', after: 2 });
      const child = start(rig, path);
      await waitFor(() => maxcompute.server.stats().faults > before, {
        what: 'an upload that hangs',
        timeoutMs: 60_000,
      });
      child.kill('SIGKILL');
      await child.result;
    }
    maxcompute.server.clearFaults();
    const last = await start(rig, path).result;
    expect(last.code, last.stderr).toBe(0);
    expect(written()).toEqual(expected);
  });

  it('shows requests in a preview, and what it finds in doctor', async () => {
    const { rig, maxcompute, file, written } = await setUp();
    const path = await file();
    const preview = await rig.spawnCli(['preview', path, '-n', '2', '--json']).result;
    expect(preview.code, preview.stderr).toBe(0);
    const { batches } = JSON.parse(preview.stdout) as {
      batches: { requests: { method: string; url: string; body: { head: string } }[] }[];
    };
    const [created, put] = batches.flatMap(({ requests }) => requests);
    expect(created?.url).toMatch(/\/tables\/orders\?uploads&partition=pt=11-2[01]-2026$/);
    expect(put?.body.head).toMatch(/"offset":\d+,"insert_time":\d+,"n":\d+\}/);
    expect(written()).toEqual([]);
    expect(maxcompute.server.stats().requests).toBe(0);
    const doctor = await rig.spawnCli(['doctor', '--json', path]).result;
    const findings = JSON.parse(doctor.stdout) as { code: string; severity: string; message: string }[];
    const messages = Object.fromEntries(findings.map(({ code, message }) => [code, message]));
    expect(messages['maxcompute-table']).toContain('table orders is there');
    expect(messages['maxcompute-mode']).toContain('appended');
    expect(messages['maxcompute-tunnel']).toContain('answers');
    const lost = { 'maxcompute.tunnel.endpoint': 'http://127.0.0.1:1' };
    const unreached = await rig.spawnCli(['doctor', '--json', await file(lost)]).result;
    expect(unreached.stdout).toContain('the tunnel, to which rows are uploaded');
    expect(unreached.code).toBe(1);
    const missing = await rig.spawnCli(['doctor', '--json', await file({ 'maxcompute.table': 'nothing' })]).result;
    expect(missing.stdout).toContain('maxcompute-table-missing');
    expect(missing.code).toBe(1);
  });
});
