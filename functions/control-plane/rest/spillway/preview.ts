/** `/spillway/connectors/{connector}/preview`: what a connector would do with real records. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ZONED_TIME_EXPECTED, zonedTime } from '../../../../shared/zoned-time.ts';
import type { Inspector, PreviewStart } from '../../inspect/inspector.ts';
import { refusing } from '../../inspect/refusal-of.ts';
import type { Turns } from '../../inspect/turns.ts';
import type { ConnectorPath } from '../connectors.ts';
import { failure, operation } from '../operation.ts';
import { numberText, readQuery } from './request-fields.ts';
import type { SetupOf } from './setup-of.ts';
import { spillwayShape } from './shapes.ts';

/** Records are up to a megabyte each, and are held while the answer is made. */
const MOST_RECORDS = 20;
const MOST_HEAD_BYTES = 100_000;

const from = z.string().transform((text, context): PreviewStart => {
  if (text === 'earliest' || text === 'latest') return text;
  if (/^\d{1,15}$/.test(text)) return { offset: Number(text) };
  const time = zonedTime(text);
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: `expected earliest, latest, an offset, or ${ZONED_TIME_EXPECTED}` });
  return z.NEVER;
});
const partition = z
  .string()
  .regex(/^.+-\d{1,9}$/, 'expected TOPIC-PARTITION such as orders-0')
  .transform((text) => {
    const at = text.lastIndexOf('-');
    return { topic: text.slice(0, at), partition: Number(text.slice(at + 1)) };
  });
const query = z.object({
  records: numberText(1, MOST_RECORDS).default(5),
  partition: partition.exactOptional(),
  from: from.default('latest'),
  head: numberText(0, MOST_HEAD_BYTES).default(1_000),
});

const preview = operation({
  access: { needs: 'operator', connectorParam: 'connector' },
  tag: 'spillway',
  summary: 'What a connector would do with real records',
  description:
    'Reads records, and says of each whether it would be written and why not, its envelope, and the requests that would be sent. Sends, writes and commits nothing, and joins no group. It shows records, so it needs the role operator.',
  query: {
    records: { type: 'integer', minimum: 1, maximum: MOST_RECORDS, description: 'How many. Default: 5.' },
    partition: { type: 'string', description: 'Of this partition only, such as orders-0.' },
    from: {
      type: 'string',
      description: 'earliest, latest (the last records), an offset, or an ISO time. Default: latest.',
    },
    head: {
      type: 'integer',
      minimum: 0,
      maximum: MOST_HEAD_BYTES,
      description: 'How many bytes are shown of each body; a longer envelope is left out. Default: 1000.',
    },
  },
  answers: {
    200: { description: 'The preview.', schema: spillwayShape('Preview') },
    404: failure('There is no such connector, or a topic that it reads is missing.'),
  },
});

export function previewRoutes(
  app: FastifyInstance,
  deps: { readonly inspector: Pick<Inspector, 'preview'>; readonly setupOf: SetupOf; readonly turns: Turns },
): void {
  const { inspector, setupOf, turns } = deps;
  app.get<ConnectorPath>('/spillway/connectors/:connector/preview', preview, async (request) => {
    const { records: count, head: headBytes, ...asked } = readQuery(query, request);
    const setup = setupOf(request.params.connector);
    return await turns.take(() => refusing(() => inspector.preview(setup, { count, headBytes, ...asked })));
  });
}
