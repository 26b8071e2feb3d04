/** `spillway/handler` as its users have it: packed, installed without a registry, compiled, bundled, deployed. And the examples of the docs. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runTool, ToolError } from '../../../infra/local/foreign/tool.ts';
import { testEvent } from '../../../shared/handler/testing/index.ts';
import type { RecordOutcome } from '../../../shared/outcomes.ts';
import { type AuthorsFolder, makeAuthorsFolder } from '../../helpers/authors-folder.ts';
import { eventFile } from '../../helpers/event-file.ts';
import { setupFc } from '../../helpers/fc.ts';
import { skipForeign } from '../../helpers/foreign/describe-foreign.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { type OrdersApi, startOrdersApi } from '../../helpers/orders-api.ts';
import { readTopic, recordOf, startRig } from '../../helpers/pipeline.ts';
import { examples, page } from '../../unit/docs/pages.ts';

/** The examples of the page, by name. */
const shown = examples(page('docs/handler.md'));

let author: AuthorsFolder;
/** The example as its own `build` script makes it. */
let bundled: string;
/** The Python example as it lies in the package. */
let pythonExample: string;

beforeAll(async () => {
  author = await makeAuthorsFolder();
  pythonExample = join(author.path, 'node_modules', 'spillway', 'docs', 'examples', 'python-function');
  const { scripts } = JSON.parse(await readFile(join(author.path, 'package.json'), 'utf8')) as {
    scripts: { readonly build: string };
  };
  expect(scripts.build).toMatch(
    /^esbuild index\.ts local\.ts --bundle --platform=node --target=node20 --format=esm --outdir=dist /,
  );
  bundled = join(author.path, 'dist');
  await Promise.all([...shown].map(([name, text]) => writeFile(join(author.path, `shown-${name}.ts`), text)));
  await build({
    ...{
      entryPoints: ['index.ts', 'local.ts', 'shown-test.ts'],
      absWorkingDir: author.path,
      outdir: bundled,
      bundle: true,
    },
    ...{ platform: 'node', target: 'node20', format: 'esm', outExtension: { '.js': '.mjs' }, logLevel: 'error' },
  });
});
afterAll(() => author?.remove());

async function ordersApi(...behaviour: Parameters<typeof startOrdersApi>): Promise<OrdersApi> {
  const api = await startOrdersApi(...behaviour);
  onTestFinished(() => api.close());
  return api;
}

/** Whether this machine has a program of that name. */
async function isInstalled(program: string): Promise<boolean> {
  try {
    await runTool(program, ['--version']);
    return true;
  } catch (thrown) {
    if (thrown instanceof ToolError && thrown.notFound) return false;
    throw thrown;
  }
}

