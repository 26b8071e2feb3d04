/** The OpenAPI document: made of the routes themselves, so that it has them all. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

import { operation } from './operation.ts';
import { SHAPES, shapeSchemas } from './shapes.ts';

const read = operation({
  access: { needs: 'viewer' },
  tag: 'spillway',
  summary: 'This document',
  answers: { 200: { description: 'OpenAPI 3.1.', schema: { type: 'object' } } },
});

/** Call it before the first route. Schemas of routes describe, and neither check what comes nor change what goes. */
export async function describeRoutes(app: FastifyInstance, version: string): Promise<void> {
  for (const schema of shapeSchemas(SHAPES)) app.addSchema(schema);
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Spillway worker',
        version,
        description: 'The REST API of Kafka Connect, and under /spillway what it does not have.',
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' }, user: { type: 'http', scheme: 'basic' } },
      },
      security: [{ token: [] }, { user: [] }, {}],
    },
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => ($id ? String($id) : `Shape${index}`) },
  });
  app.get('/spillway/openapi.json', read, async () => app.swagger());
}
