/** A cluster and its indices, as the sink would find them. */
import type { ElasticsearchProbe } from '../../functions/elasticsearch-sink/handler.ts';
import { type Finding, fromError, ok, problem, warning } from './finding.ts';

/** Our codes by what they are about. */
const ABOUT = {
  ELASTICSEARCH_CREDENTIALS_REFUSED: 'elasticsearch-credentials',
  ELASTICSEARCH_CREDENTIALS_MISSING: 'elasticsearch-credentials',
  ELASTICSEARCH_CERTIFICATES_MISSING: 'elasticsearch-credentials',
  ELASTICSEARCH_ACCESS_DENIED: 'elasticsearch-rights',
  ELASTICSEARCH_UNREACHABLE: 'elasticsearch-unreachable',
  ELASTICSEARCH_TIMEOUT: 'elasticsearch-unreachable',
  ELASTICSEARCH_NOT_TRUSTED: 'elasticsearch-unreachable',
  ELASTICSEARCH_NOT_SUPPORTED: 'elasticsearch-server',
} as const;

type Target = ElasticsearchProbe['targets'][number];

/** `bulkBytes`: `elasticsearch.bulk.bytes`. */
export function checkElasticsearch({ server, targets, wanted }: ElasticsearchProbe, bulkBytes: number): Finding[] {
  if (!server.ok) return [refusal(server)];
  const { name, requestBytes } = server.value;
  return [
    ok('elasticsearch-server', `${name} answers`),
    ...(requestBytes < bulkBytes
      ? [
          warning(
            'elasticsearch-bulk-bytes',
            `elasticsearch.bulk.bytes=${bulkBytes} is more than this server should be given at one time, so requests have ${requestBytes} bytes at most`,
            `set elasticsearch.bulk.bytes to ${requestBytes} or less, or raise http.max_content_length and the heap of the server`,
          ),
        ]
      : []),
    ...targets.map((target) => checkTarget(target, wanted)),
  ];
}

function refusal(failed: { readonly code: string; readonly message: string }): Finding {
  const code = Object.hasOwn(ABOUT, failed.code) ? ABOUT[failed.code as keyof typeof ABOUT] : 'elasticsearch-refused';
  return fromError('problem', code, failed);
}

const WORDS = { index: 'an index', alias: 'an alias', 'data-stream': 'a data stream' } as const;

function checkTarget({ name, found }: Target, { targetType, create }: ElasticsearchProbe['wanted']): Finding {
  if (!found.ok) return refusal(found);
  switch (found.value) {
    case 'unknown':
      return warning(
        'elasticsearch-target',
        `these credentials may not ask what ${name} is`,
        'grant view_index_metadata on it, or look yourself',
      );
    case 'missing':
      return checkMissing(name, targetType, create);
    case 'untemplated':
      return problem(
        'elasticsearch-target-missing',
        `there is no data stream ${name}, and no index template that makes one of this name`,
        'create an index template with "data_stream":{} for it',
        'ELASTICSEARCH_INDEX_MISSING',
      );
    case 'index':
    case 'alias':
    case 'data-stream':
      if (found.value === targetType || found.value === 'alias') {
        return ok('elasticsearch-target', `${name} is there, and is ${WORDS[found.value]}`);
      }
      return problem(
        'elasticsearch-target-differs',
        `${name} is ${WORDS[found.value]}, and elasticsearch.target.type=${targetType}`,
        `set elasticsearch.target.type=${found.value}, or correct elasticsearch.index`,
        'ELASTICSEARCH_TARGET_DIFFERS',
      );
    default:
      return found.value satisfies never;
  }
}

function checkMissing(
  name: string,
  targetType: ElasticsearchProbe['wanted']['targetType'],
  create: ElasticsearchProbe['wanted']['create'],
): Finding {
  const what = targetType.replace('-', ' ');
  if (targetType !== 'alias' && create !== 'never') {
    const who = create === 'sink' ? 'the sink creates it at its start' : 'the server creates it, if its settings allow';
    return ok('elasticsearch-target', `there is no ${what} ${name} yet: ${who}`);
  }
  return problem(
    'elasticsearch-target-missing',
    `there is no ${what} ${name}, and nobody creates it`,
    `create it${targetType === 'alias' ? '' : ', or set elasticsearch.index.create'}`,
    'ELASTICSEARCH_INDEX_MISSING',
  );
}
