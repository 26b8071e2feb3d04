/** `/connectors`: which there are; create and delete them. */
import type { FastifyInstance } from 'fastify';

import type { ControlPlane } from '../control-plane.ts';
import { Refused } from '../refused.ts';
import { createRequest } from './create-request.ts';
import { locationOf } from './location.ts';
import { failure, operation } from './operation.ts';
import { assertMay, maySee } from './permission.ts';
import { queryFlag, queryTexts } from './query.ts';
import { shape } from './shapes.ts';

const TAG = 'connectors';

export interface ConnectorPath {
  readonly Params: { readonly connector: string };
}

const list = operation({
  access: { needs: 'viewer' },
  tag: TAG,
  summary: 'Names of the connectors; with `expand` what is known of each',
  query: {
    expand: {
      type: 'array',
      items: { type: 'string', enum: ['info', 'status'] },
      description: 'Given once for each: `?expand=info&expand=status`.',
    },
  },
  answers: {
    200: {
      description: 'Names, or by name what `expand` asks for.',
      schema: { anyOf: [shape('Names'), shape('Connectors')] },
    },
  },
});

const create = operation({
  access: { needs: 'admin', connectorInBody: true },
  tag: TAG,
  summary: 'Create a connector',
  description: '`initial_state` in any case; RUNNING where it is not given.',
  body: shape('CreateConnector'),
  reads: 'json-texts',
  answers: {
    201: { description: 'Created; `Location` says where.', schema: shape('ConnectorInfo') },
    409: failure('It exists already.'),
  },
});

const read = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: TAG,
  summary: 'A connector, its configuration and its tasks',
  answers: {
    200: { description: 'The connector.', schema: shape('ConnectorInfo') },
    404: failure('There is no such connector.'),
  },
});

const remove = operation({
  access: { needs: 'admin', connectorParam: 'connector' },
  tag: TAG,
  summary: 'Delete a connector',
  description: 'What it wrote stays. Its consumer group stays too, unless `cleanGroup=true`.',
  query: { cleanGroup: { type: 'boolean', description: 'Also delete the consumer group with its offsets.' } },
  answers: {
    204: { description: 'Deleted.' },
    404: failure('There is no such connector.'),
    409: failure('Its group is that of others too, or has members that do not go; with `cleanGroup` only.'),
  },
});

export function connectorRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get('/connectors', list, async (request) => {
    const names = plane.connectors().filter((name) => maySee(request, name));
    const expansions = queryTexts(request, 'expand');
    if (expansions.length === 0) return names;
    return Object.fromEntries(names.flatMap((name) => expanded(plane, name, expansions)));
  });
  app.post('/connectors', create, async (request, reply) => {
    const { name, config, initial } = createRequest(request.body);
    request.auditedConnector = name;
    assertMay(request, 'admin', name);
    const info = await plane.create(name, config, initial);
    return reply.code(201).header('location', locationOf(request, name)).send(info);
  });
  app.get<ConnectorPath>('/connectors/:connector', read, async ({ params }) => plane.info(params.connector));
  app.delete<ConnectorPath>('/connectors/:connector', remove, async (request, reply) => {
    await plane.remove(request.params.connector, queryFlag(request, 'cleanGroup'));
    return reply.code(204).send();
  });
}

/** Left out when it is gone, or nothing is known of it yet. Unknown expansions add nothing. Source: `ConnectorsResource.listConnectors`. */
function expanded(plane: ControlPlane, name: string, expansions: readonly string[]): [string, object][] {
  try {
    const info = expansions.includes('info') && { info: plane.info(name) };
    const status = expansions.includes('status') && { status: plane.status(name) };
    return [[name, { ...status, ...info }]];
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.status === 404) return [];
    throw thrown;
  }
}
