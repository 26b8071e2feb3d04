/** `/spillway/connectors/{connector}/errors`: what lies in the error topics. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Inspector } from '../../inspect/inspector.ts';
import { refusing } from '../../inspect/refusal-of.ts';
import type { Turns } from '../../inspect/turns.ts';
import type { ConnectorPath } from '../connectors.ts';
import { failure, operation } from '../operation.ts';
import { numberText, readQuery } from './request-fields.ts';
import type { SetupOf } from './setup-of.ts';
import { spillwayShape } from './shapes.ts';

const text = z.string().exactOptional();
const filters = z.object({ code: text, class: text, source: text, since: text, until: text, from: text, upTo: text });
const kindsQuery = z.object({ ...filters.shape, topic: text });
const rowsQuery = z.object({ ...kindsQuery.shape, limit: numberText(1, 1_000).default(20) });

/** Texts of the selection, as the command line has them. */
export const FILTERS = {
  code: { type: 'string', description: 'With this error code, such as VALUE_NOT_UTF8.' },
  class: { type: 'string', description: 'With this error class, such as RecordError.' },
  source: { type: 'string', description: 'That came from this topic, or TOPIC:PARTITION.' },
  since: { type: 'string', description: 'That went to the error topic at this ISO time or later.' },
  until: { type: 'string', description: 'That went there before this ISO time.' },
  from: { type: 'string', description: 'PARTITION:OFFSET of the error topic: from there on.' },
  upTo: { type: 'string', description: 'PARTITION:OFFSET of the error topic: up to and with that.' },
  topic: { type: 'string', description: 'This one of the error topics. Default: both.' },
} as const;
const MISSING = failure('There is no such connector, or no such error topic yet.');

const rows = operation({
  access: { needs: 'operator', connectorParam: 'connector' },
  tag: 'spillway',
  summary: 'Records of a connector in its error topics, the newest first',
  description:
    'It shows the beginning of keys, and messages of targets that may quote records, so it needs the role operator.',
  query: { ...FILTERS, limit: { type: 'integer', minimum: 1, maximum: 1_000, description: 'How many. Default: 20.' } },
  answers: { 200: { description: 'The records in short.', schema: spillwayShape('ErrorRows') }, 404: MISSING },
});

const kinds = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: 'spillway',
  summary: 'How many records of which error a connector has in its error topics',
  description: 'Reads all that are selected. Nothing of the records is shown.',
  query: FILTERS,
  answers: {
    200: { description: 'The kinds, the most frequent first.', schema: spillwayShape('ErrorKinds') },
    404: MISSING,
  },
});

export function errorRoutes(
  app: FastifyInstance,
  deps: {
    readonly inspector: Pick<Inspector, 'errors' | 'errorKinds'>;
    readonly setupOf: SetupOf;
    readonly turns: Turns;
  },
): void {
  const { inspector, setupOf, turns } = deps;
  app.get<ConnectorPath>('/spillway/connectors/:connector/errors', rows, async (request) => {
    const { connector } = request.params;
    const { topic, limit, ...filter } = readQuery(rowsQuery, request);
    const setup = setupOf(connector);
    const errors = await turns.take(() => refusing(() => inspector.errors(setup, topic, filter, limit)));
    return { connector, errors };
  });
  app.get<ConnectorPath>('/spillway/connectors/:connector/errors/summary', kinds, async (request) => {
    const { connector } = request.params;
    const { topic, ...filter } = readQuery(kindsQuery, request);
    const setup = setupOf(connector);
    return { connector, kinds: await turns.take(() => refusing(() => inspector.errorKinds(setup, topic, filter))) };
  });
}
