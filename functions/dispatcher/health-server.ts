/** What a worker tells those who watch it: `GET /metrics` and the health of its connectors. */
import Fastify, { type FastifyInstance } from 'fastify';
import { HEALTHY_MESSAGE, METRICS_TYPE } from '../../shared/worker-answers.ts';
import type { ConnectorStatus } from './connector-contract.ts';

export interface HealthSources {
  statuses(): readonly ConnectorStatus[];
  /** Prometheus text format. */
  metrics(): Promise<string>;
}

/** The app, without a port. `/health` answers as Kafka Connect's (KIP-1017); `/spillway/health/live` says that the process works,
 *  `/spillway/health/ready` that every connector has a running task, or 503 with the reasons, and in either case which tasks wait for a
 *  restart.
 *  @param preStop where a platform asks before it ends the process, by `GET /pre-stop`: resolves when the process may go. Source:
 *    https://www.alibabacloud.com/help/en/functioncompute/user-guide/lifecycle-hooks-for-function-instances-3 (custom containers). */
export function createHealthApp(sources: HealthSources, preStop?: () => Promise<void>): FastifyInstance {
  const app = Fastify({ logger: false });
  app.get('/metrics', async (_request, reply) => {
    reply.type(METRICS_TYPE);
    return await sources.metrics();
  });
  app.get('/health', async (_request, reply) => {
    const reasons = unready(sources.statuses());
    if (reasons.length === 0) return { status: 'healthy', message: HEALTHY_MESSAGE };
    reply.code(503);
    return { status: 'unhealthy', message: reasons.join('; ') };
  });
  app.get('/spillway/health/live', async () => ({ status: 'live' }));
  app.get('/spillway/health/ready', async (_request, reply) => {
    const reasons = unready(sources.statuses());
    if (reasons.length > 0) reply.code(503);
    return { status: reasons.length === 0 ? 'ready' : 'not ready', reasons, restarts: restarts(sources.statuses()) };
  });
  if (preStop !== undefined) {
    app.get('/pre-stop', async () => {
      await preStop();
      return { status: 'stopped' };
    });
  }
  return app;
}

function unready(statuses: readonly ConnectorStatus[]): string[] {
  return statuses.flatMap(({ name, tasks }) => {
    if (tasks.some(({ state }) => state === 'running')) return [];
    const failed = tasks.find(({ restart }) => restart !== undefined) ?? tasks.find(({ state }) => state === 'failed');
    if (failed?.failure === undefined) return [`connector ${name}: no task is running yet`];
    const { failure, restart } = failed;
    const next = restart && `; attempt ${restart.attempt} to start it again: ${new Date(restart.atMs).toISOString()}`;
    return [`connector ${name}: failed: ${failure.code}: ${failure.message}${next ?? ''}`];
  });
}

/** Failed tasks that are started again by themselves, and when: a connector whose other tasks run is ready all the same. */
function restarts(statuses: readonly ConnectorStatus[]) {
  return statuses.flatMap(({ name, tasks }) =>
    tasks.flatMap(({ id, failure, restart }) =>
      restart === undefined
        ? []
        : [
            {
              connector: name,
              task: id,
              reason: failure?.code,
              attempt: restart.attempt,
              nextTry: new Date(restart.atMs).toISOString(),
            },
          ],
    ),
  );
}
