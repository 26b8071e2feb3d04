import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import { errorHandler, errorMessage, plainError } from '../../../../../functions/control-plane/rest/errors.ts';
import { ConfigError, FatalError, RetriableError } from '../../../../../shared/errors.ts';
import { silentLogger } from '../../../../../shared/logger.ts';

const SECRET = 'hunter2';

describe('errorMessage', () => {
  it('repeats what was written for the caller', () => {
    expect(errorMessage(new Refused(409, 'It is there.'), 'r1')).toEqual({ error_code: 409, message: 'It is there.' });
    const problems = [{ key: 'topics', message: 'is missing' }];
    expect(errorMessage(new ConfigError(problems), 'r1')).toMatchObject({ error_code: 400 });
    expect(errorMessage(new ConfigError(problems), 'r1').message).toContain('topics: is missing');
  });

  it('tells what failed here as a 500 with its code', () => {
    const message = { error_code: 500, message: 'KAFKA_UNREACHABLE: kafka:9092 does not answer' };
    expect(errorMessage(new RetriableError('KAFKA_UNREACHABLE', 'kafka:9092 does not answer'), 'r1')).toEqual(message);
    expect(errorMessage(new FatalError('KAFKA_UNREACHABLE', 'kafka:9092 does not answer'), 'r1')).toEqual(message);
  });

  it.each([400, 413, 414, 429, 431])('says of a %s of the framework the status alone', (status) => {
    const thrown = Object.assign(new Error(`'${SECRET}' is not valid`), { statusCode: status, code: 'FST_ERR_X' });
    expect(errorMessage(thrown, 'r1')).toEqual(plainError(status));
  });

  it.each([
    new TypeError(`no ${SECRET}`),
    Object.assign(new Error(SECRET), { statusCode: 502 }),
    Object.assign(new Error(SECRET), { statusCode: '400' }),
    SECRET,
    undefined,
    null,
    { message: SECRET },
  ])('names the request, and nothing else, of what nobody foresaw: %s', (thrown) => {
    const { error_code, message } = errorMessage(thrown, 'r7');
    expect([error_code, message]).toEqual([500, 'The worker failed to answer this. Its log says why, at request r7.']);
  });
});

describe('errorHandler', () => {
  async function logged(thrown: unknown) {
    const lines: unknown[][] = [];
    const note = (level: string) => (fields: object, message: string) => void lines.push([level, fields, message]);
    const logger = { ...silentLogger, debug: note('debug'), warn: note('warn'), error: note('error') };
    const app = Fastify();
    app.setErrorHandler(errorHandler(logger));
    app.get('/c/:name', async () => {
      throw thrown;
    });
    const answer = await app.inject(`/c/${SECRET}?token=${SECRET}`);
    return { answer, lines };
  }

  it('logs what the request is to blame for at debug, and never the request itself', async () => {
    const { answer, lines } = await logged(new Refused(404, `Connector ${SECRET} not found`));
    expect(answer.json()).toEqual({ error_code: 404, message: `Connector ${SECRET} not found` });
    expect(lines).toEqual([
      ['debug', expect.objectContaining({ method: 'GET', route: '/c/:name', status: 404 }), 'request refused'],
    ]);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });

  it('says after how long to ask again of every 429, and of nothing else', async () => {
    const asked = async (status: 409 | 429) => (await logged(new Refused(status, 'Not now.'))).answer.headers;
    expect(await asked(429)).toMatchObject({ 'retry-after': '5' });
    expect(await asked(409)).not.toHaveProperty('retry-after');
  });

  it('logs what Kafka is to blame for at warn', async () => {
    const { lines } = await logged(new RetriableError('KAFKA_UNREACHABLE', 'kafka:9092 does not answer'));
    expect(lines).toMatchObject([
      ['warn', { reason: 'KAFKA_UNREACHABLE: kafka:9092 does not answer' }, 'request failed'],
    ]);
  });

  it('logs where an unforeseen error was thrown, without its message', async () => {
    const { answer, lines } = await logged(new TypeError(`cannot read ${SECRET}`));
    expect(lines).toMatchObject([['error', { error: 'TypeError', status: 500 }, expect.any(String)]]);
    expect(JSON.stringify(lines)).toContain('errors.test.ts');
    expect(JSON.stringify(lines) + answer.body).not.toContain(SECRET);
    expect(answer.body).not.toContain('.ts');
  });
});
