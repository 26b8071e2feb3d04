import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import { restApp } from '../../../../helpers/control-plane/rest-app.ts';

/** What is asked, its body, the status, and what the control plane hears of it. */
const CHANGES: readonly [request: string, body: unknown, status: number, call: readonly unknown[]][] = [
  ['PUT /connectors/c1/config', { a: '1', b: 2 }, 200, ['put', 'c1', { a: '1', b: '2' }]],
  ['PUT /connectors/c2/config', {}, 201, ['put', 'c2', {}]],
  ['PATCH /connectors/c1/config', { a: null }, 200, ['patch', 'c1', { a: null }]],
  ['PUT /connectors/c1/pause', undefined, 202, ['setTarget', 'c1', 'PAUSED']],
  ['PUT /connectors/c1/resume', undefined, 202, ['setTarget', 'c1', 'STARTED']],
  ['PUT /connectors/c1/stop', undefined, 204, ['setTarget', 'c1', 'STOPPED']],
  ['PUT /connectors/nope/stop', undefined, 404, ['setTarget', 'nope', 'STOPPED']],
  ['POST /connectors/c1/restart', undefined, 204, ['restart', 'c1', { includeTasks: false, onlyFailed: false }]],
  [
    'POST /connectors/c1/restart?includeTasks=maybe&onlyFailed=1',
    undefined,
    204,
    ['restart', 'c1', { includeTasks: false, onlyFailed: false }],
  ],
  [
    'POST /connectors/c1/restart?includeTasks=True&onlyFailed=False',
    undefined,
    202,
    ['restart', 'c1', { includeTasks: true, onlyFailed: false }],
  ],
  [
    'POST /connectors/c1/restart?onlyFailed=true&onlyFailed=false',
    undefined,
    202,
    ['restart', 'c1', { includeTasks: false, onlyFailed: true }],
  ],
  ['POST /connectors/c1/tasks/0/restart', undefined, 204, ['restartTask', 'c1', 0]],
  ['POST /connectors/c1/tasks/9/restart', undefined, 404, ['restartTask', 'c1', 9]],
  ['PUT /connectors/c1/topics/reset', undefined, 202, ['resetTopics', 'c1']],
  ['PUT /connectors/nope/topics/reset', undefined, 202, ['resetTopics', 'nope']],
  ['DELETE /connectors/c1/offsets', undefined, 200, ['resetOffsets', 'c1']],
  ['PUT /admin/loggers/root', { level: 'WARN' }, 200, ['setLogger', 'root', 'WARN', 'worker']],
  ['PUT /admin/loggers/root?scope=galaxy', { level: 'WARN' }, 200, ['setLogger', 'root', 'WARN', 'worker']],
  ['PUT /admin/loggers/root?scope=CLUSTER', { level: 'WARN' }, 204, ['setLogger', 'root', 'WARN', 'cluster']],
];

describe('routes that change something', () => {
  it.each(CHANGES)('%s with %j is %s', async (request, body, status, call) => {
    const { ask, plane } = await restApp();
    const answer = await ask(request, body);
    expect(answer.statusCode).toBe(status);
    expect(plane.calls).toEqual([call]);
    const isEmpty = status === 204 || (status === 202 && !request.includes('/restart'));
    if (isEmpty) expect(answer.body).toBe('');
    else expect(answer.json()).toBeTypeOf('object');
  });

  it.each(CHANGES)('%s says what the control plane refuses it with', async (request, body) => {
    const { ask, plane } = await restApp();
    plane.failure = new Refused(500, 'Kafka did not confirm in time; nothing was changed');
    expect((await ask(request, body)).json()).toEqual({
      error_code: 500,
      message: 'Kafka did not confirm in time; nothing was changed',
    });
  });

  it('PATCH offsets passes on what is to move', async () => {
    const { ask, plane } = await restApp();
    const offsets = [{ partition: { kafka_topic: 'a', kafka_partition: 0 }, offset: { kafka_offset: 5 } }];
    const answer = await ask('PATCH /connectors/c1/offsets', { offsets });
    expect(answer.json()).toEqual({ message: 'The offsets for this connector have been altered successfully' });
    expect(plane.calls).toEqual([['alterOffsets', 'c1', offsets]]);
  });
});

describe('bodies of single routes', () => {
  it.each([
    [{}, "Desired 'level' parameter was not specified in request."],
    [{ level: null }, "Desired 'level' parameter was not specified in request."],
    [{ level: 1 }, "'level' must be a text."],
    ['[]', 'The body must be a JSON object.'],
  ])('a logger refuses %j', async (body, message) => {
    const { ask, plane } = await restApp();
    expect((await ask('PUT /admin/loggers/root', body)).json()).toEqual({ error_code: 400, message });
    expect(plane.calls).toEqual([]);
  });

  it('topics stand under the name of their connector, and there are none of an unknown one', async () => {
    const { ask } = await restApp();
    expect((await ask('GET /connectors/c1/topics')).json()).toEqual({ c1: { topics: ['orders'] } });
    expect((await ask('GET /connectors/nope/topics')).json()).toEqual({ nope: { topics: [] } });
  });

  it('a plugin shows its keys, by version too', async () => {
    const { ask } = await restApp();
    expect((await ask('GET /connector-plugins/file-sink/config?version=0.1.0')).json()).toHaveLength(1);
    expect((await ask('GET /connector-plugins/file-sink/config?version=9')).statusCode).toBe(400);
    expect((await ask('GET /connector-plugins/nope/config')).statusCode).toBe(404);
  });

  it('validate answers 200 with what it found', async () => {
    const { ask } = await restApp();
    const answer = await ask('PUT /connector-plugins/file-sink/config/validate', { topics: 5 });
    expect(answer.json().configs[0].value.value).toBe('5');
  });

  it('health is 503 with the reason while the worker cannot be asked', async () => {
    const { ask, plane } = await restApp();
    expect((await ask('GET /health')).json()).toEqual({
      status: 'healthy',
      message: 'Worker has completed startup and is ready to handle requests.',
    });
    plane.healthy = false;
    const answer = await ask('GET /health');
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      { status: 'unhealthy', message: 'Worker is still starting up.' },
    ]);
  });
});
