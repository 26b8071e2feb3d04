/** Replays what a Kafka Connect worker was asked against one of ours, and says where the answers differ. */
import { isDeepStrictEqual } from 'node:util';
import { comparable, wrongKeys } from './comparable.ts';
import { DIFFERENT, NOT_HERE } from './differences.ts';
import type { Golden, GoldenEntry } from './golden.ts';

export interface ReplayAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

export interface ReplayWorker {
  ask(request: GoldenEntry['request']): Promise<ReplayAnswer>;
  /** Before a request that follows from how things are: resolves when nothing is on its way any more. */
  settled(entry: GoldenEntry): Promise<void>;
  /** Between two looks at something that becomes so; false when it is long enough. */
  wait(entry: GoldenEntry, looks: number): Promise<boolean>;
}

/** Where an answer differs; the text is a sentence each. */
export interface Outcome {
  readonly entry: GoldenEntry;
  readonly answer: ReplayAnswer;
  readonly differs: readonly string[];
}

/** Answers that were caught in the middle of something: states of tasks were whatever they were. */
const MOMENTS: ReadonlySet<string> = new Set(['states/failed-028', 'states/unassigned-036']);

/** All entries, one after the other. What is read is asked again until it is as it was recorded, if it ever is; entries of `DIFFERENT` are not. */
export async function replay(worker: ReplayWorker, { entries, unrecordedBefore }: Golden): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const entry of entries) {
    for (const request of unrecordedBefore(entry.id)) {
      const { status } = await worker.ask(request);
      if (status >= 300) throw new Error(`before ${entry.id}: ${request.method} ${request.path} is ${status}`);
    }
    outcomes.push(await one(worker, entry));
  }
  return outcomes;
}

async function one(worker: ReplayWorker, entry: GoldenEntry): Promise<Outcome> {
  const isRead = entry.request.method === 'GET' || entry.request.method === 'HEAD';
  const isDifferent = DIFFERENT.has(entry.id);
  if (!isRead || isDifferent) await worker.settled(entry);
  for (let looks = 0; ; looks++) {
    const answer = await worker.ask(entry.request);
    const differs = differences(entry, answer);
    if (differs.length === 0 || isDifferent || !isRead || !(await worker.wait(entry, looks)))
      return { entry, answer, differs };
  }
}

function differences(entry: GoldenEntry, answer: ReplayAnswer): readonly string[] {
  const { id, request, response } = entry;
  const differs: string[] = [];
  if (answer.status !== response.status) differs.push(`status ${answer.status}, not ${response.status}`);
  differs.push(...headerDifferences(entry, answer));
  const given = request.method === 'HEAD' ? answer.text || null : parsed(answer.text);
  const [expected, actual] = [without(response.body, request.path), given].map((body) => {
    const shown = request.method === 'OPTIONS' ? listOf(body) : comparable(request.path, body);
    return MOMENTS.has(id) ? withoutStates(shown) : shown;
  });
  if (!isDeepStrictEqual(actual, expected))
    differs.push(`body ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
  const missed = wrongKeys(response.body).filter((key) => !wrongKeys(given).includes(key));
  if (missed.length > 0) differs.push(`no error on ${missed.join(', ')}`);
  return differs;
}

function headerDifferences({ request, response }: GoldenEntry, { headers, text }: ReplayAnswer): readonly string[] {
  const differs: string[] = [];
  const { location, allow } = response.headers;
  const type = response.headers['content-type'];
  if (pathOf(headers['location']) !== pathOf(location))
    differs.push(`location ${headers['location']}, not ${location}`);
  if (allow !== undefined && listOf(headers['allow']) !== listOf(allow)) differs.push(`allow ${headers['allow']}`);
  const isTyped = type !== undefined && (text !== '' || request.method === 'HEAD');
  if (isTyped && mediaType(headers['content-type']) !== mediaType(type))
    differs.push(`content type ${headers['content-type']}, not ${type}`);
  return differs;
}

function withoutStates(shown: unknown): unknown {
  const text = JSON.stringify(shown, (key, value) => (key === 'state' || key === 'trace' ? undefined : value));
  return JSON.parse(text);
}

/** Without the connectors that cannot be created here. */
function without(body: unknown, path: string): unknown {
  if (!/^\/connectors\/?(?:$|\?)/.test(path) || typeof body !== 'object' || body === null) return body;
  if (Array.isArray(body)) return body.filter((name) => !NOT_HERE.has(name));
  return Object.fromEntries(Object.entries(body).filter(([name]) => !NOT_HERE.has(name)));
}

function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function pathOf(location: string | undefined): string | undefined {
  return location === undefined ? undefined : new URL(location).pathname;
}

function listOf(header: unknown): string {
  return String(header ?? '')
    .split(/\s*,\s*/)
    .sort()
    .join();
}

function mediaType(header: string | undefined): string {
  return (header ?? '').split(';', 1)[0]?.trim() ?? '';
}
