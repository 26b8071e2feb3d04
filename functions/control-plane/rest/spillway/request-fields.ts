/** Fields of requests to routes of ours, read by their schema. What is wrong is told by the field's name; what was sent is never repeated. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ZONED_TIME_EXPECTED, zonedTime } from '../../../../shared/zoned-time.ts';
import { Refused } from '../../refused.ts';
import { queryText } from '../query.ts';

/** @throws Refused 400 that names every field that is wrong */
export function readBody<T>(schema: z.ZodObject<z.ZodRawShape> & z.ZodType<T>, body: unknown): T {
  return read(schema, body ?? {});
}

/** The first value of each parameter counts; parameters that the schema does not have are let be, as in Kafka Connect.
 *  @throws Refused 400 that names every parameter that is wrong */
export function readQuery<T>(schema: z.ZodObject<z.ZodRawShape> & z.ZodType<T>, request: FastifyRequest): T {
  const given = Object.keys(schema.shape).flatMap((name) => {
    const text = queryText(request, name);
    return text === undefined ? [] : [[name, text] as const];
  });
  return read(schema, Object.fromEntries(given));
}

function read<T>(schema: z.ZodObject<z.ZodRawShape> & z.ZodType<T>, given: unknown): T {
  const { data, error } = schema.safeParse(given);
  if (error === undefined) return data;
  throw new Refused(400, error.issues.map((issue) => problem(issue, Object.keys(schema.shape))).join('; '));
}

function problem({ code, path: [field], message }: z.core.$ZodIssue, known: readonly string[]): string {
  if (code === 'unrecognized_keys') {
    const where = field === undefined ? 'The body' : String(field);
    return `${where} has fields that are not known here; known are ${known.join(', ')}`;
  }
  if (field === undefined) return 'The body must be a JSON object';
  return `${String(field)}: ${message}`;
}

/** Of a query: a whole number as text. */
export function numberText(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,16}$/, expected(min, max))
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected(min, max));
}

/** Of a body. */
export function wholeNumber(min: number, max: number) {
  return z.number(expected(min, max)).int(expected(min, max)).min(min, expected(min, max)).max(max, expected(min, max));
}

/** Of a query: epoch ms, or an ISO time with its zone. */
export const timeText = z.string().transform((text, context): number => {
  const time = /^\d{1,15}$/.test(text) ? Number(text) : zonedTime(text);
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: `expected epoch milliseconds, or ${ZONED_TIME_EXPECTED}` });
  return z.NEVER;
});

function expected(min: number, max: number): string {
  return `expected a whole number from ${min} to ${max}`;
}
