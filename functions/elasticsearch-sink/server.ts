/** What answers at `elasticsearch.hosts`: product, version, and how much it takes. */
import { FatalError } from '../../shared/errors.ts';
import type { ReplyHeaders } from './client/exchange.ts';
import type { Questions } from './questions.ts';
import { isObject } from './reply/server-error.ts';

export type Flavour = 'elasticsearch' | 'opensearch';

export interface Server {
  /** Both `undefined` where it may not be asked. */
  readonly flavour: Flavour | undefined;
  /** As the server says it: `8.19.2`. */
  readonly version: string | undefined;
  /** `http.max_content_length` of the node that takes least; `undefined` where it may not be asked. */
  readonly maxContentBytes: number | undefined;
  /** Heap of the smallest data node. */
  readonly heapBytes: number | undefined;
}

/** The oldest that is known to work. */
const OLDEST = [7, 10] as const;

/** Some servers have no `GET /` (stripped ones, and proxies that pass on `_bulk` alone); a user may lack the right to it. */
const NO_ROOT = [403, 404, 405];

/** Asks the server what it is.
 *  @throws FatalError `ELASTICSEARCH_NOT_SUPPORTED`; FatalError or RetriableError as of any request */
export async function describeServer(questions: Questions): Promise<Server> {
  const root = await questions.get('/', NO_ROOT);
  const product = root.status === 200 ? productOf(root.body) : await productOfNode(questions, root.headers);
  if (product !== undefined) requireSupported(product);
  return { flavour: product?.flavour, version: product?.version, ...(await limitsOf(questions)) };
}

/** `Elasticsearch 8.19.2`, for people. */
export function serverName({ flavour, version }: Server): string {
  if (flavour === undefined) return 'a server that does not tell its version to this user';
  return `${flavour === 'opensearch' ? 'OpenSearch' : 'Elasticsearch'} ${version}`;
}

interface Product {
  readonly flavour: Flavour;
  readonly version: string;
}

/** OpenSearch may be set to give Elasticsearch's version, and then says by its tagline alone what it is. */
function productOf(body: unknown): Product {
  const version = isObject(body) && isObject(body['version']) ? body['version'] : undefined;
  const number = version?.['number'];
  if (!isObject(body) || typeof number !== 'string') {
    throw notSupported('what answers there is neither Elasticsearch nor OpenSearch');
  }
  const isOpenSearch =
    version?.['distribution'] === 'opensearch' || String(body['tagline']).startsWith('The OpenSearch Project');
  return { flavour: isOpenSearch ? 'opensearch' : 'elasticsearch', version: number };
}

/** The header tells what the reply itself does not. */
async function productOfNode(questions: Questions, headers: ReplyHeaders): Promise<Product | undefined> {
  const { status, body } = await questions.get('/_nodes/_local?filter_path=nodes.*.version', NO_ROOT);
  const version = status === 200 ? nodesOf(body)[0]?.['version'] : undefined;
  if (typeof version !== 'string') return undefined;
  // Elasticsearch sends it from 7.14 on, OpenSearch never does.
  const isElasticsearch = headers['x-elastic-product'] === 'Elasticsearch';
  return { flavour: isElasticsearch || version.startsWith('7.') ? 'elasticsearch' : 'opensearch', version };
}

function requireSupported({ flavour, version }: Product): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  if (flavour === 'elasticsearch' && isOld) {
    throw notSupported(`Elasticsearch ${version} answers there, and 7.10 is the oldest that this sink writes to`);
  }
}

function notSupported(what: string): FatalError {
  return new FatalError('ELASTICSEARCH_NOT_SUPPORTED', `${what}; check elasticsearch.hosts and any proxy on the way`);
}

const LIMITS_PATH =
  '/_nodes/http,jvm?filter_path=nodes.*.roles,nodes.*.http.max_content_length_in_bytes,nodes.*.jvm.mem.heap_max_in_bytes';

/** Bodies go to any node, documents to whichever has their shard. */
async function limitsOf(questions: Questions): Promise<Pick<Server, 'maxContentBytes' | 'heapBytes'>> {
  const { status, body } = await questions.get(LIMITS_PATH, [400, ...NO_ROOT, 410]);
  const nodes = status === 200 ? nodesOf(body) : [];
  return {
    maxContentBytes: least(nodes.map(({ http }) => (isObject(http) ? http['max_content_length_in_bytes'] : undefined))),
    heapBytes: least(
      nodes
        .filter(mayHoldData)
        .map(({ jvm }) => (isObject(jvm) && isObject(jvm['mem']) ? jvm['mem']['heap_max_in_bytes'] : undefined)),
    ),
  };
}

/** A node that does not tell its roles may have any. */
function mayHoldData({ roles }: Readonly<Record<string, unknown>>): boolean {
  return !Array.isArray(roles) || roles.some((role) => typeof role === 'string' && /^data(_|$)/.test(role));
}

function nodesOf(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  return isObject(body) && isObject(body['nodes']) ? Object.values(body['nodes']).filter(isObject) : [];
}

function least(values: readonly unknown[]): number | undefined {
  const numbers = values.filter((value) => typeof value === 'number' && value > 0);
  return numbers.length === 0 ? undefined : Math.min(...(numbers as number[]));
}

/** `http.max_content_length` where it is not set. */
const DEFAULT_MAX_CONTENT_BYTES = 100 * 1024 * 1024;
/** A server refuses what would make all bulks under way more than a tenth of its heap; a request alone must stay well below that, or it is
 *  refused each time. Source: `indexing_pressure.memory.limit`,
 *  https://www.elastic.co/guide/en/elasticsearch/reference/8.19/index-modules-indexing-pressure.html */
const HEAP_SHARE = 1 / 40;
const CONTENT_SHARE = 0.9;

/** The most bytes of one request's body, before compression: what is configured, and below what the server takes. */
export function requestLimit(configuredBytes: number, { maxContentBytes, heapBytes }: Server): number {
  const byContent = CONTENT_SHARE * (maxContentBytes ?? DEFAULT_MAX_CONTENT_BYTES);
  const byHeap = heapBytes === undefined ? Number.POSITIVE_INFINITY : HEAP_SHARE * heapBytes;
  return Math.max(1, Math.floor(Math.min(configuredBytes, byContent, byHeap)));
}
