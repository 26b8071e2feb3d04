/** `/spillway/connectors/{connector}/test`: sends a test record and follows it. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { refusing } from '../../inspect/refusal-of.ts';
import type { TestAnswer } from '../../inspect/test-outcome.ts';
import type { TestAsked, TestRecords } from '../../inspect/test-records.ts';
import type { Turns } from '../../inspect/turns.ts';
import { Refused } from '../../refused.ts';
import type { ConnectorPath } from '../connectors.ts';
import { failure, operation } from '../operation.ts';
import { numberText, readBody, readQuery, wholeNumber } from './request-fields.ts';
import type { SetupOf } from './setup-of.ts';
import { spillwayShape } from './shapes.ts';

const MOST_WAIT_MS = 30_000;
const encoding = z.enum(['utf8', 'base64']).default('utf8');
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const body = z.strictObject({
  topic: z.string().exactOptional(),
  partition: wholeNumber(0, 1_000_000).exactOptional(),
  key: z.string().nullable().exactOptional(),
  keyEncoding: encoding,
  // It was JSON before it came here.
  value: z.unknown().optional(),
  valueEncoding: encoding,
  headers: z.record(z.string(), z.string().nullable()).default({}),
  timeoutMs: wholeNumber(0, MOST_WAIT_MS).default(10_000),
});
const query = z.object({
  topic: z.string(),
  partition: numberText(0, 1_000_000),
  offset: numberText(0, Number.MAX_SAFE_INTEGER),
  timeoutMs: numberText(0, MOST_WAIT_MS).default(0),
});

const ENCODING = { type: 'string', enum: ['utf8', 'base64'], description: 'Default: utf8.' } as const;
const PENDING = {
  description: 'It is not known yet: the message says what it waits for, and `ask` where to ask again.',
  schema: spillwayShape('TestAnswer'),
};

const send = operation({
  access: { needs: 'operator', connectorParam: 'connector' },
  tag: 'spillway',
  summary: 'Send a test record to a source topic, and follow it to the target',
  description:
    'It is a real record, marked by the header spillway.test: everybody who reads the topic reads it, and the target has it afterwards.',
  body: {
    type: 'object',
    additionalProperties: false,
    properties: {
      topic: { type: 'string', description: 'Needed where the connector reads several topics, or a pattern.' },
      partition: { type: 'integer', minimum: 0, description: 'Default: by the key.' },
      key: { type: ['string', 'null'], description: 'Default: spillway-test.' },
      keyEncoding: ENCODING,
      value: {
        description: 'Text as it is, null for a tombstone, anything else as JSON text. Default: a small JSON object.',
      },
      valueEncoding: ENCODING,
      headers: { type: 'object', additionalProperties: { type: ['string', 'null'] } },
      timeoutMs: {
        type: 'integer',
        minimum: 0,
        maximum: MOST_WAIT_MS,
        description: 'How long to wait. Default: 10000.',
      },
    },
  },
  answers: {
    200: { description: 'What became of it.', schema: spillwayShape('TestAnswer') },
    202: PENDING,
    404: failure('There is no such connector, or no such topic.'),
  },
});

const look = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: 'spillway',
  summary: 'What became of a test record that was sent before',
  query: {
    topic: { type: 'string', description: 'Required.' },
    partition: { type: 'integer', minimum: 0, description: 'Required.' },
    offset: { type: 'integer', minimum: 0, description: 'Required.' },
    timeoutMs: { type: 'integer', minimum: 0, maximum: MOST_WAIT_MS, description: 'How long to wait. Default: 0.' },
  },
  answers: {
    200: { description: 'What became of it.', schema: spillwayShape('TestAnswer') },
    202: PENDING,
    404: failure('There is no such connector, or no test record at that place.'),
  },
});

export function testRecordRoutes(
  app: FastifyInstance,
  deps: { readonly tests: Pick<TestRecords, 'send' | 'look'>; readonly setupOf: SetupOf; readonly turns: Turns },
): void {
  const { tests, setupOf, turns } = deps;
  app.post<ConnectorPath>('/spillway/connectors/:connector/test', send, async (request, reply) => {
    const { timeoutMs, ...asked } = readBody(body, request.body);
    const wanted = askedFor(asked);
    const setup = setupOf(request.params.connector);
    const answer = await turns.take(() => refusing(() => tests.send(setup, wanted, timeoutMs)));
    return reply.code(statusOf(answer)).send(answer);
  });
  app.get<ConnectorPath>('/spillway/connectors/:connector/test', look, async (request, reply) => {
    const { timeoutMs, ...place } = readQuery(query, request);
    const setup = setupOf(request.params.connector);
    const answer = await turns.take(() => refusing(() => tests.look(setup, place, timeoutMs)));
    return reply.code(statusOf(answer)).send(answer);
  });
}

function askedFor(given: Omit<z.infer<typeof body>, 'timeoutMs'>): TestAsked {
  const { topic, partition, key, keyEncoding, value, valueEncoding, headers } = given;
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(partition === undefined ? {} : { partition }),
    ...(key === undefined ? {} : { key: key === null ? null : textBytes('key', key, keyEncoding) }),
    ...(value === undefined ? {} : { value: bytesOf(value, valueEncoding) }),
    headers: Object.entries(headers).map(([name, text]) => ({
      key: name,
      value: text === null ? null : Buffer.from(text),
    })),
  };
}

function bytesOf(value: unknown, encoded: 'utf8' | 'base64'): Buffer | null {
  if (value === null) return null;
  if (typeof value === 'string') return textBytes('value', value, encoded);
  try {
    return Buffer.from(JSON.stringify(value));
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new Refused(400, 'value: is nested too deeply; send it as text');
    throw thrown;
  }
}

/** @throws Refused 400 for what is called base64 and is not */
function textBytes(field: string, text: string, encoded: 'utf8' | 'base64'): Buffer {
  if (encoded === 'base64' && !BASE64.test(text)) throw new Refused(400, `${field}: expected base64`);
  return Buffer.from(text, encoded);
}

function statusOf({ outcome }: TestAnswer): 200 | 202 {
  return outcome === 'pending' ? 202 : 200;
}
