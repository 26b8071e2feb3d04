/** What no answer may be, whatever was asked. */
import type { z } from 'zod';
import { SHAPES } from '../../../functions/control-plane/rest/shapes.ts';
import { SPILLWAY_SHAPES } from '../../../functions/control-plane/rest/spillway/shapes.ts';
import type { ApiDocument, JsonSchema } from './document.ts';
import type { FuzzRequest } from './requests.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const ALL_SHAPES: Readonly<Record<string, z.ZodType>> = { ...SHAPES, ...SPILLWAY_SHAPES };
/** What a status says of a task that failed: it is there to be read. */
const STATUS_TRACE = /"trace":"(?:[^"\\]|\\.)*"/g;
/** Places in code, as traces have them. */
const TRACE = /\n\s*at |node:internal|\.[cm]?[jt]s:\d+/;

/** What is wrong with the answer; none when it is right.
 *  @param secrets texts that no answer may hold */
export function faultsOf(
  document: ApiDocument,
  request: FuzzRequest,
  answer: FuzzAnswer,
  secrets: readonly string[],
): readonly string[] {
  const { status, headers, text } = answer;
  const everything = text + JSON.stringify(headers);
  const isRefusal = status >= 400;
  return [
    ...when(status >= 500, `status ${status}`),
    ...when(TRACE.test(everything.replace(STATUS_TRACE, '')), 'a stack trace'),
    ...secrets.filter((secret) => everything.includes(secret)).map((secret) => `the secret ${secret}`),
    ...when(isRefusal && request.method !== 'HEAD' && !isErrorMessage(answer), 'a refusal in another form'),
    ...(isAsked(request) ? undocumented(document, request, answer) : []),
  ];
}

/** Whether the path and method are still those that it was made from. */
function isAsked({ method, path, route }: FuzzRequest): boolean {
  const pattern = route.path.replace(/\{[^}]+\}/g, '[^/?]+');
  // Clients resolve dot segments before they send them.
  const hasDots = /\/\.{1,2}(?:\/|\?|$)/.test(path);
  return !hasDots && method === route.method && new RegExp(`^${pattern}/?(?:\\?|$)`).test(path);
}

function undocumented(document: ApiDocument, { route }: FuzzRequest, answer: FuzzAnswer): readonly string[] {
  const { status, headers, text } = answer;
  const documented = route.operation.responses[status];
  if (documented === undefined) {
    // A parameter that is no such thing makes it another path.
    return when(status !== 404, `the undocumented status ${status}`);
  }
  if (documented.content === undefined) return when(text !== '', 'a body where none is documented');
  const [type = '', media] = Object.entries(documented.content)[0] ?? [];
  const isTyped = String(headers['content-type']).split(';')[0] === type.split(';')[0];
  return [
    ...when(!isTyped, `content type ${headers['content-type']}, not ${type}`),
    ...when(
      type === 'application/json' && !isShaped(document, media?.schema ?? {}, text),
      'another shape than documented',
    ),
  ];
}

function isShaped(document: ApiDocument, schema: JsonSchema, text: string): boolean {
  const variants = (schema['anyOf'] as readonly JsonSchema[] | undefined) ?? [schema];
  return variants.some(({ $ref: ref }) => {
    const shape = typeof ref === 'string' ? ALL_SHAPES[ref.replace('#/components/schemas/', '')] : undefined;
    if (shape === undefined) return ref === undefined && document.paths !== undefined;
    const parsed = shape.safeParse(JSON.parse(text));
    // Fields that no shape has are dropped by the parser; so is a key that would change the object itself.
    if (text.includes('"__proto__"')) return parsed.success;
    return parsed.success && JSON.stringify(sorted(parsed.data)) === JSON.stringify(sorted(JSON.parse(text)));
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => [key, sorted(part)]);
}

function isErrorMessage({ status, text }: FuzzAnswer): boolean {
  try {
    const { error_code, message, ...rest } = JSON.parse(text) as Record<string, unknown>;
    return error_code === status && typeof message === 'string' && Object.keys(rest).length === 0;
  } catch {
    return false;
  }
}

function when(wrong: boolean, fault: string): readonly string[] {
  return wrong ? [fault] : [];
}
