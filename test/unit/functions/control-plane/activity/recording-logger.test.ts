import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../../../../functions/control-plane/activity/activity-record.ts';
import { recordingLogger } from '../../../../../functions/control-plane/activity/recording-logger.ts';
import { FatalError } from '../../../../../shared/errors.ts';
import { type Logger, silentLogger } from '../../../../../shared/logger.ts';

function setUp() {
  const recorded: (LogLine & { readonly connector: string })[] = [];
  const passed: string[] = [];
  const inner = (bound: object): Logger => ({
    ...silentLogger,
    debug: (fields, message) => passed.push(`debug ${message} ${JSON.stringify({ ...bound, ...fields })}`),
    info: (fields, message) => passed.push(`info ${message} ${JSON.stringify({ ...bound, ...fields })}`),
    child: (fields) => inner({ ...bound, ...fields }),
  });
  const recorder = { log: (connector: string, line: LogLine) => void recorded.push({ connector, ...line }) };
  return { recorded, passed, logger: recordingLogger(inner({}), recorder, { now: () => 7 }) };
}

describe('recordingLogger', () => {
  it('records lines whose fields, or those of a parent, name a connector', () => {
    const { recorded, logger } = setUp();
    logger.info({ connector: 'c1' }, 'plain');
    logger.child({ connector: 'c2' }).child({ task: 3 }).warn({ code: 'X' }, 'inherited');
    logger.error({ task: 1 }, 'of no connector');
    expect(recorded).toEqual([
      { connector: 'c1', at: 7, level: 'info', message: 'plain' },
      { connector: 'c2', at: 7, level: 'warn', message: 'inherited', fields: '{"task":3,"code":"X"}' },
    ]);
  });

  it('passes everything on, and records no debug lines', () => {
    const { recorded, passed, logger } = setUp();
    const child = logger.child({ connector: 'c1' });
    child.debug({ n: 1 }, 'fine');
    child.info({ n: 2 }, 'coarse');
    expect(passed).toEqual(['debug fine {"connector":"c1","n":1}', 'info coarse {"connector":"c1","n":2}']);
    expect(recorded.map(({ message }) => message)).toEqual(['coarse']);
  });

  it('tells errors by name, code and message, and takes whatever else is logged', () => {
    const { recorded, logger } = setUp();
    const circle: Record<string, unknown> = { connector: 'c1' };
    circle['self'] = circle;
    logger.error({ connector: 'c1', error: new FatalError('TARGET', 'it broke'), big: 3n }, 'failed');
    logger.error(circle, 'odd');
    expect(recorded.map(({ fields }) => fields)).toEqual([
      '{"error":{"name":"FatalError","message":"it broke","code":"TARGET"},"big":"3"}',
      undefined,
    ]);
  });
});
