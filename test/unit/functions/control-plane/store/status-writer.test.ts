import { describe, expect, it } from 'vitest';
import type { Put } from '../../../../../functions/control-plane/store/status-view.ts';
import { StatusView } from '../../../../../functions/control-plane/store/status-view.ts';
import { StatusWriter } from '../../../../../functions/control-plane/store/status-writer.ts';
import { FatalError, RetriableError } from '../../../../../shared/errors.ts';
import type { LogWriter } from '../../../../../shared/kafka/log/log-writer.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const status = (state: 'RUNNING' | 'PAUSED', task: number): Put => ({
  key: { kind: 'task', connector: 'a', task },
  entry: { kind: 'status', status: { state, workerId: 'w', generation: 1, version: '1' } },
});

function setUp() {
  const clock = new ManualClock();
  const view = new StatusView();
  const requests: string[][] = [];
  const said: string[] = [];
  /** Errors of the next requests, one each. */
  const failures: Error[] = [];
  let hold: Promise<void> = Promise.resolve();
  let offset = 0;
  const append: LogWriter['append'] = async (records, confirmed) => {
    requests.push(records.map(({ key, value }) => `${key} ${value === null ? '' : JSON.parse(String(value)).state}`));
    await hold;
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    confirmed(records, { partition: 0, offset });
    offset += records.length;
  };
  const logger = { ...silentLogger, error: (_: object, message: string) => void said.push(message) };
  const writer = new StatusWriter({ append, close: () => undefined }, view, { clock, random: () => 1, logger });
  const say = (put: Put) => {
    if (view.put(put)) writer.enqueue(put);
  };
  const holding = () => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { clock, view, writer, requests, failures, said, say, holding };
}

describe('StatusWriter', () => {
  it('writes the last put of each key, together, in the order of the puts', async () => {
    const { writer, requests, say } = setUp();
    say(status('RUNNING', 0));
    say(status('RUNNING', 1));
    say(status('PAUSED', 0));
    await writer.flush(1_000);
    expect(requests).toEqual([['status-task-a-1 RUNNING', 'status-task-a-0 PAUSED']]);
  });

  it('writes what is put while a request is under way, after it', async () => {
    const { writer, requests, say, holding } = setUp();
    const release = holding();
    say(status('RUNNING', 0));
    await settle();
    say(status('PAUSED', 0));
    release();
    await writer.flush(1_000);
    expect(requests).toEqual([['status-task-a-0 RUNNING'], ['status-task-a-0 PAUSED']]);
  });

  it('sends less at a time where the topic takes less, and leaves out what it never takes', async () => {
    const { writer, requests, failures, said, say } = setUp();
    const tooLarge = new FatalError('MESSAGE_TOO_LARGE', 'too large');
    failures.push(tooLarge, tooLarge);
    for (const task of [0, 1, 2, 3]) say(status('RUNNING', task));
    await writer.flush(1_000);
    expect(requests.map((keys) => keys.length)).toEqual([4, 2, 1, 1, 1, 1]);
    expect(said).toEqual([]);
    failures.push(tooLarge);
    say(status('PAUSED', 0));
    say(status('PAUSED', 1));
    await writer.flush(1_000);
    expect(requests.slice(6)).toEqual([['status-task-a-0 PAUSED'], ['status-task-a-1 PAUSED']]);
    expect(said).toEqual([expect.stringContaining('raise max.message.bytes')]);
  });

  it('tries again until it is confirmed, says so once, and writes what counts by then', async () => {
    const { clock, view, requests, failures, said, say } = setUp();
    failures.push(...Array.from({ length: 4 }, () => new RetriableError('BROKER_CONNECTION_LOST', 'gone')));
    say(status('RUNNING', 0));
    await settle();
    await clock.advance(150);
    const last = status('PAUSED', 0);
    say(last);
    await clock.advance(5_000);
    expect(requests.at(-1)).toEqual(['status-task-a-0 PAUSED']);
    expect(requests).toHaveLength(5);
    expect(said).toEqual(['statuses cannot be written; it is tried again']);
    expect(view.isWanted(last)).toBe(false);
  });

  it('says at once what does not pass by itself, and goes on trying', async () => {
    const { clock, requests, failures, said, say } = setUp();
    failures.push(new FatalError('TOPIC_AUTHORIZATION_FAILED', 'no right'));
    say(status('RUNNING', 0));
    await settle();
    expect(said).toHaveLength(1);
    await clock.advance(5_000);
    expect(requests).toHaveLength(2);
  });

  it('does not write what a newer generation overtook', async () => {
    const { clock, view, requests, failures, say } = setUp();
    failures.push(new RetriableError('BROKER_CONNECTION_LOST', 'gone'));
    const mine = status('RUNNING', 0);
    say(mine);
    await settle();
    const newer = { state: 'RUNNING', workerId: 'other', generation: 9, version: '1' } as const;
    view.take(mine.key, { kind: 'status', status: newer }, { partition: 0, offset: 3 }, true);
    await clock.advance(5_000);
    expect(requests).toHaveLength(1);
  });

  it('cuts what is too much for one request', async () => {
    const { writer, requests, say } = setUp();
    const activity = 'x'.repeat(60_000);
    for (let worker = 0; worker < 20; worker++)
      say({ key: { kind: 'activity', connector: 'a', workerId: `w${worker}` }, entry: { kind: 'activity', activity } });
    await writer.flush(1_000);
    expect(requests.map((records) => records.length)).toEqual([8, 8, 4]);
  });

  it('flush gives up when its time is over, and close when it is asked', async () => {
    const { clock, writer, say, holding } = setUp();
    const release = holding();
    say(status('RUNNING', 0));
    await settle();
    let flushed = false;
    const flushing = writer.flush(500).then(() => {
      flushed = true;
    });
    await clock.advance(499);
    expect(flushed).toBe(false);
    await clock.advance(1);
    await flushing;
    const closing = writer.close();
    release();
    await closing;
    expect(clock.waiting).toBe(0);
  });
});
