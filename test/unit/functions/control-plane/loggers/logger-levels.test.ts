import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { letsThrough, levelNamed } from '../../../../../functions/control-plane/loggers/levels.ts';
import { LoggerLevels } from '../../../../../functions/control-plane/loggers/logger-levels.ts';
import type { Logger } from '../../../../../shared/logger.ts';
import { planeInMemory, refusal } from '../../../../helpers/control-plane/service.ts';

/** Lines that come through: `info started {"logger":"spillway.kafka"}`. */
function recorder(lines: string[], bound: object = {}): Logger {
  const at = (level: string) => (fields: object, message: string) =>
    lines.push(`${level} ${message} ${JSON.stringify({ ...bound, ...fields })}`);
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => recorder(lines, { ...bound, ...fields }),
  };
}

describe('LoggerLevels', () => {
  it('lets lines through by the level of their area, at once, those of children too', () => {
    const lines: string[] = [];
    const levels = new LoggerLevels('info', { now: () => 7 });
    const kafka = levels.logger('spillway.kafka', recorder(lines)).child({ group: 'g' });
    const rest = levels.logger('spillway.rest', recorder(lines));
    kafka.debug({}, 'unheard');
    levels.set('spillway.kafka', 'DEBUG');
    kafka.debug({}, 'heard');
    rest.debug({}, 'unheard');
    levels.set('root', 'OFF');
    kafka.error({}, 'unheard');
    rest.error({}, 'unheard');
    levels.set('spillway.rest', 'WARN');
    rest.info({}, 'unheard');
    rest.warn({}, 'heard');
    expect(lines).toEqual([
      'debug heard {"logger":"spillway.kafka","group":"g"}',
      'warn heard {"logger":"spillway.rest"}',
    ]);
  });

  it('sets a logger and all below it, and says when', () => {
    const levels = new LoggerLevels('warn', { now: () => 1_700_000_000_000 });
    expect(levels.get('root')).toEqual({ level: 'WARN', last_modified: null });
    expect(levels.set('spillway.kafka', 'TRACE')).toEqual(['spillway.kafka']);
    expect(levels.get('spillway.kafka')).toEqual({ level: 'TRACE', last_modified: 1_700_000_000_000 });
    const below = ['spillway', 'spillway.control-plane', 'spillway.dispatcher', 'spillway.kafka', 'spillway.rest'];
    expect(levels.set('spillway', 'ERROR')).toEqual(below);
    expect(levels.set('root', 'INFO')).toEqual(['root', ...below]);
    expect(levels.set('brand.new', 'INFO')).toEqual([]);
    expect(levels.set('spill', 'INFO')).toEqual([]);
    expect(Object.keys(levels.all())).toEqual(['root', ...below]);
  });

  it('takes over what is set for the cluster, in the order it was written, and each thing once', () => {
    const levels = new LoggerLevels('info', { now: () => 1 });
    levels.apply(
      new Map([
        ['root', 'WARN'],
        ['spillway.kafka', 'DEBUG'],
      ]),
    );
    expect(levels.get('spillway.rest')?.level).toBe('WARN');
    expect(levels.get('spillway.kafka')?.level).toBe('DEBUG');
    levels.set('spillway.rest', 'TRACE');
    levels.apply(
      new Map([
        ['root', 'WARN'],
        ['spillway.kafka', 'ERROR'],
      ]),
    );
    expect(levels.get('spillway.rest')?.level).toBe('TRACE');
    expect(levels.get('spillway.kafka')?.level).toBe('ERROR');
    levels.apply(
      new Map([
        ['spillway.kafka', 'ERROR'],
        ['root', 'INFO'],
      ]),
    );
    expect(levels.get('spillway.kafka')?.level).toBe('INFO');
    levels.apply(
      new Map([
        ['root', 'LOUD'],
        ['of.a.newer.program', 'INFO'],
      ]),
    );
    expect(levels.get('root')?.level).toBe('INFO');
  });
});

