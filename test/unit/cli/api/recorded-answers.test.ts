import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { answerOf } from '../../../../cli/api/answer-shape.ts';
import * as shapes from '../../../../cli/api/connect-shapes.ts';

/** What a worker of Kafka Connect answered. */
interface Recorded {
  readonly id: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly response: { readonly status: number; readonly body: unknown };
}

const recorded = readFileSync(join(import.meta.dirname, '../../../fixtures/connect/rest-golden.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Recorded);

const READ: readonly (readonly [what: string, request: RegExp, shape: z.ZodType])[] = [
  ['the cluster', /^GET \/$/, shapes.cluster],
  ['connectors', /^GET \/connectors\?expand=(info|status)/, shapes.expandedConnectors],
  ['a connector', /^(GET|POST|PUT|PATCH) \/connectors(\/[^/]+(\/config)?)?$/, shapes.connectorInfo],
  ['a status', /^GET \/connectors\/[^/]+\/status$/, shapes.connectorStatus],
  // Of sinks: those of a source are whatever it likes.
  ['offsets', /^GET \/connectors\/(?!src)[^/]+\/offsets$/, shapes.connectorOffsets],
  ['changed offsets', /^(PATCH|DELETE) \/connectors\/[^/]+\/offsets$/, shapes.offsetsMessage],
  ['topics', /^GET \/connectors\/[^/]+\/topics$/, shapes.activeTopics],
  ['plugins', /^GET \/connector-plugins$/, shapes.plugins],
  ['keys', /^GET \/connector-plugins\/[^/]+\/config$/, shapes.keyInfos],
  ['a validation', /^PUT \/connector-plugins\/[^/]+\/config\/validate$/, shapes.validation],
  ['loggers', /^GET \/admin\/loggers$/, shapes.loggers],
  ['a logger', /^GET \/admin\/loggers\/[^/]+$/, shapes.loggerLevel],
  ['changed loggers', /^PUT \/admin\/loggers\/[^/]+$/, shapes.changedLoggers],
];

describe('answers of a worker of Kafka Connect', () => {
  it.each(READ)('%s', (_what, request, shape) => {
    const answers = recorded.filter(({ request: { method, path }, response: { status, body } }) => {
      const isConfig = method === 'GET' && path.endsWith('/config') && path.startsWith('/connectors/');
      const isNames = method === 'GET' && path === '/connectors';
      return [200, 201].includes(status) && body !== null && request.test(`${method} ${path}`) && !isConfig && !isNames;
    });
    expect(answers.length).toBeGreaterThan(0);
    for (const { id, response } of answers)
      expect(() => answerOf(shape, response.body, id, 'recorded'), id).not.toThrow();
  });
});
