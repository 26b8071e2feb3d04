import { describe, expect, it } from 'vitest';
import type { ConfigOrder, ConfigState, ConfigWrite } from '../../../../../functions/control-plane/config-state.ts';
import { ConfigReading } from '../../../../../functions/control-plane/store/config-reading.ts';
import { configRecords } from '../../../../../functions/control-plane/store/config-records.ts';
import { silentLogger } from '../../../../../shared/logger.ts';

function setUp() {
  const said: string[] = [];
  const logger = {
    ...silentLogger,
    warn: (fields: object, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`),
    error: (fields: object, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`),
  };
  let lost = 0;
  const reading = new ConfigReading('config', logger, () => void lost++);
  const states: ConfigState[] = [];
  const orders: ConfigOrder[] = [];
  reading.listener = { changed: (state) => states.push(state), ordered: (order) => orders.push(order) };
  let offset = 0;
  /** The topic as from its beginning, at offset `at`. */
  const begin = (why: Parameters<ConfigReading['began']>[1], at: number, records: number) => {
    offset = at;
    reading.began(0, why, { start: at, end: at + records });
  };
  const tell = (...writes: readonly ConfigWrite[]) => {
    for (const { key, value } of writes.flatMap(configRecords)) {
      const bytes = value === null ? null : Buffer.from(JSON.stringify(value));
      reading.records(0, [{ partition: 0, offset: offset++, key: Buffer.from(key), value: bytes }]);
    }
  };
  const names = () => [...reading.state().connectors.keys()];
  return { reading, said, states, orders, begin, tell, names, lost: () => lost };
}

const connector = (name: string): ConfigWrite => ({ write: 'connector', name, config: { x: '1' } });
const restart = (name: string): ConfigWrite => ({
  write: 'order',
  order: { order: 'restart', connector: name, includeTasks: true, onlyFailed: false },
});

describe('reading the config topic', () => {
  it('tells of nothing before everything that was there is read, and of orders only that come after', () => {
    const { reading, states, orders, begin, tell } = setUp();
    begin('start', 0, 3);
    tell(connector('a'), restart('a'), connector('b'));
    expect([states, orders]).toEqual([[], []]);
    reading.reached(0);
    expect(states.map(({ connectors }) => [...connectors.keys()])).toEqual([['a', 'b']]);
    tell(restart('b'), connector('c'));
    expect(orders).toMatchObject([{ connector: 'b' }]);
    expect(states.at(-1)?.connectors.size).toBe(3);
  });

  it('says and counts what it does not understand, and goes on', () => {
    const { reading, said, begin, tell, names } = setUp();
    begin('start', 0, 0);
    reading.reached(0);
    tell(connector('a'));
    const value = Buffer.from('secret garbage');
    reading.records(0, [
      { partition: 0, offset: 1, key: Buffer.from('connector-a'), value },
      { partition: 0, offset: 2, key: null, value },
    ]);
    tell(connector('b'));
    reading.damaged(0, 7, 9, 'its checksum is wrong');
    expect(names()).toEqual(['a', 'b']);
    expect(reading.unreadable).toBe(3);
    expect(said.filter((line) => line.includes('not understood'))).toEqual([
      expect.stringContaining('"topic":"config","partition":0,"offset":1,"key":"connector-a"'),
      expect.stringContaining('"offset":2,"key":null'),
    ]);
    expect(said.join()).not.toContain('secret garbage');
  });

  it('keeps what the topic lost after it was read, and has it written again', () => {
    const { reading, states, begin, tell, names, lost } = setUp();
    begin('start', 0, 2);
    tell(connector('a'), connector('b'));
    reading.reached(0);
    reading.trimmed(0, 1);
    expect(lost()).toBe(1);
    expect(reading.view.lost()).toMatchObject([{ name: 'a' }]);
    tell(connector('a'));
    expect(reading.view.lost()).toEqual([]);
    expect(names()).toEqual(['a', 'b']);
    // To those who listen nothing ever changed.
    expect(states).toHaveLength(1);
    reading.trimmed(0, 1);
    expect(lost()).toBe(1);
  });

  it.each(['remade', 'truncated'] as const)(
    'keeps what it knows when the topic is %s, but what the new one says',
    (why) => {
      const { reading, states, orders, begin, tell, names, lost } = setUp();
      begin('start', 0, 2);
      tell(connector('a'), connector('b'));
      reading.reached(0);
      begin(why, 0, 3);
      tell(connector('c'), restart('a'), { write: 'delete', name: 'b' });
      // Answers stay as they were while it is read.
      expect(names()).toEqual(['a', 'b']);
      reading.reached(0);
      expect(names()).toEqual(['c', 'a']);
      expect(lost()).toBe(1);
      expect(reading.view.lost()).toMatchObject([{ name: 'a' }]);
      expect(states).toHaveLength(2);
      expect(orders).toEqual([]);
    },
  );

  it('goes by the topic when records were deleted before it read them', () => {
    const { reading, said, begin, tell, names, lost } = setUp();
    begin('start', 0, 2);
    tell(connector('a'), connector('b'));
    reading.reached(0);
    begin('missed', 5, 1);
    tell(connector('b'));
    reading.reached(0);
    expect(names()).toEqual(['b']);
    expect(lost()).toBe(0);
    expect(said.at(-1)).toContain('"connectors":["a"]');
  });

  it('says when a topic begins in the middle', () => {
    const { said, begin } = setUp();
    begin('start', 4, 0);
    expect(said).toEqual([expect.stringContaining('the beginning of the configuration topic was deleted')]);
  });

  it('reads one partition only', () => {
    const { reading, begin, names } = setUp();
    begin('start', 0, 0);
    reading.reached(0);
    reading.began(1, 'start', { start: 0, end: 1 });
    const [record] = configRecords(connector('z'));
    reading.records(1, [
      {
        partition: 1,
        offset: 0,
        key: Buffer.from(record?.key ?? ''),
        value: Buffer.from(JSON.stringify(record?.value)),
      },
    ]);
    reading.reached(1);
    reading.trimmed(1, 1);
    expect(names()).toEqual([]);
  });

  it('remembers whether an offset came by, for as long as it is watched', () => {
    const { reading, begin, tell } = setUp();
    begin('start', 0, 0);
    reading.reached(0);
    const [first, second] = [reading.watch(0), reading.watch(1)];
    reading.unwatch(second);
    tell(connector('a'), connector('b'));
    expect([first.seen, second.seen]).toEqual([true, false]);
  });
});
