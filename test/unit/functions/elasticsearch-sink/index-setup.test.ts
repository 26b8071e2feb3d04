import { describe, expect, it } from 'vitest';
import type { Reply } from '../../../../functions/elasticsearch-sink/client/exchange.ts';
import { type IndexSetup, prepareIndex } from '../../../../functions/elasticsearch-sink/index-setup.ts';
import { Questions } from '../../../../functions/elasticsearch-sink/questions.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { errorBody, reply, ScriptedClient } from './scripted-client.ts';

const signal = new AbortController().signal;
const RESOLVE = 'GET /_resolve/index/logs';
const TEMPLATES = 'GET /_index_template';

function prepared(setup: Partial<IndexSetup>, answers: Readonly<Record<string, Reply>>) {
  const client = new ScriptedClient(reply(500));
  for (const [path, answer] of Object.entries(answers)) client.answers.set(path, answer);
  const questions = new Questions(client, { signal, timeoutMs: 1_000 }, new ManualClock());
  const whole: IndexSetup = {
    targetType: 'index',
    create: 'server',
    settings: undefined,
    mappings: undefined,
    ...setup,
  };
  return { client, found: prepareIndex('logs', whole, questions) };
}
const found = (list: string) => reply(200, { indices: [], aliases: [], data_streams: [], [list]: [{ name: 'logs' }] });
const nothing = reply(200, { indices: [], aliases: [], data_streams: [] });
const template = (patterns: unknown, priority: number, isStream: boolean) => ({
  index_template: { index_patterns: patterns, priority, ...(isStream ? { data_stream: {} } : {}) },
});

describe('prepareIndex', () => {
  it.each([
    ['index', 'indices', 'index'],
    ['index', 'aliases', 'alias'],
    ['alias', 'aliases', 'alias'],
    ['data-stream', 'data_streams', 'data-stream'],
    ['data-stream', 'aliases', 'alias'],
  ] as const)('is content where %s is wanted and found among %s', async (targetType, list, kind) => {
    expect(await prepared({ targetType, create: 'never' }, { [RESOLVE]: found(list) }).found).toBe(kind);
  });

  it.each([
    ['index', 'data_streams'],
    ['alias', 'indices'],
    ['alias', 'data_streams'],
    ['data-stream', 'indices'],
  ] as const)('refuses where %s is wanted and found among %s', async (targetType, list) => {
    await expect(prepared({ targetType }, { [RESOLVE]: found(list) }).found).rejects.toMatchObject({
      code: 'ELASTICSEARCH_TARGET_DIFFERS',
    });
  });

  it.each([reply(404, errorBody('index_not_found_exception')), nothing])(
    'leaves it missing, or creates it, or refuses',
    async (gone) => {
      expect(await prepared({ create: 'server' }, { [RESOLVE]: gone }).found).toBe('missing');
      await expect(prepared({ create: 'never' }, { [RESOLVE]: gone }).found).rejects.toMatchObject({
        code: 'ELASTICSEARCH_INDEX_MISSING',
        mayHeal: true,
      });
      await expect(prepared({ targetType: 'alias' }, { [RESOLVE]: gone }).found).rejects.toMatchObject({
        code: 'ELASTICSEARCH_INDEX_MISSING',
      });
      const sink = prepared(
        { create: 'sink', settings: '{"a":1}', mappings: '{"b":2}' },
        { [RESOLVE]: gone, 'PUT /logs': reply(200, {}) },
      );
      expect(await sink.found).toBe('index');
      expect(sink.client.asked).toEqual([RESOLVE, 'PUT /logs']);
    },
  );

  it('takes an index that somebody else just created, and says what the server does not like', async () => {
    const put = (type: string) => ({ [RESOLVE]: nothing, 'PUT /logs': reply(400, errorBody(type, 'some reason')) });
    expect(await prepared({ create: 'sink' }, put('resource_already_exists_exception')).found).toBe('index');
    await expect(prepared({ create: 'sink' }, put('mapper_parsing_exception')).found).rejects.toMatchObject({
      code: 'ELASTICSEARCH_INDEX_REFUSED',
      mayHeal: false,
      message: expect.stringContaining('some reason'),
    });
  });

  it('may be created later where the cluster is full, as where the server creates it', async () => {
    const full = errorBody('validation_exception', 'Validation Failed: 1: this action would add [2] shards');
    const { found } = prepared({ create: 'sink' }, { [RESOLVE]: nothing, 'PUT /logs': reply(400, full) });
    await expect(found).rejects.toMatchObject({
      code: 'ELASTICSEARCH_INDEX_NOT_CREATED',
      mayHeal: true,
      message: expect.stringMatching(/index logs: .*would add \[2\] shards; .*max_shards_per_node/),
    });
  });

  it('goes on where it may not look, unless it must know', async () => {
    const forbidden = { [RESOLVE]: reply(403, errorBody('security_exception')) };
    expect(await prepared({ create: 'server' }, forbidden).found).toBe('unknown');
    await expect(prepared({ create: 'never' }, forbidden).found).rejects.toMatchObject({
      code: 'ELASTICSEARCH_ACCESS_DENIED',
    });
  });

  it.each([
    [[], false],
    [[template('logs', 0, true)], true],
    [[template(['l*s', 'x'], 0, true)], true],
    [[template('log', 9, true)], false],
    [[template('l.gs', 9, true)], false],
    [[template('logs*', 5, false), template('*', 1, true)], false],
    [[template('logs*', 5, true), template('*', 1, false)], true],
  ])('starts without a data stream only where a template makes one: %j', async (index_templates, starts) => {
    const answers = { [RESOLVE]: nothing, [TEMPLATES]: reply(200, { index_templates }) };
    const { found: state } = prepared({ targetType: 'data-stream' }, answers);
    if (starts) expect(await state).toBe('missing');
    else await expect(state).rejects.toMatchObject({ code: 'ELASTICSEARCH_INDEX_MISSING' });
  });
});
