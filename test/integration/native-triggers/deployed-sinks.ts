/** Our sinks as functions with a target each: their environment, and what is written there. */
import type { StartedMaxCompute } from '../../helpers/maxcompute.ts';
import type { SearchForTests } from '../../helpers/search.ts';
import { BUCKET, type OssSetup } from '../oss-sink/oss-setup.ts';

type Environment = Readonly<Record<string, string>>;

/** A record as the target holds it. */
export interface Stored {
  readonly topic: string;
  readonly offset: number;
  /** Null when it has none. */
  readonly key: string | null;
  /** Text; null for a tombstone. */
  readonly value: string | null;
  /** As the envelope shows them. */
  readonly headers: unknown;
}

/** A deployed sink and its target. */
export interface DeployedSink {
  readonly environment: Environment;
  /** What it makes of tombstones. */
  readonly tombstones: 'written' | 'dropped';
  /** Variables under which it refuses the record `bad`, and the code that it gives. */
  readonly strict: Environment;
  readonly bad: { readonly key: string; readonly value: string; readonly code: string };
  /** All that lies at the target, in no order. */
  stored(): Promise<readonly Stored[]>;
}

function variables(settings: Readonly<Record<string, string>>): Environment {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key.toUpperCase().replaceAll('.', '_'), value]),
  );
}

/** Signs with the credentials of the function's role, which come with each call. */
export function ossSink(oss: OssSetup): DeployedSink {
  return {
    environment: {
      OSS_ENDPOINT: oss.server.endpoint,
      OSS_REGION: oss.server.region,
      OSS_BUCKET: BUCKET,
      OSS_FORMAT: 'jsonl',
      OSS_OUTPUT_FIELDS: 'topic,offset,key,value,overflowFlag,headers',
    },
    tombstones: 'written',
    strict: { OSS_OBJECT_KEY_TEMPLATE: '{topic}/{key}/{partition}/{offset}' },
    bad: { key: '..', value: '{"pieces":1}', code: 'OSS_BAD_OBJECT_NAME' },
    stored: async () => {
      const lines = (await oss.objects()).flatMap(({ body }) => body.toString().trimEnd().split('\n'));
      return lines
        .map((line) => JSON.parse(line) as Pick<Stored, 'topic' | 'offset' | 'headers'> & Partial<Stored>)
        .map(({ topic, offset, key = null, value = null, headers }) => ({ topic, offset, key, value, headers }));
    },
  };
}

/** A document has the members of the value, and the rest as metadata. */
export function elasticsearchSink(search: SearchForTests, index: string): DeployedSink {
  return {
    environment: {
      ...variables(search.settings),
      ELASTICSEARCH_INDEX: index,
      ELASTICSEARCH_INCLUDE_METADATA: 'topic,offset,key,headers',
    },
    tombstones: 'dropped',
    strict: {},
    bad: { key: 'k', value: 'no json', code: 'VALUE_NOT_JSON' },
    stored: async () =>
      (await search.documents(index)).map(({ _source }) => {
        const { kafka, ...value } = _source as { readonly kafka: Omit<Stored, 'value' | 'key'> & Partial<Stored> };
        const { topic, offset, key = null, headers } = kafka;
        return { topic, offset, key, value: JSON.stringify(value), headers };
      }),
  };
}

export function maxcomputeSink({ server, settings, table }: StartedMaxCompute): DeployedSink {
  server.runSql(
    'CREATE TABLE IF NOT EXISTS strict_orders (`offset` BIGINT, pieces BIGINT) PARTITIONED BY (pt STRING);',
  );
  return {
    environment: variables(settings),
    tombstones: 'written',
    strict: { MAXCOMPUTE_TABLE: 'strict_orders', MAXCOMPUTE_FORMAT: 'FLATTEN', MAXCOMPUTE_MODE: 'VALUE' },
    bad: { key: 'k', value: '{"pieces":"many"}', code: 'MAXCOMPUTE_BAD_VALUE' },
    stored: async () =>
      server.rows(table).map(({ topic, offset, key, value, headers }) => ({
        topic: String(topic),
        offset: Number(offset),
        key: (key ?? null) as string | null,
        value: (value ?? null) as string | null,
        headers: JSON.parse(String(headers)) as unknown,
      })),
  };
}
