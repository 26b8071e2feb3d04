import type { InjectOptions } from 'fastify';
import { expect, it } from 'vitest';
import { guardSettings } from '../../../../../functions/control-plane/rest/guard/guard-settings.ts';
import { installGuard } from '../../../../../functions/control-plane/rest/guard/install-guard.ts';
import { secretResolver } from '../../../../../shared/config/secret-resolver.ts';
import { parseWorker } from '../../../../../shared/config/worker-keys.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { workerInMemory } from '../../../../helpers/connect-replay/worker-in-memory.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';
import { faultsOf } from '../../../../helpers/rest-fuzz/faults.ts';
import { FUZZ_CONFIG, FUZZ_VALID, fuzzNames, LITERAL } from '../../../../helpers/rest-fuzz/known.ts';
import { fuzzRequests } from '../../../../helpers/rest-fuzz/requests.ts';

const COUNT = 1_000;
const SEED = 20_261_122;
const ADMIN = 'Bearer the-admin-token-0123';
const VIEWER = 'Bearer the-viewer-token-0123';

it(`answers ${COUNT} random requests without a 5xx, a trace, a secret, or anything that is not documented`, async () => {
  const tokens = { ADMIN: ADMIN.slice(7), VIEWER: VIEWER.slice(7) };
  const settings = {
    'bootstrap.servers': 'k:9092',
    'rest.admin.token': '${env:ADMIN}',
    'rest.viewer.token': '${env:VIEWER}',
    'rest.requests.per.minute': '1000000',
    'rest.failed.sign.ins.per.minute': '100000',
  };
  const guard = guardSettings(
    parseWorker(settings).config,
    secretResolver(tokens, () => ''),
    {
      clock: new ManualClock(),
      logger: silentLogger,
      randomKey: Buffer.alloc(32, 1),
    },
  );
  const worker = await workerInMemory({ guard: (app) => installGuard(app, guard) });
  const { app } = worker;
  const document = (await app.inject({ url: '/spillway/openapi.json', headers: { authorization: ADMIN } })).json();
  const authorizations = [
    ADMIN,
    ADMIN,
    ADMIN,
    ADMIN,
    ADMIN,
    ADMIN,
    ADMIN,
    VIEWER,
    undefined,
    'Bearer x',
    'Basic !',
    'x',
  ];
  const requests = fuzzRequests(document, {
    seed: SEED,
    count: COUNT,
    known: fuzzNames(),
    config: FUZZ_CONFIG,
    valid: FUZZ_VALID,
    authorizations,
  });
  const faults: unknown[] = [];
  const statuses = new Map<number, number>();
  for (const request of requests) {
    const { method, path, headers, body } = request;
    const answered = await app.inject({
      method: method as Exclude<InjectOptions['method'], undefined>,
      url: path,
      headers: { ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    const answer = { status: answered.statusCode, headers: answered.headers, text: answered.body };
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const found = faultsOf(document, request, answer, ['sesame', LITERAL, String(process.env['PATH'])]);
    if (found.length > 0) faults.push({ method, path, headers, body: body?.toString(), found, answer });
  }
  await worker.stop();
  expect(faults).toEqual([]);
  for (const status of [200, 201, 202, 204, 400, 401, 403, 404, 405, 406, 415]) {
    expect([status, statuses.get(status) ?? 0]).toEqual([status, expect.toSatisfy((seen: number) => seen > 0)]);
  }
}, 120_000);
