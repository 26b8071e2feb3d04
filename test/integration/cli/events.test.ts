import { expect, it } from 'vitest';
import { eventFile } from '../../helpers/event-file.ts';
import { spawnCli } from '../../helpers/pipeline.ts';

it('spillway events prints an event to paste, and nothing beside it', async () => {
  const args = ['events', 'oss-sink', '--form', 'cloudevents-strings'];
  const { code, stdout, stderr } = await spawnCli(args, {}).result;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(String(await eventFile('cloudevents-strings')));
});
