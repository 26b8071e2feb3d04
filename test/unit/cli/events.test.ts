import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { eventsCommand } from '../../../cli/commands/events.ts';
import { EVENT_FORMS } from '../../../shared/test-events/render-event.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the command prints, and what it complains of. */
function run(...args: string[]): { stdout: string; stderr: string } {
  let stdout = '';
  let stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const command = eventsCommand().exitOverride();
  command.configureOutput({ writeErr: (text) => (stderr += text) });
  try {
    command.parse(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
  }
  return { stdout, stderr };
}

describe('spillway events', () => {
  it('prints as many records as asked for, of the topic asked for, on one line with --json', () => {
    const { stdout } = run('fc-sink', '-n', '2', '--topic', 'other', '--json');
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { topic: 'other', offset: 0, overflowFlag: false },
      { topic: 'other', offset: 1 },
    ]);
  });

  it('takes the form of a function that has but one', () => {
    expect(JSON.parse(run('dispatcher').stdout)).toMatchObject({ triggerName: expect.any(String) });
    expect(JSON.parse(run('dead-letter', '-n', '1').stdout)).toMatchObject({ requestPayload: expect.any(String) });
  });

  it('lists the functions that there are events for', () => {
    const functions = JSON.parse(run('--list', '--json').stdout) as unknown;
    expect(functions).toContainEqual(expect.objectContaining({ name: 'dead-letter', forms: ['failure'] }));
    expect(functions).toContainEqual(expect.objectContaining({ name: 'maxcompute-sink', forms: [...EVENT_FORMS] }));
    expect(run('--list').stdout).toContain('cloudevents-strings');
  });

  it.each([
    [['s3-sink'], 'oss-sink'],
    [['oss-sink', '--form', 'xml'], 'cloudevents-strings'],
    [['dispatcher', '--form', 'raw'], 'dispatcher takes timer'],
    [[], '--list'],
    [['oss-sink', '-n', '0'], 'from 1 to'],
    [['oss-sink', '--topic', 'a b'], 'a topic name'],
  ])('refuses %j, and says what is there', (args, expected) => {
    const { stdout, stderr } = run(...args);
    expect(stdout).toBe('');
    expect(stderr).toContain(expected);
  });
});
