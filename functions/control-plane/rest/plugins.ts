/** `/connector-plugins`: which sinks there are, their keys, and what is wrong with a configuration. */
import type { FastifyInstance } from 'fastify';

import type { ControlPlane } from '../control-plane.ts';
import { givenConfig } from './given-config.ts';
import { failure, operation } from './operation.ts';
import { queryText } from './query.ts';
import { shape } from './shapes.ts';

const TAG = 'plugins';

interface PluginPath {
  readonly Params: { readonly plugin: string };
}

const list = operation({
  access: { needs: 'viewer' },
  tag: TAG,
  summary: 'The plugins of this worker',
  query: { connectorsOnly: { type: 'boolean', description: 'Without effect: all plugins are connectors.' } },
  answers: { 200: { description: 'The plugins.', schema: shape('Plugins') } },
});

const keys = operation({
  access: { needs: 'viewer' },
  tag: TAG,
  summary: 'Keys of a plugin',
  query: { version: { type: 'string', description: 'A version of the plugin; there is but one.' } },
  answers: {
    200: { description: 'The definition of each key.', schema: shape('PluginConfig') },
    404: failure('There is no such plugin.'),
  },
});

const validate = operation({
  access: { needs: 'viewer' },
  tag: TAG,
  summary: 'What is wrong with a configuration, key by key',
  description: 'Changes nothing. A wrong configuration is a 200 with its errors; `error_count` says how many.',
  body: shape('GivenConfig'),
  reads: 'json-texts',
  answers: {
    200: {
      description: 'Every key with its definition, value, recommended values and errors.',
      schema: shape('ConfigInfos'),
    },
  },
});

export function pluginRoutes(app: FastifyInstance, plane: ControlPlane): void {
  app.get('/connector-plugins', list, async () => plane.plugins());
  app.get<PluginPath>('/connector-plugins/:plugin/config', keys, async (request) =>
    plane.pluginConfig(request.params.plugin, queryText(request, 'version')),
  );
  app.put<PluginPath>('/connector-plugins/:plugin/config/validate', validate, async ({ params, body }) =>
    plane.validate(params.plugin, givenConfig(body, 'The body')),
  );
}
