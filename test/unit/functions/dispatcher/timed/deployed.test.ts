import { describe, expect, it } from 'vitest';
import { fcSink } from '../../../../../functions/dispatcher/fc-sink.ts';
import { Ledger } from '../../../../../functions/dispatcher/ledger.ts';
import { deployedDispatcher, type RunSetup } from '../../../../../functions/dispatcher/timed/deployed.ts';
import { ConfigError } from '../../../../../shared/errors.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

const ENV = {
  CONNECTOR_CLASS: 'fc-sink',
  NAME: 'orders',
  TOPICS: 'orders',
  INVOKE_TARGET: 'http',
  INVOKE_HTTP_URL: 'http://127.0.0.1:1/',
  SPILLWAY_BOOTSTRAP_SERVERS: '127.0.0.1:9092',
};
const METRICS = [
  '# TYPE spillway_batches_closed_total counter',
  'spillway_batches_closed_total{connector="orders",task="0",reason="age"} 2',
  'spillway_batches_closed_total{connector="orders",task="0",reason="records"} 40',
  'spillway_batches_closed_totally{connector="orders"} 7',
].join('\n');

/** A dispatcher whose workers do nothing but be made. */
function setUp(env: Readonly<Record<string, string>> = ENV, reasons: readonly string[] = [], started = true) {
  const made: RunSetup[] = [];
  const totals = Object.assign(new Ledger(), { polled: 9, written: 7, errant: 1, released: 1 });
  const report = {
    ok: reasons.length === 0,
    reasons,
    started,
    connectors: [{ name: 'orders', tasks: [], waiting: [], lag: 3, totals }],
    longestStallMs: 0,
  };
  const dispatch = deployedDispatcher({
    env,
    sinks: [fcSink],
    secrets: { resolve: () => 'secret' },
    createWorker: async (setup) => {
      made.push(setup);
      return { run: async () => report, metrics: async () => METRICS };
    },
    clock: new ManualClock(),
    logger: silentLogger,
  });
  return { dispatch, made };
}

const nobody = () => undefined;

describe('the deployed dispatcher', () => {
  it('names every variable that is wrong, of connector, run and worker', () => {
    const { SPILLWAY_BOOTSTRAP_SERVERS: _, ...env } = ENV;
    const wrong = () => setUp({ ...env, TOPICS: '', RUN_MAX_MS: 'long' });
    for (const name of ['TOPICS', 'RUN_MAX_MS', 'SPILLWAY_BOOTSTRAP_SERVERS'])
      expect(wrong).toThrow(`in the environment: ${name}`);
  });

  it('answers in short what a run came to', async () => {
    const { dispatch } = setUp();
    expect(await dispatch(Buffer.from('{}'), {}, nobody)).toEqual({
      connector: 'orders',
      ended: 'caught-up',
      read: 9,
      written: 7,
      errant: 1,
      dropped: 0,
      released: 1,
      gap: 0,
      batches: 42,
      lag: 3,
      durationMs: 0,
    });
  });

  it('makes a worker of its own for each call, with the credentials that came with the call', async () => {
    const { dispatch, made } = setUp();
    const roles = ['first', 'second'].map((accessKeyId) => () => ({ accessKeyId, accessKeySecret: 's' }));
    for (const role of roles) await dispatch('', { function: { timeout: 60 } }, role);
    expect(made.map(({ role }) => role()?.accessKeyId)).toEqual(['first', 'second']);
    expect(made[0]?.lastCall).not.toBe(made[1]?.lastCall);
    expect(made[0]?.worker['shutdown.timeout.ms']).toBe(6_875);
    expect(made[0]?.resumeStopped).toBe(false);
  });

  it('resumes stopped partitions when a person asks for it', async () => {
    const { dispatch, made } = setUp();
    await dispatch('{"resumeStopped":true}', {}, nobody);
    expect(made[0]?.resumeStopped).toBe(true);
  });

  it('throws when a person is needed, with the reasons', async () => {
    const { dispatch } = setUp(ENV, ['connector orders, 1 of 1 tasks failed: OSS_BUCKET_MISSING: no bucket']);
    await expect(dispatch('', {}, nobody)).rejects.toMatchObject({
      name: 'FatalError',
      code: 'RUN_FAILED',
      message: expect.stringMatching(/OSS_BUCKET_MISSING.*read 9, written 7, errant 1, lag 3/),
    });
  });

  it('throws when its time was over before it could read: that is no run without records', async () => {
    const { dispatch } = setUp(ENV, [], false);
    await expect(dispatch('', {}, nobody)).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'RUN_NOT_STARTED',
      message: expect.stringContaining('bootstrap.servers'),
    });
  });

  it.each([
    ['connector', { TASKS_MAX: '0' }, 'TASKS_MAX'],
    ['class', { CONNECTOR_CLASS: 'fc-sinc' }, 'did you mean fc-sink'],
    ['function', { RUN_MAX_MS: 'long' }, 'run.max.ms'],
    ['worker', { SPILLWAY_BOOTSTRAP_SERVERS: 'nowhere' }, 'bootstrap.servers'],
  ])('refuses a wrong environment: %s', (_, wrong, named) => {
    const refused = () => setUp({ ...ENV, ...wrong });
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(named);
  });
});
