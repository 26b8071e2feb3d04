/** What REST clients of Kafka Connect do, step by step, and what must come of it. The programs are in `test/foreign`. */
import type { StepResult } from './oss-scenario.ts';

const running = (tasks: number): StepResult => ({ state: 'RUNNING', tasks: Array(tasks).fill('RUNNING') });

/** Every step and its result, in order. Those that name a state waited for it. */
export const CONNECT_EXPECTED: Readonly<Record<string, StepResult>> = {
  cluster: { answered: true },
  plugins: { known: true },
  validate: { errors: [] },
  'validate-wrong': { errors: ['batch.size'] },
  create: { type: 'sink', tasks: '2' },
  'create-again': { status: 409 },
  'create-wrong': { status: 400 },
  running: running(2),
  list: { listed: true },
  'list-with-status': { state: 'RUNNING' },
  'get-config': { tasks: '2' },
  tasks: { ids: [0, 1] },
  'task-status': { state: 'RUNNING' },
  update: { tasks: '1' },
  updated: running(1),
  pause: { state: 'PAUSED', tasks: ['PAUSED'] },
  resume: running(1),
  stop: { state: 'STOPPED', tasks: [] },
  'resume-stopped': running(1),
  restart: { done: true },
  'restart-with-tasks': running(1),
  'restart-task': running(1),
  topics: { answered: true },
  'reset-topics': { done: true },
  delete: { listed: false },
  'get-missing': { status: 404 },
};

/** What a program is told in its environment. */
export interface ConnectTarget {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Of a connector that is not there yet. */
  readonly name: string;
  /** With two tasks; valid. */
  readonly config: Readonly<Record<string, string>>;
}

export function connectEnvironment({ url, name, config }: ConnectTarget): Record<string, string> {
  return { CONNECT_URL: url, CONNECT_NAME: name, CONNECT_CONFIG: JSON.stringify(config) };
}
