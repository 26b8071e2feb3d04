import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One request to a real Kafka Connect worker, and what it answered. */
export interface GoldenEntry {
  readonly id: string;
  readonly note: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** A text is sent as it is, an object as JSON. */
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** null: empty. */
    readonly body: unknown;
  };
}

const FILE = join(import.meta.dirname, '../../fixtures/connect/rest-golden.jsonl');
/** What the recording has, and what stands for it here: its sinks by all their names (but not their tasks' classes), its loggers. */
const STAND_INS: readonly (readonly [RegExp, string])[] = [
  [/(?:org\.apache\.kafka\.connect\.file\.)?FileStreamSink(?:Connector)?(?![A-Za-z])/g, 'file-sink'],
  [/lab\.FlakySink/g, 'flaky-sink'],
  [/org\.apache\.kafka\.connect\.runtime\.WorkerSinkTask/g, 'spillway.dispatcher'],
  [/org\.apache\.kafka\.connect\.runtime\.Worker/g, 'spillway.control-plane'],
  [/(\/admin\/loggers\/)org\.apache\.kafka\.connect\.storage/g, '$1spillway.kafka'],
];
const CONNECT_VERSION = /(version=|available versions: \[)4\.3\.1/g;

/** Made by whoever recorded, and not part of the recording: each comes before an entry. */
const UNRECORDED: Readonly<Record<string, readonly GoldenEntry['request'][]>> = {
  'single/create-083': [unrecorded('DELETE', '/connectors/x1')],
  'single/offsets-208': [unrecorded('PUT', '/connectors/c2/pause')],
  'single/offsets-210': [unrecorded('PUT', '/connectors/c2/stop')],
  // The second part was recorded on another cluster.
  'states/failed-001': ['c-fail', 'c-put', 'c2'].map((name) => unrecorded('DELETE', `/connectors/${name}`)),
  'states/unassigned-035': [
    ...['connector-start', 'task-configs', 'connector-later', 'task-start', 'task-put'].map((name) =>
      unrecorded('DELETE', `/connectors/${name}`),
    ),
    unrecorded('PUT', '/connectors/w2/config', {
      'connector.class': 'flaky-sink',
      'tasks.max': '4',
      topics: 'golden-a',
    }),
  ],
};

/** Names that a cluster may have but once. */
const CONNECTORS =
  /(?<![\w.-])(x1|c1|c2|c-paused|c-stopped|c-fail|c-put|w2|connector-start|task-configs|connector-later|task-start|task-put)(?!\w|-(?!\d))/g;
const TOPICS = /(?<![\w.-])(golden-(?:a|b|bad))(?![\w.-])/g;

export interface Golden {
  /** In their order. */
  readonly entries: readonly GoldenEntry[];
  /** What to ask before the entry. */
  unrecordedBefore(id: string): readonly GoldenEntry['request'][];
}

/** @param version of the worker that is asked
 *  @param suffix of the names of connectors and topics, where others share the Kafka */
export function golden(version: string, suffix = ''): Golden {
  const renamed = (text: string) => text.replace(CONNECTORS, `$1${suffix}`).replace(TOPICS, `$1${suffix}`);
  const recorded = renamed(readFileSync(FILE, 'utf8')).replace(CONNECT_VERSION, `$1${version}`);
  const text = STAND_INS.reduce((replaced, [pattern, standIn]) => replaced.replace(pattern, standIn), recorded);
  const unrecorded = JSON.parse(renamed(JSON.stringify(UNRECORDED))) as typeof UNRECORDED;
  return {
    entries: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as GoldenEntry),
    unrecordedBefore: (id) => unrecorded[id] ?? [],
  };
}

function unrecorded(method: string, path: string, body: unknown = null): GoldenEntry['request'] {
  return { method, path, headers: body === null ? {} : { 'Content-Type': 'application/json' }, body };
}
