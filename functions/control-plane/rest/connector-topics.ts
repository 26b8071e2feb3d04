/** `/connectors/{connector}/topics`: which topics its tasks were seen to read. */
import type { FastifyInstance } from 'fastify';

import type { ControlPlane } from '../control-plane.ts';
import type { ConnectorPath } from './connectors.ts';
import { operation } from './operation.ts';
import { shape } from './shapes.ts';

const TAG = 'connectors';

const list = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Topics that a connector was seen to read',
  description: 'Of a connector that is not there: none.',
  answers: { 200: { description: 'By the name of the connector.', schema: shape('Topics') } },
});

const reset = operation({
  access: { needs: 'operator', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Forget which topics a connector was seen to read',
  answers: { 202: { description: 'Forgotten.' } },
});

export function connectorTopicRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get<ConnectorPath>('/connectors/:connector/topics', list, async ({ params: { connector } }) => ({
    [connector]: { topics: plane.topics(connector) },
  }));
  app.put<ConnectorPath>('/connectors/:connector/topics/reset', reset, async ({ params }, reply) => {
    await plane.resetTopics(params.connector);
    return reply.code(202).send();
  });
}
