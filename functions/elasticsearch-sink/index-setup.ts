/** What must be there before documents are written: the index, alias or data stream that a name stands for. */
import { FatalError } from '../../shared/errors.ts';
import { classifyItem } from './classify.ts';
import type { ElasticsearchConfig } from './config.ts';
import type { Questions } from './questions.ts';
import { describeServerError, isObject, readServerError } from './reply/server-error.ts';
import type { RecordTemplate } from './template/record-template.ts';

/** What a name stands for at the server; `unknown` where this user may not ask. */
export type Found = 'index' | 'alias' | 'data-stream' | 'missing' | 'unknown';

/** `untemplated`: missing, and no index template makes the data stream that is asked for. */
export type Looked = Found | 'untemplated';

export interface IndexSetup {
  readonly targetType: ElasticsearchConfig['elasticsearch.target.type'];
  readonly create: ElasticsearchConfig['elasticsearch.index.create'];
  /** JSON texts. */
  readonly settings: string | undefined;
  readonly mappings: string | undefined;
}

/** Those of a configuration. */
export function indexSetupOf(config: ElasticsearchConfig): IndexSetup {
  return {
    targetType: config['elasticsearch.target.type'],
    create: config['elasticsearch.index.create'],
    settings: config['elasticsearch.index.settings'],
    mappings: config['elasticsearch.index.mappings'],
  };
}

/** Names that can be looked at before there is a record: those that follow from a topic alone, or from nothing. */
export function knownNames({ isConstant, ofTopic }: RecordTemplate, topics: readonly string[]): ReadonlySet<string> {
  return new Set((isConstant ? [''] : topics).map(ofTopic).filter((name) => name !== undefined));
}

/** Sees to it that `name` may be written to: creates it where that is ours to do.
 *  @throws FatalError `ELASTICSEARCH_INDEX_MISSING`, `ELASTICSEARCH_TARGET_DIFFERS`, `ELASTICSEARCH_INDEX_REFUSED`, what the table of items has as
 *  `may-heal` of a creation; what `Questions` throw */
export async function prepareIndex(name: string, setup: IndexSetup, questions: Questions): Promise<Found> {
  const found = await lookAtTarget(name, setup, questions);
  if (found === 'untemplated') {
    throw missing(
      `there is no data stream ${name}, and no index template that makes one of this name; create a template with "data_stream":{}`,
    );
  }
  requireType(name, found, setup.targetType);
  if (found !== 'missing') return found;
  if (setup.targetType === 'alias') {
    throw missing(`there is no alias ${name}, and nobody creates one; create it, with a write index behind it`);
  }
  switch (setup.create) {
    case 'never':
      throw missing(
        `there is no ${setup.targetType === 'index' ? 'index' : 'data stream'} ${name}, and elasticsearch.index.create=never; create it, or use server or sink`,
      );
    case 'sink':
      await createIndex(name, setup, questions);
      return 'index';
    case 'server':
      return found;
    default:
      return setup.create satisfies never;
  }
}

function missing(message: string): FatalError {
  return new FatalError('ELASTICSEARCH_INDEX_MISSING', message, { mayHeal: true });
}

/** Asks what a name stands for, and whether it can become a data stream where one is asked for. Creates nothing.
 *  @throws what `Questions` throw */
export async function lookAtTarget(
  name: string,
  { targetType, create }: Pick<IndexSetup, 'targetType' | 'create'>,
  questions: Questions,
): Promise<Looked> {
  const found = await findTarget(name, create, questions);
  const needsTemplate = found === 'missing' && targetType === 'data-stream' && create === 'server';
  return needsTemplate && !(await mayBecomeStream(name, questions)) ? 'untemplated' : found;
}

/** Who may only write is not allowed to ask, and then it is known only where it must be. */
async function findTarget(name: string, create: IndexSetup['create'], questions: Questions): Promise<Found> {
  const mayGoOn = create === 'server' ? [400, 403, 405] : [];
  const { status, body } = await questions.get(`/_resolve/index/${encodeURIComponent(name)}`, [404, ...mayGoOn]);
  if (status === 404) return 'missing';
  if (status !== 200 || !isObject(body)) return 'unknown';
  if (has(body['data_streams'], name)) return 'data-stream';
  if (has(body['aliases'], name)) return 'alias';
  return has(body['indices'], name) ? 'index' : 'missing';
}

function has(list: unknown, name: string): boolean {
  return Array.isArray(list) && list.some((entry) => isObject(entry) && entry['name'] === name);
}

/** An alias of a data stream, or of an index, is as good as that itself; only where an alias was asked for nothing else will do. */
function requireType(name: string, found: Found, wanted: IndexSetup['targetType']): void {
  if (found === wanted || found === 'missing' || found === 'unknown') return;
  if (found === 'alias') return;
  const is = found === 'index' ? 'an index' : 'a data stream';
  throw new FatalError(
    'ELASTICSEARCH_TARGET_DIFFERS',
    `${name} is ${is}, and elasticsearch.target.type=${wanted}; set it to ${found}, or correct elasticsearch.index`,
  );
}

/** What a creation has in common with the first document of an index. */
const CREATION = { action: 'create', hasOwnId: false, isVersioned: false } as const;

async function createIndex(name: string, { settings, mappings }: IndexSetup, questions: Questions): Promise<void> {
  const parts = [
    ...(settings === undefined ? [] : [`"settings":${settings}`]),
    ...(mappings === undefined ? [] : [`"mappings":${mappings}`]),
  ];
  const { status, body } = await questions.put(`/${encodeURIComponent(name)}`, `{${parts.join(',')}}`, [400]);
  if (status !== 400) return;
  const error = readServerError(isObject(body) ? body['error'] : body);
  // Another task, or a person, was faster.
  if (error?.type === 'resource_already_exists_exception') return;
  // Of the cluster and not of what was asked for: the same as where the server creates the index itself.
  const verdict = classifyItem({ _index: name, status, error }, CREATION);
  if (verdict.kind === 'fatal' && verdict.mayHeal) {
    throw new FatalError(verdict.code, `${verdict.message}; or correct elasticsearch.index.settings`, {
      mayHeal: true,
    });
  }
  throw new FatalError(
    'ELASTICSEARCH_INDEX_REFUSED',
    `index ${name} cannot be created: HTTP 400 ${error === undefined ? '' : describeServerError(error)}; correct elasticsearch.index.settings and elasticsearch.index.mappings`,
  );
}

/** Without a template for it the server would make an index of that name, and no data stream. */
async function mayBecomeStream(name: string, questions: Questions): Promise<boolean> {
  const { status, body } = await questions.get('/_index_template', [400, 403, 404, 405]);
  const templates = status === 200 && isObject(body) ? body['index_templates'] : [];
  // Who may not see templates must be believed.
  if (status === 403 || !Array.isArray(templates)) return true;
  let best: { readonly priority: number; readonly isDataStream: boolean } | undefined;
  for (const entry of templates.filter(isObject)) {
    const template = entry['index_template'];
    if (!isObject(template) || !matches(template['index_patterns'], name)) continue;
    const priority = typeof template['priority'] === 'number' ? template['priority'] : 0;
    if (best === undefined || priority > best.priority) {
      best = { priority, isDataStream: template['data_stream'] !== undefined };
    }
  }
  return best?.isDataStream === true;
}

/** Patterns know one wildcard, the asterisk. */
function matches(patterns: unknown, name: string): boolean {
  const list = Array.isArray(patterns) ? patterns : [patterns];
  return list.some((pattern) => {
    if (typeof pattern !== 'string') return false;
    const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.*')}$`).test(name);
  });
}
