/** Answers of two workers made comparable: what must be equal stays, of the rest the kind. */

type Json = unknown;
type Fields = Readonly<Record<string, Json>>;

/** Whose values are those of a run. */
const OF_THE_RUN = new Set(['worker_id', 'version', 'commit', 'kafka_cluster_id', 'last_modified', 'trace']);

/** @param path of the request, with its query */
export function comparable(path: string, body: Json): Json {
  const [route = ''] = path.split('?');
  if (isFields(body) && 'error_code' in body) return body;
  if (/^\/connectors\/?$/.test(route)) return connectors(body);
  if (/\/offsets$/.test(route)) return offsets(body);
  if (/\/tasks$/.test(route)) return tasks(body);
  if (/^\/connector-plugins\/?$/.test(route)) return kinds(body);
  if (/\/config\/validate$/.test(route)) return validation(body);
  if (/^\/connector-plugins\/[^/]+\/config$/.test(route)) return kinds(body);
  if (/^\/admin\/loggers$/.test(route)) return isFields(body) ? kinds(Object.values(body)) : body;
  if (/^\/admin\/loggers\//.test(route) && Array.isArray(body)) return kinds(body);
  return withoutRun(body);
}

/** Names are in no order. */
function connectors(body: Json): Json {
  if (Array.isArray(body)) return [...body].sort();
  return withoutRun(body);
}

function offsets(body: Json): Json {
  if (!isFields(body) || !Array.isArray(body['offsets'])) return body;
  return { offsets: body['offsets'].map((entry) => canonical(entry)).sort() };
}

/** Ours have no class of their own. */
function tasks(body: Json): Json {
  if (!Array.isArray(body)) return body;
  return body.map(({ id, config: { 'task.class': _, ...config } }) => ({ id, config }));
}

/** What validate says: its fields, the kinds of their parts, and which keys are wrong. */
function validation(body: Json): Json {
  if (!isFields(body) || !Array.isArray(body['configs'])) return body;
  const configs = body['configs'] as readonly {
    definition: Json;
    value: { name: string; errors: readonly string[] };
  }[];
  return {
    name: body['name'],
    keys: Object.keys(body).sort(),
    definitions: kinds(configs.map(({ definition }) => definition).filter((definition) => definition !== null)),
    values: kinds(configs.map(({ value }) => value)),
  };
}

/** Names of the keys that an answer of validate finds fault with. */
export function wrongKeys(body: Json): readonly string[] {
  if (!isFields(body) || !Array.isArray(body['configs'])) return [];
  const values = (body['configs'] as { value: { name: string; errors: readonly string[] } }[]).map(
    ({ value }) => value,
  );
  return values.filter(({ errors }) => errors.length > 0).map(({ name }) => name);
}

/** The different kinds of things in a list: their fields. */
function kinds(body: Json): Json {
  if (!Array.isArray(body)) return body;
  return [...new Set(body.map((entry) => (isFields(entry) ? fieldNames(entry) : typeof entry)))].sort();
}

/** `order` is in those of Kafka Connect that have one. */
function fieldNames(entry: Fields): string {
  return Object.keys(entry)
    .filter((name) => name !== 'order')
    .sort()
    .join();
}

function withoutRun(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutRun);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, OF_THE_RUN.has(key) ? `(${key})` : withoutRun(part)]),
  );
}

function canonical(value: Json): string {
  if (!isFields(value)) return JSON.stringify(value);
  const parts = Object.keys(value).sort();
  return `{${parts.map((key) => `${key}:${canonical(value[key])}`).join()}}`;
}

function isFields(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
