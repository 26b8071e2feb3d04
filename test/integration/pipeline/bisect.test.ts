import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type EnvelopeRecord, type FunctionReply, startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { readTopic, recordOf, startRig } from '../../helpers/pipeline.ts';
import { offsets } from '../../helpers/records.ts';

const RETRIES = 2;
const QUICK = { retries: String(RETRIES), 'retry.backoff.ms': '1', 'retry.backoff.max.ms': '10', 'tasks.max': '1' };
const FAILED: FunctionReply = { headers: { 'x-fc-error-type': 'UnhandledInvocationError' } };

/** Calls beyond the first of a batch of `size` with `bad` poison records, at most. */
function extraCalls(size: number, bad: number): number {
  return 2 * bad * Math.ceil(Math.log2(size)) + (1 + bad) * RETRIES;
}

function isPoison({ value }: EnvelopeRecord): boolean {
  return value?.startsWith('poison') === true;
}

/** Records of which the bad ones are poison. */
function recordsWith(count: number, bad: ReadonlySet<number>) {
  return offsets(0, count).map((i) => recordOf(`k${i}`, `${bad.has(i) ? 'poison' : 'v'}${i}`));
}

/** Produces them to one partition. */
async function produced(count: number, bad: ReadonlySet<number>) {
  const rig = await startRig();
  const topic = await rig.createTopic(1);
  await rig.produce(topic, 0, recordsWith(count, bad));
  return { rig, topic };
}

/** A module whose handler throws on a batch with poison in it, and notes what it is called with and what it takes, a line each. */
async function functionModule(folder: string) {
  const calls = join(folder, 'calls.txt');
  const taken = join(folder, 'taken.txt');
  await writeFile(
    join(folder, 'fn.mjs'),
    `import { appendFileSync } from 'node:fs';
     export async function handler(event, context) {
       const records = JSON.parse(event.toString());
       appendFileSync(${JSON.stringify(calls)}, records.length + '\\n');
       if (records.some(({ value }) => value.startsWith('poison'))) throw new TypeError('poison in ' + context.requestId);
       appendFileSync(${JSON.stringify(taken)}, records.map(({ offset }) => offset + '\\n').join(''));
     }`,
  );
  const numbersIn = async (path: string) => (await readFile(path, 'utf8')).trimEnd().split('\n').map(Number);
  return { calls: () => numbersIn(calls), taken: () => numbersIn(taken) };
}