describe('the package', () => {
  it('has what its exports name, and is found by those names alone, with nothing else installed', async () => {
    expect(author.packed).toEqual(
      expect.arrayContaining([
        'package.json',
        'dist/shared/handler/index.d.ts',
        'docs/examples/python-function/index.py',
      ]),
    );
    const script = `
      const handler = Object.keys(await import('spillway/handler'));
      const testing = Object.keys(await import('spillway/handler/testing'));
      const inner = await import('spillway/dist/shared/answer.js').catch(({ code }) => code);
      console.log(JSON.stringify({ handler, testing, inner }));`;
    const printed = await runTool(process.execPath, ['--input-type=module', '-e', script], { cwd: author.path });
    expect(JSON.parse(printed)).toEqual({
      handler: ['ConfigError', 'FatalError', 'RecordError', 'RetriableError', 'defineSink', 'forEach'].sort(),
      testing: ['describeInvocation', 'invoke', 'runLocally', 'testEvent', 'testEvents'],
      inner: 'ERR_PACKAGE_PATH_NOT_EXPORTED',
    });
  });

  it('compiles as the examples have it, and without the types of Node; keys and values are what the options say', async () => {
    await writeFile(
      join(author.path, 'types.mts'),
      `import { defineSink, forEach, type EnvelopeRecord, type FunctionHandler } from 'spillway/handler';
       import { invoke, testEvent } from 'spillway/handler/testing';
       const text: FunctionHandler = defineSink(async (records) => {
         const values: (string | null)[] = records.map(({ value }) => value);
         return values.length > 1 ? 'written' : records.map((record) => record.dropped());
       });
       defineSink(async ([record]) => {
         const value: Uint8Array | null | undefined = record?.value;
         const key: string | null | undefined = record?.key;
         // @ts-expect-error a value of bytes is no text
         value?.startsWith(key ?? '');
         return 'written';
       }, { value: 'bytes' });
       defineSink(forEach(async (record, { signal }) => {
         const bytes: number | undefined = record.value?.byteLength;
         return signal.aborted || bytes === 0 ? record.errant('EMPTY', 'no bytes') : record.written();
       }), { value: 'bytes' });
       // @ts-expect-error silence is no success
       defineSink(async () => {});
       // @ts-expect-error nor is it of a single record
       defineSink(forEach(async () => {}));
       const element: EnvelopeRecord = { topic: 't', partition: 0, offset: 0, timestamp: 0, overflowFlag: false, valueSize: 0 };
       const { outcomes } = await invoke(text, testEvent({ records: [{ value: element }] }));
       export const statuses: readonly string[] = outcomes.map(({ status }) => status);`,
    );
    const strict = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      exactOptionalPropertyTypes: true,
    };
    // Without `lib`: the browser's types, which have AbortSignal.
    const project = { compilerOptions: { ...strict, types: [] }, files: ['types.mts'] };
    await writeFile(join(author.path, 'types.json'), JSON.stringify(project));
    await Promise.all(['tsconfig.json', 'types.json'].map((project) => author.compile('-p', project)));
  });

  it('serves tests without a test framework, as the page shows', async () => {
    expect([...shown.keys()]).toEqual(['batch', 'errors', 'each', 'options', 'test', 'local']);
    await runTool(process.execPath, [join(bundled, 'shown-test.mjs')]);
  });

  it('runs on a laptop with events from standard input', async () => {
    const api = await ordersApi((id) => (id === 'order-000003' ? 422 : undefined));
    const run = (input: Buffer) =>
      runTool(process.execPath, [join(bundled, 'local.mjs')], {
        env: { ORDERS_API: api.url },
        input: String(input),
      }).catch((error: Error) => error.message);
    const ofTrigger = await run(await eventFile('cloudevents'));
    expect(ofTrigger).toContain(
      'is errant and there is no error topic to bring it to; take it by the option reportErrant',
    );
    expect(await run(await eventFile('envelope'))).toContain(
      [
        'orders-0 offset 0  written',
        'orders-0 offset 1  errant  ORDER_WITHOUT_KEY: the key must be the id of the order',
        'orders-0 offset 2  written',
        'orders-0 offset 3  written',
        'orders-0 offset 4  errant  ORDER_REFUSED: the API answered 422',
        'answered: 3 written, 2 errant',
      ].join('\n'),
    );
    // The event came twice; the API was told so.
    expect([...api.orders]).toEqual([['order-000002', { id: 'order-000002', pieces: 1 }]]);
    expect(api.calls.filter(({ id }) => id === 'order-000001').map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      ...['orders+0+0', 'orders+0+2', 'orders+0+0', 'orders+0+2'],
    ]);
  });
});

