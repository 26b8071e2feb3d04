/** `/connectors/{connector}/offsets`: how far a connector came, and moving it while it is STOPPED. */
import type { FastifyInstance } from 'fastify';

import type { ControlPlane } from '../control-plane.ts';
import type { ConnectorPath } from './connectors.ts';
import { offsetsRequest } from './offsets-request.ts';
import { failure, operation } from './operation.ts';
import { shape } from './shapes.ts';

const PATH = '/connectors/:connector/offsets';
const TAG = 'offsets';
const MISSING = failure('There is no such connector.');
const CHANGING = failure('Members of its group have not gone yet; try again.');

const read = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Committed offsets of a connector',
  answers: { 200: { description: 'One for each partition with a commit.', schema: shape('Offsets') }, 404: MISSING },
});

const alter = operation({
  access: { needs: 'admin', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Move offsets of a connector that is STOPPED',
  description: 'An `offset` of null resets that partition. Numbers may be texts.',
  body: shape('Offsets'),
  reads: 'json-texts',
  answers: { 200: { description: 'Moved.', schema: shape('Message') }, 404: MISSING, 409: CHANGING },
});

const reset = operation({
  access: { needs: 'admin', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Reset all offsets of a connector that is STOPPED',
  answers: { 200: { description: 'Reset.', schema: shape('Message') }, 404: MISSING, 409: CHANGING },
});

export function offsetRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get<ConnectorPath>(PATH, read, async ({ params }) => ({ offsets: await plane.offsets(params.connector) }));
  app.patch<ConnectorPath>(PATH, alter, async ({ params, body }) => ({
    message: await plane.alterOffsets(params.connector, offsetsRequest(body)),
  }));
  app.delete<ConnectorPath>(PATH, reset, async ({ params }) => ({
    message: await plane.resetOffsets(params.connector),
  }));
}
