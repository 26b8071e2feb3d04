/** Random requests made from an OpenAPI document: some as it describes them, most not quite. */
import fc from 'fast-check';
import { type ApiDocument, type ApiRoute, type JsonSchema, resolved, routesOf } from './document.ts';

export interface FuzzRequest {
  readonly method: string;
  /** Encoded, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** What it was made from. */
  readonly route: ApiRoute;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  /** Values that path parameters have now and then, by name. */
  readonly known: Readonly<Record<string, readonly string[]>>;
  /** Values that keys of a configuration have now and then. */
  readonly config: Readonly<Record<string, readonly unknown[]>>;
  /** Configurations that are all right. */
  readonly valid: readonly object[];
  readonly authorizations: readonly (string | undefined)[];
}

/** Longer waits are asked for by nobody in a hurry. */
const MOST_MS = 5;
const ODD = [
  '',
  ' ',
  '.',
  '\u0000',
  'é😀',
  '__proto__',
  'constructor',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '${env:PATH}',
  '${env:SPILLWAY_SECRET_KEY}',
  '${file:/etc/passwd:root}',
  'http://169.254.169.254/latest/',
  'a'.repeat(3_000),
  '9'.repeat(40),
];
const ODD_SEGMENTS = [
  '%2F',
  '%25',
  '%zz',
  '%',
  '%00',
  '%0d%0aX:%201',
  '..',
  '.',
  'a;b',
  'a+b',
  '%E9',
  '%F0%9F%98%80',
  ';',
  '@',
  '*',
];
const MALFORMED = [
  '{',
  '[',
  'null',
  '""',
  '"x"',
  '1e999',
  '{"a":1,}',
  '{"__proto__":{"x":1}}',
  '\ufeff{}',
  '[[[[[',
  'NaN',
  '{"name":',
];
const TYPES = [
  'application/json',
  'application/json;charset=utf-8',
  'text/plain',
  'application/x-www-form-urlencoded',
  'x',
  '/',
  '',
];
const ACCEPTS = [
  '*/*',
  'application/json',
  'text/html',
  'application/json;q=0',
  ';;,',
  'text/*;q=0.5, */*;q=0.1',
  'x'.repeat(2_000),
];

const oddText = fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'grapheme', maxLength: 20 }));

/** The same for the same seed and document. */
export function fuzzRequests(document: ApiDocument, options: FuzzOptions): readonly FuzzRequest[] {
  const request = fc
    .constantFrom(...routesOf(document))
    .chain((route) =>
      fc.record({
        method: often(fc.constant(route.method), fc.constantFrom('GET', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS')),
        path: pathOf(route, options),
        query: queryOf(document, route),
        headers: headersOf(options),
        body: bodyOf(document, route, options),
        route: fc.constant(route),
      }),
    )
    .map(({ path, query, headers: { type, ...others }, body, ...rest }) => {
      const isTyped = body !== undefined && type !== undefined;
      const headers = { ...others, ...(isTyped && { 'content-type': type }) };
      return { ...rest, path: `${path}${query}`, body, headers: given(headers) };
    });
  return fc.sample(request, { seed: options.seed, numRuns: options.count });
}

/** Mostly the first. */
function often<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 9): fc.Arbitrary<T> {
  return fc.oneof({ arbitrary: usual, weight }, { arbitrary: odd, weight: 1 });
}

function pathOf({ path }: ApiRoute, { known }: FuzzOptions): fc.Arbitrary<string> {
  const segments = path
    .split('/')
    .slice(1)
    .map((segment) => {
      const name = /^\{(.+)\}$/.exec(segment)?.[1];
      if (name === undefined) return fc.constant(segment);
      const odd = fc.oneof(fc.constantFrom(...ODD_SEGMENTS), oddText.map(encoded));
      return often(fc.constantFrom(...(known[name] ?? ['x'])), odd, 4);
    });
  const extra = fc.constantFrom('', '', '', '', '', '', '', '', '/', '//', '/x', '/..');
  return fc.tuple(...segments, extra).map((parts) => `/${parts.slice(0, -1).join('/')}${parts.at(-1)}`);
}

function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''))
    .slice(0, 2_000)
    .replace(/%.?$/, '');
}