describe('a function that throws on a whole batch', () => {
  it('costs one poison record of 100,000, over HTTP, and few calls', async () => {
    const size = 1_000;
    const poison = 61_803;
    const { rig, topic } = await produced(100_000, new Set([poison]));
    const taken: number[] = [];
    const fn = await startHttpFunction((records) => {
      if (records.some(isPoison)) return FAILED;
      for (const { offset } of records) taken.push(offset);
      return {};
    });
    const name = uniqueName('bisect');
    const file = await rig.connectorFile(name, {
      ...QUICK,
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': fn.url,
      topics: topic,
      'batch.size': String(size),
      'linger.ms': '60000',
    });
    const { code, stdout, stderr } = await rig.spawnCli(['run', '--until-caught-up', '--json', file]).result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ polled: 100_000, written: 99_999, errant: 1 });
    // In order, each once.
    expect(taken).toEqual(offsets(0, 100_000).filter((offset) => offset !== poison));
    const batches = fn.envelopes.filter((records) => records.length === size).length - RETRIES;
    expect(batches).toBe(100);
    expect(fn.envelopes.length - batches).toBeLessThanOrEqual(extraCalls(size, 1));
    expect(fn.envelopes.length - batches).toBeGreaterThan(2 * RETRIES);
    const [errant] = await readTopic(rig.bootstrapServers, `connect-error-${name}`, 1);
    expect(errant).toMatchObject({
      key: Buffer.from(`k${poison}`),
      value: Buffer.from(`poison${poison}`),
      headers: {
        '__connect.errors.offset': String(poison),
        '__connect.errors.stage': 'TASK_PUT',
        '__connect.errors.exception.class.name': 'FunctionFailure',
        '__connect.errors.exception.message': expect.stringMatching(/alone 3 times.*UnhandledInvocationError/),
        'spillway.error.code': 'FUNCTION_FAILED',
      },
    });
    expect(stderr).toContain('it is sent in ever smaller parts');
    expect(stderr).toContain('the records to blame were looked for');
  });

  it('costs one poison record of 100,000, in process, and few calls', async () => {
    const size = 1_000;
    const poison = 99_999;
    const { rig, topic } = await produced(100_000, new Set([poison]));
    const fn = await functionModule(rig.folder);
    const name = uniqueName('bisect');
    const file = await rig.connectorFile(name, {
      ...QUICK,
      'connector.class': 'fc-sink',
      'invoke.target': 'in-process',
      'invoke.module': './fn.mjs',
      topics: topic,
      'batch.size': String(size),
      'linger.ms': '60000',
    });
    const { code, stdout } = await rig.spawnCli(['run', '--until-caught-up', '--json', file]).result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ polled: 100_000, written: 99_999, errant: 1 });
    expect(await fn.taken()).toEqual(offsets(0, poison));
    const calls = await fn.calls();
    const batches = calls.filter((records) => records === size).length - RETRIES;
    expect(batches).toBe(100);
    expect(calls.length - batches).toBeLessThanOrEqual(extraCalls(size, 1));
    const [errant] = await readTopic(rig.bootstrapServers, `connect-error-${name}`, 1);
    expect(errant).toMatchObject({
      key: Buffer.from(`k${poison}`),
      value: Buffer.from(`poison${poison}`),
      headers: {
        '__connect.errors.exception.message': expect.stringContaining('the function threw TypeError: poison'),
      },
    });
  });

  const COUNT = 40;
  it('loses nothing with the poison record first, last, and every second one', async () => {
    const places = [[0], [COUNT - 1], offsets(0, COUNT).filter((offset) => offset % 2 === 1)];
    const rig = await startRig();
    const cases = await Promise.all(
      places.map(async (bad) => {
        const topic = await rig.createTopic(1);
        await rig.produce(topic, 0, recordsWith(COUNT, new Set(bad)));
        const taken: number[] = [];
        const fn = await startHttpFunction((records) => {
          if (records.some(isPoison)) return { status: 500 };
          for (const { offset } of records) taken.push(offset);
          return {};
        });
        const name = uniqueName('bisect');
        const file = await rig.connectorFile(name, {
          ...QUICK,
          'connector.class': 'fc-sink',
          'invoke.target': 'http',
          'invoke.http.url': fn.url,
          topics: topic,
          'batch.size': String(COUNT),
        });
        return { bad, taken, fn, name, file };
      }),
    );
    const files = cases.map(({ file }) => file);
    const { code, stdout } = await rig.spawnCli(['run', '--until-caught-up', '--json', ...files]).result;
    expect(code).toBe(0);
    const { connectors } = JSON.parse(stdout);
    for (const [index, { bad, taken, fn, name }] of cases.entries()) {
      const { written, errant } = connectors[index].totals;
      expect([written, errant]).toEqual([COUNT - bad.length, bad.length]);
      expect(taken).toEqual(offsets(0, COUNT).filter((offset) => !bad.includes(offset)));
      const found = await readTopic(rig.bootstrapServers, `connect-error-${name}`, bad.length);
      const values = found.map(({ value }) => value?.toString()).sort();
      expect(values).toEqual(bad.map((offset) => `poison${offset}`).sort());
      expect(fn.envelopes.length).toBeLessThanOrEqual(1 + extraCalls(COUNT, bad.length));
    }
  });

  it('stops at the poison record under errors.policy=stop, with everything before it written', async () => {
    const poison = 13;
    const { rig, topic } = await produced(COUNT, new Set([poison, 30]));
    const fn = await startHttpFunction((records) => (records.some(isPoison) ? { status: 500 } : {}));
    const name = uniqueName('bisect');
    const file = await rig.connectorFile(name, {
      ...QUICK,
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': fn.url,
      topics: topic,
      'batch.size': String(COUNT),
      'errors.policy': 'stop',
    });
    const { code, stdout } = await rig.spawnCli(['run', '--until-caught-up', '--json', file]).result;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written: poison, errant: 0 });
    const last = fn.envelopes.at(-1)?.map(({ offset }) => offset);
    expect(last).toEqual([poison]);
    const admin = rig.driver.admin();
    const committed = (await admin.committedOffsets(`connect-${name}`, topic)).get(0);
    await admin.close();
    expect(committed?.offset).toBe(poison);
  });

  it('that hangs on one record has it found, for it answers the others', async () => {
    const poison = 1;
    const { rig, topic } = await produced(4, new Set([poison]));
    const taken: number[] = [];
    const fn = await startHttpFunction((records) => {
      if (records.some(isPoison)) return new Promise(() => undefined);
      for (const { offset } of records) taken.push(offset);
      return {};
    });
    const name = uniqueName('bisect');
    const file = await rig.connectorFile(name, {
      ...QUICK,
      retries: '1',
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': fn.url,
      topics: topic,
      'batch.size': '4',
      'invoke.timeout.ms': '3000',
    });
    const { code, stdout } = await rig.spawnCli(['run', '--until-caught-up', '--json', file]).result;
    expect(code).toBe(0);
    expect(JSON.parse(stdout).connectors[0].totals).toMatchObject({ written: 3, errant: 1 });
    expect(taken).toEqual([0, 2, 3]);
    const [errant] = await readTopic(rig.bootstrapServers, `connect-error-${name}`, 1);
    expect(errant?.value).toEqual(Buffer.from(`poison${poison}`));
  });
});

describe('a function module', () => {
  it('that is not there keeps the run from starting, and says what was expected', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('fn'), {
      'connector.class': 'fc-sink',
      'invoke.target': 'in-process',
      'invoke.module': './nowhere.mjs',
      topics: 'any',
    });
    const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', file]).result;
    expect(code).toBe(1);
    expect(stderr).toContain(join(rig.folder, 'nowhere.mjs'));
    expect(stderr).toContain('exports handler(event, context)');
  });
});