describe('the Python example', () => {
  it('says what it cannot carry, and fails the call where nobody reads that', async (test) => {
    if (!(await isInstalled('python3'))) skipForeign(test, 'the Python example: no python3 on this machine');
    const api = await ordersApi();
    const event = testEvent({
      records: [
        { key: 'a', value: { id: 'a', pieces: 1 } },
        { key: 'b', value: null, overflow: { valueSize: 9_000_000 } },
        { key: 'c', value: Buffer.from([0xff]) },
        { key: 'd', value: '' },
        { key: 'a', value: null },
      ],
    });
    const script = 'import index, sys; print(index.handler(sys.stdin.buffer.read(), None))';
    const run = (env: Readonly<Record<string, string>>) =>
      runTool('python3', ['-c', script], { cwd: pythonExample, input: event, env: { ORDERS_API: api.url, ...env } });
    const { outcomes } = JSON.parse(await run({})) as { readonly outcomes: readonly RecordOutcome[] };
    expect(outcomes.map(({ offset, status, code = '' }) => `${offset} ${status} ${code}`.trimEnd())).toEqual([
      ...['0 written', '1 errant ORDER_TOO_LARGE', '2 errant NOT_TEXT', '3 errant ORDER_INVALID', '4 written'],
    ]);
    expect(api.calls.map(({ method, idempotencyKey }) => [method, idempotencyKey])).toEqual([
      ['PUT', 'orders+0+0'],
      ['DELETE', 'orders+0+4'],
    ]);
    await expect(run({ INVOCATION_SOURCE: 'platform' })).rejects.toThrow('3 of 5 records are errant');
  });
});

describe('the examples, at Function Compute behind a dispatcher', () => {
  it('write what can be written, in order, whatever comes again, and the rest is in the error topic', async (test) => {
    const rig = await startRig();
    const fc = await setupFc();
    const topic = await rig.createTopic(1);
    const order = (id: string, pieces: number) => recordOf(id, JSON.stringify({ id, pieces }));
    await rig.produce(topic, 0, [
      ...[order('a', 1), order('b', 1), order('a', 2), recordOf(null, '{}'), recordOf('c', 'no json')],
      ...[order('busy', 1), order('refused', 1), order('busy', 2), recordOf('b', null), order('d', 4)],
    ]);
    const typescript = { name: uniqueName('typescript'), code: bundled, runtime: 'nodejs20' } as const;
    const python = { name: uniqueName('python'), code: pythonExample, runtime: 'python3.10' } as const;
    const hasPython = await isInstalled('python3');
    const examples = hasPython ? [typescript, python] : [typescript];
    const apis: OrdersApi[] = [];
    const files: string[] = [];
    for (const { name, ...fn } of examples) {
      const api = await ordersApi((id) => (id === 'refused' ? 422 : undefined), { busy: 503 });
      apis.push(api);
      fc.server.setFunction({ name, ...fn, environmentVariables: { ORDERS_API: api.url } });
      const target = { 'connector.class': 'fc-sink', 'fc.function.name': name, ...fc.settings };
      files.push(await rig.connectorFile(name, { ...target, topics: topic, 'retry.backoff.ms': '1' }));
    }
    const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', ...files]).result;
    expect(code, stderr).toBe(0);
    for (const [index, api] of apis.entries()) {
      expect(Object.fromEntries(api.orders)).toEqual({
        a: { id: 'a', pieces: 2 },
        busy: { id: 'busy', pieces: 2 },
        d: { id: 'd', pieces: 4 },
      });
      // What came again is known by its record: no order was written twice.
      const places = api.calls.filter(({ id, status }) => id === 'busy' && status === 204);
      expect(new Set(places.map(({ idempotencyKey }) => idempotencyKey))).toEqual(
        new Set([`${topic}+0+5`, `${topic}+0+7`]),
      );
      const errors = await readTopic(rig.bootstrapServers, `connect-error-${examples[index]?.name}`, 3);
      const codes = errors.map(({ headers }) => [headers['__connect.errors.offset'], headers['spillway.error.code']]);
      expect(codes.sort()).toEqual([
        ['3', 'ORDER_WITHOUT_KEY'],
        ['4', index === 0 ? 'VALUE_NOT_JSON' : 'ORDER_INVALID'],
        ['6', 'ORDER_REFUSED'],
      ]);
    }
    if (!hasPython) skipForeign(test, 'the Python example: no python3 on this machine');
  });
});
