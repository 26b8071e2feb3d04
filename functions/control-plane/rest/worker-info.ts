/** What a worker says of itself: `/`, `/health`, `/metrics`. */
import type { FastifyInstance } from 'fastify';

import { METRICS_TYPE } from '../../../shared/worker-answers.ts';
import type { ControlPlane } from '../control-plane.ts';
import { operation } from './operation.ts';
import { shape } from './shapes.ts';

const TAG = 'worker';

const root = operation({
  access: { needs: 'viewer' },
  tag: TAG,
  summary: 'Version of the worker and id of its Kafka cluster',
  answers: { 200: { description: 'The worker.', schema: shape('Cluster') } },
});

const health = operation({
  access: { needs: 'viewer' },
  tag: TAG,
  summary: 'Whether this worker can be asked',
  description: 'As KIP-1017.',
  answers: {
    200: { description: 'It can.', schema: shape('Health') },
    503: { description: 'It cannot, and says why.', schema: shape('Health') },
  },
});

const metrics = operation({
  access: { needs: 'viewer', ofAll: true },
  tag: TAG,
  summary: 'Metrics of this worker in the text format of Prometheus',
  answers: { 200: { description: 'The metrics.', schema: { type: 'string' }, type: METRICS_TYPE } },
});

export function workerInfoRoutes(app: FastifyInstance, plane: ControlPlane, render: () => Promise<string>): void {
  app.get('/', root, async () => plane.cluster());
  app.get('/health', health, async (_request, reply) => {
    const { healthy, message } = plane.health();
    return reply.code(healthy ? 200 : 503).send({ status: healthy ? 'healthy' : 'unhealthy', message });
  });
  const options = { ...metrics, config: { ...metrics.config, anyType: true } } as const;
  app.get('/metrics', options, async (_request, reply) => reply.type(METRICS_TYPE).send(await render()));
}
