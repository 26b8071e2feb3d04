import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ConnectorStatus } from '../../../../cli/api/connect-shapes.ts';
import { connectorsText, statusText, tasksText } from '../../../../cli/connectors/status-text.ts';

const W = '10.0.0.1:8083';

function status(state: string, tasks: readonly string[], trace?: string): ConnectorStatus {
  return {
    name: "o'rders",
    connector: { state, worker_id: W, ...(trace === undefined ? {} : { trace }) },
    tasks: tasks.map((task, id) => ({
      id,
      state: task,
      worker_id: W,
      ...(task === 'FAILED' ? { trace: 'FatalError: OSS_BUCKET_MISSING\n    at somewhere' } : {}),
    })),
  };
}

describe('statusText', () => {
  it('shows each task, why it failed in one line, and what to do next', () => {
    const text = statusText(status('RUNNING', ['RUNNING', 'FAILED']));
    expect(text).toContain('OSS_BUCKET_MISSING');
    expect(text).not.toContain('at somewhere');
    expect(text).toContain("spillway connectors restart 'o'\\''rders' --tasks --only-failed");
    expect(text.endsWith('\n')).toBe(true);
  });

  it.each([
    ['FAILED', [], 'spillway connectors update FILE'],
    ['PAUSED', ['PAUSED'], 'resume'],
    ['STOPPED', [], 'resume'],
    ['RUNNING', ['UNASSIGNED'], 'spillway connectors workers'],
  ])('knows the next step of %s %j', (state, tasks, next) => {
    expect(statusText(status(state, tasks, state === 'FAILED' ? 'no secret' : undefined))).toContain(next);
  });

  it('says of a task that waits to be started again that it goes on by itself', () => {
    const waiting = status('RUNNING', ['RUNNING', 'RESTARTING']);
    const tasks = waiting.tasks.map((task) => (task.id === 1 ? { ...task, trace: 'no such topic' } : task));
    expect(statusText({ ...waiting, tasks })).toMatch(/no such topic[\s\S]*by themselves/);
    expect(statusText(waiting)).not.toContain('->');
  });

  it('has nothing to advise where all is well', () => {
    expect(statusText(status('RUNNING', ['RUNNING']))).not.toContain('->');
  });

  it('shows every problem of a configuration that does not run, and no calls', () => {
    const trace =
      'the stored configuration is not valid\n  oss.bucket: is required\n  topics: is required\n\tat x.y\n\t... 7 more';
    const text = statusText(status('FAILED', [], trace));
    expect(text).toMatch(/\n {2}the stored.*\n +oss\.bucket: is required\n +topics: is required\n->/);
  });

  it('lets no trace steer the terminal', () => {
    expect(statusText(status('FAILED', [], '\u001b[2Jboo'))).not.toContain('\u001b[2J');
  });
});

describe('tasksText', () => {
  it('counts states', () => {
    expect(stripVTControlCharacters(tasksText(status('RUNNING', ['RUNNING', 'FAILED', 'RUNNING'])))).toBe(
      '2 running, 1 FAILED',
    );
    expect(tasksText(status('STOPPED', []))).toBe('none');
  });
});

describe('connectorsText', () => {
  it('is a line a connector, by name, whatever is not known of it yet', () => {
    const text = connectorsText({
      b: { status: status('RUNNING', ['RUNNING']) },
      a: { info: { name: 'a', config: { 'connector.class': 'oss-sink', 'topics.regex': 'o.*' }, tasks: [] } },
    });
    expect(text.indexOf('oss-sink')).toBeLessThan(text.indexOf('RUNNING'));
    expect(text).toContain('o.*');
  });

  it('names those whose status has a reason', () => {
    const many = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, { status: status('RUNNING', ['FAILED']) }]),
    );
    expect(connectorsText({ ...many, g: { status: status('RUNNING', ['RUNNING']) } })).toContain(
      '-> why: spillway connectors status a b c d e ...\n',
    );
    expect(connectorsText({ g: { status: status('RUNNING', ['RUNNING']) } })).not.toContain('->');
  });

  it('says how to make the first', () => {
    expect(connectorsText({})).toContain('spillway connectors create FILE');
  });
});
