import { describe, expect, it } from 'vitest';
import { startHttpFunction } from '../helpers/http-function.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { recordOf, startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';

async function hangingRun(extra: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const rig = await startRig();
  const topic = await rig.createTopic(1);
  await rig.produce(
    topic,
    0,
    Array.from({ length: 40 }, (_, i) => recordOf(`k${i}`, `v${i}`)),
  );
  let hanging = true;
  const fn = await startHttpFunction(() => (hanging ? new Promise(() => undefined) : {}));
  const name = uniqueName('hangs');
  const file = await rig.connectorFile(name, {
    'connector.class': 'fc-sink',
    'invoke.target': 'http',
    'invoke.http.url': fn.url,
    topics: topic,
    ...extra,
  });
  const run = rig.spawnCli(['run', '--json', file], env);
  await waitFor(() => fn.envelopes.length > 0, { what: 'the first envelope' });
  const committed = async () => {
    const admin = rig.driver.admin();
    const offset = (await admin.committedOffsets(`connect-${name}`, topic)).get(0)?.offset;
    await admin.close();
    return offset;
  };
  const wakeUp = () => {
    hanging = false;
  };
  return { run, fn, committed, wakeUp };
}

describe('a target that hangs', () => {
  it('is given up after invoke.timeout.ms and asked again, with nothing lost', async () => {
    const { run, fn, wakeUp } = await hangingRun({ 'invoke.timeout.ms': '500' });
    await waitFor(() => fn.envelopes.length >= 3, { what: 'two retries' });
    wakeUp();
    const seen = () => new Set(fn.envelopes.flat().map(({ offset }) => offset)).size;
    await waitFor(() => seen() === 40, { what: 'every record' });
    run.kill('SIGTERM');
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written: 40, errant: 0 });
  });

  it('does not keep the process: the second signal ends it at once, with the offsets left', async () => {
    const { run, committed } = await hangingRun({ 'invoke.timeout.ms': '600000' });
    run.kill('SIGTERM');
    await waitFor(() => run.exitCode === null && run.signalCode === null, { what: 'the graceful stop to wait' });
    run.kill('SIGTERM');
    const { code, stdout } = await run.result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written: 0, released: 40 });
    expect(await committed()).toBe(0);
  });

  it('does not keep the process past shutdown.timeout.ms', async () => {
    const { run, committed } = await hangingRun(
      { 'invoke.timeout.ms': '600000' },
      { SPILLWAY_SHUTDOWN_TIMEOUT_MS: '500' },
    );
    run.kill('SIGTERM');
    expect((await run.result).code).toBe(0);
    expect(await committed()).toBe(0);
  });
});
