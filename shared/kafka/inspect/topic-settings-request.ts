/** Settings of topics and brokers (DescribeConfigs, Kafka 1.1 and newer). */
import type { WireRequest } from '../broker-connection.ts';
import { FieldReader, field } from './wire-fields.ts';

export const DESCRIBE_CONFIGS_API_KEY = 32;
const VERSION = 1;
const TOPIC = 2;
const BROKER = 4;

const METADATA_MAX_BYTES = 'offset.metadata.max.bytes';
/** The settings of topics that somebody here looks at. */
const SETTINGS = ['cleanup.policy', 'max.message.bytes', 'min.insync.replicas', 'retention.ms'] as const;

/** Values by setting, as text; absent where the broker did not tell. */
export type TopicSettings = Readonly<Partial<Record<(typeof SETTINGS)[number], string>>>;

/** Answers settings by topic; a topic that the broker refuses to describe is absent. */
export function topicSettingsRequest(topics: readonly string[]): WireRequest<Map<string, TopicSettings>> {
  return describeConfigs(TOPIC, topics, SETTINGS, decodeSettings);
}

/** Answers `offset.metadata.max.bytes` of the broker that is asked, which need not be known: it tells its own settings and refuses those of
 *  the others. `undefined` when it may not be told, or is not among `nodeIds`. */
export function metadataMaxBytesRequest(nodeIds: readonly number[]): WireRequest<number | undefined> {
  return describeConfigs(BROKER, nodeIds.map(String), [METADATA_MAX_BYTES], (reader) => {
    const [own] = decodeSettings(reader).values();
    const value = own?.[METADATA_MAX_BYTES];
    return value === undefined ? undefined : Number(value);
  });
}

function describeConfigs<T>(
  type: number,
  names: readonly string[],
  settings: readonly string[],
  decode: (reader: FieldReader) => T,
): WireRequest<T> {
  const asked = field.array(settings.map((name) => field.string(name)));
  const resources = names.map((name) => Buffer.concat([field.int8(type), field.string(name), asked]));
  return {
    apiKey: DESCRIBE_CONFIGS_API_KEY,
    name: 'DescribeConfigs',
    version: VERSION,
    // Without synonyms: where a value comes from does not matter here.
    body: Buffer.concat([field.array(resources), field.boolean(false)]),
    decode: (payload) => decode(new FieldReader(payload)),
  };
}

function decodeSettings(reader: FieldReader): Map<string, Readonly<Record<string, string>>> {
  // The time by which the broker holds back the next answer.
  reader.int32();
  const described = reader.array(() => {
    const errorCode = reader.int16();
    // The broker's sentence, and the type of the resource.
    reader.string();
    reader.int8();
    const name = reader.string();
    const settings = Object.fromEntries(reader.array(() => decodeSetting(reader)));
    return { name, errorCode, settings };
  });
  return new Map(described.filter(({ errorCode }) => errorCode === 0).map(({ name, settings }) => [name, settings]));
}

function decodeSetting(reader: FieldReader): readonly [name: string, value: string] {
  const name = reader.string();
  const value = reader.string();
  // Read-only, source, sensitive, and synonyms, which were not asked for.
  reader.boolean();
  reader.int8();
  reader.boolean();
  reader.array(() => [reader.string(), reader.string(), reader.int8()]);
  return [name, value];
}
