/** What the table is made of: topics, and ways to carry each. */
import type { CarryPlan } from '../measured/bench-worker.ts';
import { CODECS, type Codec } from '../topics/codecs.ts';
import { TEXTS, type ValueShape } from '../topics/values.ts';

export interface BenchTopic extends ValueShape {
  readonly name: string;
  readonly codec: Codec;
}

/** A way to carry a topic. */
export interface Way {
  readonly name: string;
  /** Undefined: plain kafkajs, which every other way is compared with. */
  readonly plan: ((target: TargetKeys) => CarryPlan) | undefined;
  /** Whether what reaches the target holds every value as it is, so that its bytes can be counted. */
  readonly wholeValues: boolean;
}

export interface Scenario {
  /** What `--only` searches: `1024 B ascii none: jsonl`. */
  readonly name: string;
  readonly topic: BenchTopic;
  readonly way: Way;
}

/** What of the target a plan needs. */
interface TargetKeys {
  readonly endpoint: string;
  readonly ossKeys: Readonly<Record<string, string>>;
}

type Keys = Readonly<Record<string, string>>;

const AT_LEAST_ONCE = { 'delivery.guarantee': 'at-least-once' };
const EXACTLY_ONCE = { 'delivery.guarantee': 'exactly-once' };
const SMALL = { 'batch.size': '500' };

const KAFKAJS: Way = { name: 'kafkajs', plan: undefined, wholeValues: false };

const nothing = (name: string, config: Keys = {}): Way => ({
  name,
  plan: () => ({ target: 'nothing', config }),
  wholeValues: false,
});

/** The target speaks plain http and stands for one that speaks https: what is not checked there is not checked here. */
const objects = (name: string, format: string, config: Keys = {}): Way => ({
  name,
  plan: ({ ossKeys }) => ({
    target: 'objects',
    config: { ...ossKeys, 'oss.upload.check': 'none', 'oss.format': format, ...config },
  }),
  wholeValues: config['oss.compression'] === undefined,
});

/** The defaults of `fc-sink` suit a function that works for each record; a call of a thousand shows what the way there costs. */
const HTTP: Way = {
  name: 'null over HTTP',
  plan: ({ endpoint }) => ({
    target: 'function',
    config: { 'invoke.target': 'http', 'invoke.http.url': `${endpoint}/function`, 'batch.size': '1000' },
  }),
  wholeValues: true,
};

const NULL = nothing('null');
const RAW = objects('raw', 'raw');
const JSONL = objects('jsonl', 'jsonl');
const CSV = objects('csv', 'csv');
const ENVELOPE = objects('envelope', 'envelope');
const MD5 = objects('jsonl+md5', 'jsonl', { 'oss.upload.check': 'md5' });
const GZIP = objects('raw+gzip', 'raw', { 'oss.compression': 'gzip' });

const WAYS: readonly Way[] = [NULL, HTTP, RAW, JSONL, MD5, CSV, ENVELOPE, GZIP];

/** What each guarantee costs; measured over the first topic. */
const GUARANTEES: readonly Way[] = [
  nothing('at-least-once null', AT_LEAST_ONCE),
  nothing('exactly-once null', EXACTLY_ONCE),
  { ...nothing('two-phase null'), plan: () => ({ target: 'two-phase', config: EXACTLY_ONCE }) },
  nothing('at-least-once null by 500', { ...SMALL, ...AT_LEAST_ONCE }),
  nothing('exactly-once null by 500', { ...SMALL, ...EXACTLY_ONCE }),
  objects('at-least-once jsonl', 'jsonl', AT_LEAST_ONCE),
  objects('exactly-once jsonl', 'jsonl', EXACTLY_ONCE),
  objects('at-least-once jsonl by 500', 'jsonl', { ...SMALL, ...AT_LEAST_ONCE }),
  objects('exactly-once jsonl by 500', 'jsonl', { ...SMALL, ...EXACTLY_ONCE }),
];

const SIZES = [1_024, 200, 100];

const TOPICS: readonly BenchTopic[] = SIZES.flatMap((bytes) =>
  TEXTS.flatMap((text) => CODECS.map((codec) => ({ name: `${bytes}-${text}-${codec}`, bytes, text, codec }))),
);

/** Those of a run without arguments, by the name of their topic. */
const USUAL: Readonly<Record<string, readonly Way[]>> = {
  '1024-ascii-none': WAYS,
  '1024-ascii-lz4': [NULL, RAW, JSONL, ENVELOPE],
  '1024-ascii-zstd': [NULL, JSONL],
  '1024-chinese-none': [NULL, JSONL, ENVELOPE],
  '200-ascii-none': [NULL, HTTP, JSONL, ENVELOPE],
  '200-chinese-lz4': [NULL, JSONL],
  '100-ascii-none': [NULL, JSONL],
};

const scenario = (topic: BenchTopic, way: Way): Scenario => ({
  name: `${topic.bytes} B ${topic.text} ${topic.codec}: ${way.name}`,
  topic,
  way,
});

/** Scenarios of a run, those of one topic together, plain kafkajs first.
 *  @param all every way over every topic, and the guarantees
 *  @param only parts of names; of all scenarios those that have one of them. None: no such choice */
export function chooseScenarios(all: boolean, only: readonly string[]): Scenario[] {
  const wanted = ({ name }: Scenario) => only.length === 0 || only.some((part) => name.includes(part));
  return TOPICS.flatMap((topic, index) => {
    const every = index === 0 ? [...WAYS, ...GUARANTEES] : WAYS;
    const ways = all || only.length > 0 ? every : (USUAL[topic.name] ?? []);
    const chosen = ways.map((way) => scenario(topic, way)).filter(wanted);
    return chosen.length === 0 ? [] : [scenario(topic, KAFKAJS), ...chosen];
  });
}
