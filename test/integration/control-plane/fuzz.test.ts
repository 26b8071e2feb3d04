import { expect, it, onTestFinished } from 'vitest';
import { fileSink, flakySink } from '../../helpers/connect-replay/golden-plugins.ts';
import { workerOverHttp } from '../../helpers/connect-replay/worker-over-http.ts';
import { writesNowhere } from '../../helpers/connect-replay/writes-nowhere.ts';
import { startInProcessWorker } from '../../helpers/control-plane/in-process-worker.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { recordedLines } from '../../helpers/recorded-lines.ts';
import { faultsOf } from '../../helpers/rest-fuzz/faults.ts';
import { FUZZ_CONFIG, FUZZ_VALID, fuzzNames, LITERAL } from '../../helpers/rest-fuzz/known.ts';
import { RAW_REQUESTS, sendRaw } from '../../helpers/rest-fuzz/raw-requests.ts';
import { fuzzRequests } from '../../helpers/rest-fuzz/requests.ts';

const COUNT = 1_000;
const SEED = 20_261_122;
const ENV = { ADMIN: 'the-admin-token-0123', SPILLWAY_SECRET_KEY: 'sesame-in-environment' };
const SECRETS = [...Object.values(ENV), LITERAL, String(process.env['PATH'])];

it(`a worker answers ${COUNT} random requests and bytes that are no request without a 5xx, a trace or a secret`, async () => {
  const { lines, logger } = recordedLines();
  const { url } = await startInProcessWorker(uniqueName('workers'), {
    plugins: [fileSink, flakySink].map(writesNowhere),
    settings: {
      'rest.admin.token': '${env:ADMIN}',
      'rest.requests.per.minute': '1000000',
      'rest.failed.sign.ins.per.minute': '1000000',
    },
    env: ENV,
    logger,
  });
  const worker = workerOverHttp(url, async () => undefined);
  onTestFinished(() => worker.close());
  const admin = `Bearer ${ENV.ADMIN}`;
  const read = { method: 'GET', path: '/spillway/openapi.json', headers: { authorization: admin }, body: null };
  const document = JSON.parse((await worker.ask(read)).text);
  const authorizations = [...Array(9).fill(admin), undefined, 'Bearer x'];
  const requests = fuzzRequests(document, {
    seed: SEED,
    count: COUNT,
    known: fuzzNames(uniqueName('')),
    config: FUZZ_CONFIG,
    valid: FUZZ_VALID,
    authorizations,
  });
  const faults: unknown[] = [];
  const statuses = new Map<number, number>();
  for (const request of requests) {
    const answer = await worker.ask({ ...request, body: request.body ?? null });
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const found = faultsOf(document, request, answer, SECRETS);
    if (found.length > 0) faults.push({ ...request, route: undefined, body: request.body?.toString(), found, answer });
  }
  expect(faults).toEqual([]);
  for (const status of [200, 201, 202, 204, 400, 401, 404])
    expect([status, statuses.has(status)]).toEqual([status, true]);

  const answered = await Promise.all(
    RAW_REQUESTS.map(async (raw) => [raw.slice(0, 60), await sendRaw(url, raw)] as const),
  );
  expect(answered.filter(([, text]) => !isRefusedOrClosed(text))).toEqual([]);
  for (const secret of SECRETS) expect(JSON.stringify(answered)).not.toContain(secret);
  expect((await worker.ask({ ...read, path: '/health' })).status).toBe(200);
  for (const secret of SECRETS) expect(JSON.stringify(lines)).not.toContain(secret);
});

/** Closed without a word, or refused, more than once where the bytes are more than one request: by node's own server without a body, else in
 *  the form of all refusals. */
function isRefusedOrClosed(answered: string): boolean {
  const answers = answered.split(/(?=HTTP\/1\.1 \d{3} )/).filter((answer) => !answer.startsWith('HTTP/1.1 100 '));
  return answers.every((answer) => {
    if (answer === '') return true;
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    const status = Number(/^HTTP\/1\.1 (4\d\d) /.exec(head)?.[1]);
    // An empty body may come as an empty last chunk.
    return status > 0 && (['', '0'].includes(body) || JSON.parse(body).error_code === status);
  });
}