function queryOf(document: ApiDocument, { operation }: ApiRoute): fc.Arbitrary<string> {
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const named = parameters.map(({ name, schema }) =>
    fc.option(often(anyValue(document, schema, name), oddText, 3).map((value) => [name, value] as const)),
  );
  const odd = fc.option(fc.tuple(oddText, oddText), { freq: 8 });
  return fc.tuple(odd, ...named).map((pairs) => {
    const set = pairs.filter((pair) => pair !== null);
    const texts = set.flatMap(([name, value]) =>
      [value].flat().map((one) => `${encoded(name)}=${encoded(String(one))}`),
    );
    return texts.length === 0 ? '' : `?${texts.join('&')}`;
  });
}

function headersOf({ authorizations }: FuzzOptions) {
  return fc.record({
    type: often(
      fc.constant<string | undefined>('application/json'),
      fc.option(fc.constantFrom(...TYPES), { nil: undefined }),
    ),
    accept: often(fc.constant('application/json'), fc.constantFrom(...ACCEPTS)),
    authorization: fc.constantFrom(...authorizations),
    'x-odd': fc.option(fc.constantFrom('x'.repeat(4_000), '%0d%0a', '${env:PATH}'), { nil: undefined, freq: 1 }),
  });
}

function given(headers: Readonly<Record<string, string | undefined | false>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function bodyOf(
  document: ApiDocument,
  { operation }: ApiRoute,
  options: FuzzOptions,
): fc.Arbitrary<Buffer | undefined> {
  const schema = operation.requestBody?.content['application/json']?.schema;
  const malformed = fc.oneof(
    fc.constantFrom(...MALFORMED).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
  );
  if (schema === undefined) return often(fc.constant(undefined), malformed, 3);
  const asDescribed = anyValue(document, schema, '', options).map((value) => Buffer.from(JSON.stringify(value)));
  const cut = fc.tuple(asDescribed, fc.double({ min: 0, max: 1, noNaN: true })).map(([body, part]) => {
    // A secret in a body that is cut may come to stand where it is none.
    return Buffer.from(body.toString().replaceAll('in-clear', '')).subarray(0, Math.floor(body.length * part));
  });
  return fc.oneof(
    { arbitrary: asDescribed, weight: 6 },
    { arbitrary: cut, weight: 2 },
    { arbitrary: malformed, weight: 2 },
  );
}

/** A value as the schema has it, or nearly. */
function anyValue(
  document: ApiDocument,
  given: JsonSchema,
  name: string,
  options?: FuzzOptions,
): fc.Arbitrary<unknown> {
  const schema = resolved(document, given);
  if (given['$ref'] === '#/components/schemas/GivenConfig' && options !== undefined) return configOf(options);
  const nested = (inner: unknown, key: string) => anyValue(document, inner as JsonSchema, key, options);
  const variants = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (variants !== undefined) return fc.oneof(...variants.map((variant) => nested(variant, name)));
  if (Array.isArray(schema['enum'])) return often(fc.constantFrom<unknown>(...schema['enum']), oddText);
  const [type] = [schema['type']].flat();
  switch (type) {
    case 'object': {
      const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
      const fields = Object.fromEntries(properties.map(([key, inner]) => [key, nested(inner, key)]));
      return often<unknown>(
        fc.record(fields, { requiredKeys: (schema['required'] ?? []) as string[] }),
        fc.jsonValue(),
      );
    }
    case 'array':
      return often<unknown>(fc.array(nested(schema['items'] ?? {}, name), { maxLength: 3 }), fc.jsonValue());
    case 'integer':
    case 'number':
      return name.endsWith('Ms')
        ? fc.integer({ min: -1, max: MOST_MS })
        : fc.oneof(fc.integer({ min: -1, max: 10 }), fc.constantFrom(1.5, 2 ** 53, '0', 'x'));
    case 'boolean':
      return fc.oneof(fc.boolean(), oddText);
    case 'string':
      return fc.oneof(fc.constantFrom(...(options?.known[name] ?? ['x'])), oddText);
    default:
      return fc.jsonValue();
  }
}

/** Half of them valid. */
function configOf({ config, valid }: FuzzOptions): fc.Arbitrary<unknown> {
  const keys = Object.fromEntries(Object.entries(config).map(([key, values]) => [key, fc.constantFrom(...values)]));
  const mixed = fc.record(keys, { requiredKeys: ['connector.class', 'topics'] });
  const odd = fc.tuple(mixed, oddText, fc.jsonValue()).map(([all, key, value]) => ({ ...all, [key]: value }));
  return fc.oneof(
    { arbitrary: fc.constantFrom(...valid), weight: 4 },
    { arbitrary: mixed, weight: 3 },
    { arbitrary: odd, weight: 1 },
  );
}