/** A name that is written again moves to the end, as in the config topic once it is compacted. */
function written(before: ReadonlyMap<string, string>, name: string, level: string): ReadonlyMap<string, string> {
  return new Map([...[...before].filter(([one]) => one !== name), [name, level]]);
}

it('a worker that starts later has the levels of one that heard each of them', () => {
  const names = fc.constantFrom('root', 'spillway', 'spillway.kafka', 'spillway.rest', 'brand.new');
  const levels = fc.constantFrom('DEBUG', 'INFO', 'OFF');
  fc.assert(
    fc.property(fc.array(fc.tuple(names, levels), { maxLength: 12 }), (writes) => {
      const clock = { now: () => 1 };
      const told = new LoggerLevels('warn', clock);
      const live = new LoggerLevels('warn', clock);
      let cluster: ReadonlyMap<string, string> = new Map();
      for (const [name, level] of writes) {
        cluster = written(cluster, name, level);
        live.apply(cluster);
        told.set(name, level as 'DEBUG' | 'INFO' | 'OFF');
      }
      const late = new LoggerLevels('warn', clock);
      late.apply(cluster);
      expect(live.all()).toEqual(told.all());
      expect(late.all()).toEqual(told.all());
    }),
  );
});

it('what a worker was set to by itself stays when something else is set for the cluster', () => {
  const levels = new LoggerLevels('info', { now: () => 1 });
  let cluster: ReadonlyMap<string, string> = new Map([
    ['spillway.kafka', 'DEBUG'],
    ['root', 'WARN'],
    ['spillway.rest', 'INFO'],
  ]);
  levels.apply(cluster);
  levels.set('spillway.dispatcher', 'DEBUG');
  cluster = written(cluster, 'spillway.kafka', 'ERROR');
  levels.apply(cluster);
  expect(levels.get('spillway.dispatcher')?.level).toBe('DEBUG');
  expect(levels.get('spillway.kafka')?.level).toBe('ERROR');
});

describe('levels', () => {
  it('are those of Log4j, in any case', () => {
    expect(['all', 'Trace', 'DEBUG', 'info', 'warn', 'error', 'fatal', ' off '].map(levelNamed)).not.toContain(
      undefined,
    );
    expect(['LOUD', '', 'toString', '__proto__'].map(levelNamed)).toEqual([undefined, undefined, undefined, undefined]);
    expect(letsThrough('TRACE', 'debug')).toBe(true);
    expect(letsThrough('FATAL', 'error')).toBe(false);
    expect(letsThrough('ERROR', 'error')).toBe(true);
  });
});

describe('setLogger', () => {
  it('of this worker answers what changed', async () => {
    const { plane, topic } = planeInMemory();
    expect(await plane.setLogger('spillway.kafka', 'debug', 'worker')).toEqual(['spillway.kafka']);
    expect(plane.logger('spillway.kafka')).toMatchObject({ level: 'DEBUG', last_modified: expect.any(Number) });
    expect(plane.loggers()).toMatchObject({ root: { level: 'INFO', last_modified: null } });
    expect(await plane.setLogger('brand.new', 'INFO', 'worker')).toEqual([]);
    expect(topic.state().loggers.size).toBe(0);
  });

  it('of the cluster is written for all workers', async () => {
    const { plane, topic } = planeInMemory();
    expect(await plane.setLogger('spillway.kafka', 'trace', 'cluster')).toBeUndefined();
    expect(await plane.setLogger('brand.new', 'INFO', 'cluster')).toBeUndefined();
    expect([...topic.state().loggers]).toEqual([['spillway.kafka', 'TRACE']]);
  });

  it('knows what there is', async () => {
    const { plane } = planeInMemory();
    expect(await refusal(() => plane.logger('nope'))).toBe('404 Logger nope not found.');
    expect(await refusal(() => plane.setLogger('root', 'LOUD', 'cluster'))).toBe("404 invalid log level 'LOUD'.");
  });
});
