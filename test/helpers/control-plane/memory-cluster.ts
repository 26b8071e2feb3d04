import type { StoredConfig } from '../../../functions/control-plane/config-state.ts';
import type { ConnectorEvent, HostedSetup } from '../../../functions/control-plane/connector-host.ts';
import { Herder } from '../../../functions/control-plane/herder.ts';
import type { ConfigProblem } from '../../../shared/errors.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { ManualClock, settle } from '../manual-clock.ts';
import { FakeConfigStore, FakeConfigTopic } from './fake-config-store.ts';
import { FakeHost } from './fake-host.ts';
import { FakeStatusBoard } from './fake-status-board.ts';
import { FakeWorkersGroup } from './fake-workers-group.ts';

/** Valid with `tasks.max`, unless `broken` says what is wrong. */
export function validate(config: StoredConfig): { setup: HostedSetup | undefined; problems: readonly ConfigProblem[] } {
  const { broken, name } = config;
  if (broken !== undefined) return { setup: undefined, problems: [{ key: 'broken', message: broken }] };
  const connector = { name, 'tasks.max': Number(config['tasks.max']) };
  return { setup: { parsed: { connector }, raw: config } as unknown as HostedSetup, problems: [] };
}

export function config(name: string, tasks: number, more: StoredConfig = {}): StoredConfig {
  return { name, 'tasks.max': String(tasks), ...more };
}

/** Workers that share a topic, a status board and a group in memory. */
export function memoryCluster() {
  const topic = new FakeConfigTopic();
  const board = new FakeStatusBoard();
  const group = new FakeWorkersGroup();
  const clock = new ManualClock();
  const worker = async (id: string, given: Partial<{ validate: typeof validate }> = {}) => {
    const host = new FakeHost();
    const events: string[] = [];
    let levels: ReadonlyMap<string, string> = new Map();
    const herder = new Herder({
      workerId: id,
      version: '1',
      store: new FakeConfigStore(topic),
      board,
      host,
      group: group.member(),
      validate: given.validate ?? validate,
      activity: {
        event: (name: string, { kind, message }: ConnectorEvent) => void events.push(`${name} ${kind}: ${message}`),
        forget: (name: string) => void events.push(`${name} forgotten`),
      },
      loggers: {
        apply: (cluster) => {
          levels = cluster;
        },
      },
      shutdownTimeoutMs: 30_000,
      rejoinTimeoutMs: 10_000,
      clock,
      logger: silentLogger,
    });
    await herder.start();
    await settle();
    return { id, herder, host, events, levels: () => [...levels] };
  };
  /** `connector RUNNING w1, 0 RUNNING w1`. */
  const statuses = (name: string) => {
    const own = board.connector(name);
    const tasks = [...board.tasks(name)].map(([id, { state, workerId }]) => `${id} ${state} ${workerId}`);
    return [`${own?.state} ${own?.workerId}`, ...tasks].join(', ');
  };
  return { topic, board, group, clock, worker, statuses };
}
