/** `/spillway/health`: whether the process works, and whether it can be asked. */
import type { FastifyInstance } from 'fastify';
import type { ControlPlane } from '../../control-plane.ts';
import type { Membership } from '../../inspect/cluster-view.ts';
import { operation } from '../operation.ts';
import { spillwayShape } from './shapes.ts';

export interface HealthDeps {
  readonly plane: Pick<ControlPlane, 'health'>;
  readonly membership: () => Membership | undefined;
}

const live = operation({
  access: { needs: 'open' },
  tag: 'spillway',
  summary: 'Whether the process works; needs no sign-in',
  answers: { 200: { description: 'It does.', schema: spillwayShape('Live') } },
});

const ready = operation({
  access: { needs: 'viewer' },
  tag: 'spillway',
  summary: 'Whether the worker can be asked and is given work',
  description: 'Connectors that fail do not count: another worker would fail with them just as well.',
  answers: {
    200: { description: 'It has read its topics and is a member of its group.', schema: spillwayShape('Ready') },
    503: { description: 'It has not, or is not; the reasons say which.', schema: spillwayShape('Ready') },
  },
});

export function healthRoutes(app: FastifyInstance, { plane, membership }: HealthDeps): void {
  // Probes of platforms ask for whatever they like.
  const anyone = { ...live, config: { ...live.config, anyType: true } } as const;
  app.get('/spillway/health/live', anyone, async () => ({ status: 'live' }));
  app.get('/spillway/health/ready', ready, async (_request, reply) => {
    const { healthy, message } = plane.health();
    const reasons = [
      ...(healthy ? [] : [message]),
      ...(membership() === undefined ? ["This worker is no member of the workers' group at this moment."] : []),
    ];
    const status = reasons.length === 0 ? 'ready' : 'not ready';
    return reply.code(reasons.length === 0 ? 200 : 503).send({ status, reasons });
  });
}
