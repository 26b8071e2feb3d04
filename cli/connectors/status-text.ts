/** States of connectors and tasks as tables for a person. */
import Table from 'cli-table3';
import pc from 'picocolors';
import type { ConnectorStatus, ExpandedConnectors } from '../api/connect-shapes.ts';
import { shellWord } from '../shell-word.ts';
import { printable } from '../shown-bytes.ts';
import { tableStyle } from '../table-style.ts';

const REASON_CHARS = 90;
const MOST_REASON_LINES = 20;
/** Connectors that one line of advice names. */
const MOST_NAMED = 5;

/** One line a connector, by name. Ends with a line break. */
export function connectorsText(connectors: ExpandedConnectors): string {
  const names = Object.keys(connectors).sort();
  if (names.length === 0) return 'no connectors. To make one: spillway connectors create FILE\n';
  const table = new Table({ head: ['connector', 'class', 'state', 'tasks', 'topics'], style: tableStyle() });
  for (const name of names) {
    const { info, status } = connectors[name] ?? {};
    const config = info?.config ?? {};
    table.push([
      cell(name),
      cell(config['connector.class'] ?? '-'),
      status === undefined ? '-' : stateText(status.connector.state),
      status === undefined ? '-' : tasksText(status),
      cell(config['topics'] ?? config['topics.regex'] ?? '-'),
    ]);
  }
  const troubled = names.filter((name) => isTroubled(connectors[name]?.status));
  const more = troubled.length > MOST_NAMED ? ' ...' : '';
  const why = `-> why: spillway connectors status ${troubled.slice(0, MOST_NAMED).map(shellWord).join(' ')}${more}\n`;
  return `${table.toString()}\n${troubled.length === 0 ? '' : why}`;
}

/** Whether a reason stands in its status. */
function isTroubled(status: ConnectorStatus | undefined): boolean {
  return status !== undefined && [status.connector, ...status.tasks].some(({ trace }) => typeof trace === 'string');
}

/** A connector with its tasks, and what to do about those that failed. Ends with a line break. */
export function statusText(status: ConnectorStatus): string {
  const { name, connector, tasks } = status;
  const head = `${printable(name)}  ${stateText(connector.state)}  on ${printable(connector.worker_id)}`;
  const table = new Table({ head: ['task', 'state', 'worker', 'why'], style: tableStyle() });
  for (const { id, state, worker_id, trace } of tasks) {
    table.push([id, stateText(state), cell(worker_id), reasonOf(trace)]);
  }
  return [
    head,
    ...(typeof connector.trace === 'string' ? reasonLines(connector.trace).map((line) => `  ${line}`) : []),
    ...(tasks.length === 0 ? [] : [table.toString()]),
    ...nextSteps(status).map((line) => `-> ${line}`),
    '',
  ].join('\n');
}

/** What a person does next, where something is not as it should be. */
function nextSteps({ name, connector, tasks }: ConnectorStatus): string[] {
  const shown = shellWord(name);
  if (connector.state === 'FAILED') {
    return [
      'put the configuration right: spillway connectors validate FILE, then spillway connectors update FILE',
      `or bring back what it refers to, then: spillway connectors restart ${shown} --tasks`,
    ];
  }
  if (tasks.some(({ state }) => state === 'FAILED')) {
    return [
      `see what happened: spillway connectors events ${shown}`,
      `when the cause is gone: spillway connectors restart ${shown} --tasks --only-failed`,
    ];
  }
  if (tasks.some(({ state, trace }) => state === 'RESTARTING' && typeof trace === 'string')) {
    return [`once the cause is gone they go on by themselves; what happened: spillway connectors events ${shown}`];
  }
  if (tasks.some(({ state }) => state === 'UNASSIGNED'))
    return ['no worker has these tasks yet: spillway connectors workers'];
  if (connector.state === 'PAUSED') return [`to go on: spillway connectors resume ${shown}`];
  if (connector.state === 'STOPPED') return [`to start it: spillway connectors resume ${shown}`];
  return [];
}

/** `5 running, 1 FAILED`. */
export function tasksText({ tasks }: ConnectorStatus): string {
  const counts = new Map<string, number>();
  for (const { state } of tasks) counts.set(state, (counts.get(state) ?? 0) + 1);
  if (counts.size === 0) return 'none';
  return [...counts]
    .map(([state, count]) => `${count} ${state === 'FAILED' ? pc.red(state) : printable(state).toLowerCase()}`)
    .join(', ');
}

/** Coloured on a terminal. */
function stateText(state: string): string {
  if (state === 'RUNNING') return pc.green(state);
  if (state === 'FAILED') return pc.red(state);
  return ['PAUSED', 'STOPPED'].includes(state) ? state : pc.yellow(printable(state));
}

/** On one line. */
export function cell(text: string): string {
  return printable(text).replace(/[\n\t]+/g, ' ');
}

/** Of a trace what it says, without the calls that led there: of a configuration that does not run, every problem. */
export function reasonLines(trace: string): string[] {
  const lines = trace.split('\n').filter((line) => line.trim() !== '' && !/^\s*(at |\.\.\. \d+ )/.test(line));
  return lines.slice(0, MOST_REASON_LINES).map(cell);
}

/** Of a trace the first line, which says it. */
export function reasonOf(trace: string | null | undefined): string {
  const line = cell((trace ?? '').split('\n', 1)[0] ?? '');
  return line.length <= REASON_CHARS ? line : `${line.slice(0, REASON_CHARS - 1)}…`;
}
