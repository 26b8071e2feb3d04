import { expect, it } from 'vitest';
import { startClusterWorker } from '../../helpers/control-plane/cluster-worker.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { startRig } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

interface Line {
  readonly level: number;
  readonly logger?: string;
  readonly log?: string;
}

it('levels of loggers count while the worker runs, and those of the cluster for workers that come later', async () => {
  const rig = await startRig();
  const group = uniqueName('workers');
  const worker = await startClusterWorker(rig, group);
  const lines = (log: string, logger: string, level: number): Line[] =>
    log
      .split('\n')
      .flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line) as Line] : []))
      .filter((line) => line.logger === logger && line.level === level);
  const put = async (path: string, level: string) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${worker.url}${path}`, { method: 'PUT', headers, body: JSON.stringify({ level }) });
    return { status: answer.status, body: await answer.text() };
  };
  expect(lines(worker.log(), 'spillway.kafka', 20)).toEqual([]);
  expect(lines(worker.log(), 'spillway.control-plane', 30).length).toBeGreaterThan(0);

  expect(await put('/admin/loggers/spillway.kafka?scope=cluster', 'debug')).toEqual({ status: 204, body: '' });
  await waitFor(() => lines(worker.log(), 'spillway.kafka', 20).length > 0, { what: 'a debug line of Kafka' });

  expect(await put('/admin/loggers/root', 'OFF')).toMatchObject({ status: 200 });
  expect(await put('/admin/loggers/spillway.rest', 'ERROR')).toEqual({ status: 200, body: '["spillway.rest"]' });
  await waitFor(() => (worker.log().match(/"log":"audit"/g) ?? []).length >= 3, {
    what: 'the audit log, which has no level',
  });
  await worker.stop();

  const later = await startClusterWorker(rig, group);
  const answer = await fetch(`${later.url}/admin/loggers`);
  expect(await answer.json()).toMatchObject({
    root: { level: 'INFO', last_modified: null },
    'spillway.kafka': { level: 'DEBUG', last_modified: expect.any(Number) },
  });
  expect(lines(later.log(), 'spillway.kafka', 20).length).toBeGreaterThan(0);
});
