/** `/connectors/{connector}/config`. */
import type { FastifyInstance } from 'fastify';

import type { ControlPlane } from '../control-plane.ts';
import type { ConnectorPath } from './connectors.ts';
import { givenConfig } from './given-config.ts';
import { locationOf } from './location.ts';
import { failure, operation } from './operation.ts';
import { shape } from './shapes.ts';

const PATH = '/connectors/:connector/config';
const TAG = 'connectors';
const MISSING = failure('There is no such connector.');

const read = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Configuration of a connector',
  description: 'Secrets are shown as the references that were given.',
  answers: { 200: { description: 'The configuration.', schema: shape('Config') }, 404: MISSING },
});

const put = operation({
  access: { needs: 'admin', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Replace the configuration of a connector, or create it',
  body: shape('GivenConfig'),
  reads: 'json-texts',
  answers: {
    200: { description: 'Replaced; its tasks start anew with it.', schema: shape('ConnectorInfo') },
    201: { description: 'Created; `Location` says where.', schema: shape('ConnectorInfo') },
  },
});

const patch = operation({
  access: { needs: 'admin', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Change single keys of a configuration',
  description: 'null removes a key.',
  body: shape('GivenConfig'),
  reads: 'json-texts',
  answers: {
    200: { description: 'Changed; its tasks start anew with it.', schema: shape('ConnectorInfo') },
    404: MISSING,
  },
});

export function connectorConfigRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get<ConnectorPath>(PATH, read, async ({ params }) => plane.info(params.connector).config);
  app.put<ConnectorPath>(PATH, put, async (request, reply) => {
    const { connector } = request.params;
    const { created, info } = await plane.put(connector, givenConfig(request.body, 'The body'));
    if (created) reply.code(201).header('location', locationOf(request, connector));
    return reply.send(info);
  });
  app.patch<ConnectorPath>(PATH, patch, async ({ params, body }) =>
    plane.patch(params.connector, givenConfig(body, 'The body')),
  );
}
