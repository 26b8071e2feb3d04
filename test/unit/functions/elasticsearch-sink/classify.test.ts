import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyItem, classifyRequest, type ItemFacts } from '../../../../functions/elasticsearch-sink/classify.ts';
import type { BulkItem } from '../../../../functions/elasticsearch-sink/reply/bulk-reply.ts';
import { type Condition, ITEM_TABLE } from '../../../../functions/elasticsearch-sink/reply/item-table.ts';
import { NETWORK_TABLE, REQUEST_TABLE } from '../../../../functions/elasticsearch-sink/reply/request-table.ts';
import { capturedReplies, capturedReply } from './captured-replies.ts';
import { expectedDecisions, saidOf, spell } from './expected-decisions.ts';

const INDEX = new URL('../../../fixtures/replies/search/INDEX.tsv', import.meta.url);
const FACTS: ItemFacts = { action: 'index', hasOwnId: false, isVersioned: false };
const CONFLICT = { status: 409, error: { type: 'version_conflict_engine_exception', reason: 'conflict' } };

function failed(status: number, type: string, reason = 'why'): BulkItem {
  return { _index: 'i', _id: '1', status, error: { type, reason } };
}

function answer(status: number, body: unknown = '', headers: Record<string, string> = {}) {
  return { kind: 'reply' as const, status, headers, body };
}

/** Everything that is said of a captured reply. */
function messagesOf(name: string): readonly string[] {
  return saidOf(capturedReply(name)).flatMap((each) =>
    typeof each === 'object' && 'message' in each ? [each.message] : [],
  );
}

describe('captured replies', () => {
  const expected = expectedDecisions();
  const all = capturedReplies();

  it('are all there, each with its decision', () => {
    expect(all).toHaveLength(579);
    expect(all.map(({ name }) => name).sort()).toEqual([...expected.keys()].sort());
  });

  it('are those of the overview', () => {
    const [[, ...servers] = [], ...lines] = readFileSync(INDEX, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    const names = lines.flatMap(([name, ...cells]) =>
      cells.flatMap((cell, at) => (cell === '' ? [] : [`${servers[at]}-${name}`])),
    );
    expect(names.sort()).toEqual(all.map(({ name }) => name.replace('starting-503', 'starting')).sort());
  });

  it.each(all)('$name', (captured) => {
    expect(spell(saidOf(captured))).toBe(expected.get(captured.name));
  });

  it('never count as written what the server refused', () => {
    let refused = 0;
    for (const captured of all) {
      const verdict = classifyRequest(captured.reply, 0);
      if (verdict.kind !== 'items') continue;
      verdict.reply.items.forEach((item, at) => {
        if (item.error === undefined || item.status === 409) return;
        refused++;
        const facts = { action: verdict.reply.actions[at] ?? 'index', hasOwnId: true, isVersioned: true };
        expect(classifyItem(item, facts).kind).not.toBe('written');
      });
    }
    expect(refused).toBeGreaterThan(400);
  });

  it('say nothing of the request that they answer: no headers, no other record', () => {
    for (const { name } of all) {
      for (const message of messagesOf(name)) {
        expect(message).not.toMatch(/HTTP\/1|Host:|Connection:|\{"index"|\[Source|\n/);
        expect(message.length).toBeLessThan(1_400);
      }
    }
  });

  it('give the reason of the server, with its causes', () => {
    expect(messagesOf('es710-mapping-error')[0]).toBe(
      "index in index ops: HTTP 400 mapper_parsing_exception: failed to parse field [n] of type [integer] in document with id 'bad'. " +
        "Preview of field's value: 'abc'; caused by number_format_exception: For input string: \"abc\"; " +
        'the server does not take this document; correct it, or the mapping of the index',
    );
    expect(messagesOf('es710-malformed-source')[1]).toContain(
      "failed to parse; caused by json_parse_exception: Duplicate field 'n' at [line 1, column 13];",
    );
    expect(messagesOf('os2sec-starting-503')).toEqual([
      'bulk request: HTTP 503 OpenSearch Security not initialized.; the cluster has no master, is starting, or cannot be reached by its proxy',
    ]);
    expect(messagesOf('es8-tls-untrusted')[0]).toContain('no answer (UNABLE_TO_VERIFY_LEAF_SIGNATURE)');
  });
});

describe('items', () => {
  const FACTS_WHERE: Record<Condition, Partial<ItemFacts>> = {
    'create, the id is our own': { action: 'create', hasOwnId: true },
    create: { action: 'create' },
    versioned: { isVersioned: true },
    update: { action: 'update' },
    delete: { action: 'delete' },
    'failure_store is used': {},
  };
  const examples = ITEM_TABLE.flatMap((row) => {
    const types = row.types === 'none' || row.types === 'any' || row.types === 'untyped' ? [row.types] : row.types;
    const reasons = row.says?.map((lead) => `${lead}and so on`) ?? ['why'];
    return row.statuses.flatMap((status) =>
      types.flatMap((type) => reasons.map((reason) => ({ ...row, status, type, reason }))),
    );
  });

  it.each(examples)(
    '$status $type $when $reason: $decision $code',
    ({ status, type, when, reason, code, decision }) => {
      const facts = { ...FACTS, ...(when === undefined ? {} : FACTS_WHERE[when]) };
      const store = when === 'failure_store is used' ? { failure_store: 'used' } : {};
      const item = type === 'none' ? { status, ...store } : failed(status, type, reason);
      expect(spell([classifyItem(item, facts)])).toBe(`${decision} ${code.replace('ELASTICSEARCH_', '')}`.trim());
    },
  );

  it('has errors of an unknown kind as fatal, and nothing else', () => {
    const known = new Set(ITEM_TABLE.flatMap(({ statuses, types }) => (types === 'any' ? statuses : [])));
    const types = new Set(ITEM_TABLE.flatMap((row) => row.types));
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }).filter((status) => !known.has(status)),
        fc.oneof(fc.string(), fc.constantFrom('constructor', 'i_o_exception', 'null_pointer_exception')),
        fc.constantFrom('index', 'create', 'update', 'delete'),
        (status, type, action) => {
          if (types.has(type)) return;
          const facts = { action, hasOwnId: true, isVersioned: true } as const;
          expect(classifyItem(failed(status, type), facts)).toMatchObject({
            kind: 'fatal',
            code: 'ELASTICSEARCH_UNCLASSIFIED',
            mayHeal: false,
          });
        },
      ),
    );
  });

  it.each([
    ['no status', { result: 'created' }],
    ['a status that is text', { status: '201' }],
    ['a success with an error', failed(201, 'odd')],
    ['an error that is neither text nor object', { status: 200, error: 7 }],
    ['a document that is not there, when it was to be written', { status: 404, result: 'not_found' }],
  ])('is never written with %s', (_what, item: BulkItem) => {
    expect(classifyItem(item, FACTS)).toMatchObject({ kind: 'fatal', code: 'ELASTICSEARCH_UNCLASSIFIED' });
  });

  it('has a conflict of a create as written where the id is that of the very record, and as errant elsewhere', () => {
    expect(classifyItem(CONFLICT, { ...FACTS, action: 'create', hasOwnId: true })).toEqual({ kind: 'written' });
    expect(classifyItem(CONFLICT, { ...FACTS, action: 'create' })).toMatchObject({
      kind: 'errant',
      code: 'ELASTICSEARCH_DOCUMENT_EXISTS',
    });
  });

  it('has a conflict of versions as stale only where we sent one', () => {
    expect(classifyItem(CONFLICT, { ...FACTS, isVersioned: true })).toEqual({ kind: 'written', stale: true });
    expect(classifyItem(CONFLICT, { ...FACTS, action: 'delete', isVersioned: true })).toEqual({
      kind: 'written',
      stale: true,
    });
    expect(classifyItem(CONFLICT, { ...FACTS, hasOwnId: true })).toMatchObject({ kind: 'fatal' });
    expect(classifyItem(CONFLICT, { ...FACTS, action: 'update' })).toMatchObject({
      kind: 'retry',
      trouble: 'throttled',
    });
  });

  it('takes a document in the failure store for refused', () => {
    const item = { _index: '.fs-logs', _id: '1', status: 201, result: 'created', failure_store: 'used' };
    expect(classifyItem(item, { ...FACTS, action: 'create', hasOwnId: true })).toMatchObject({ kind: 'errant' });
    expect(classifyItem({ ...item, failure_store: 'not_applicable_or_unknown' }, FACTS)).toEqual({ kind: 'written' });
  });

  it.each([
    [
      500,
      'illegal_state_exception',
      'Security (authentication) is not enabled on this cluster',
      'errant PIPELINE_FAILED',
    ],
    [500, 'illegal_state_exception', 'the engine is in an odd state', 'may-heal SERVER_FAILED'],
    [
      500,
      'illegal_state_exception',
      'Pipeline processor configured for non-existent pipeline [inner]',
      'may-heal PIPELINE_MISSING',
    ],
    [
      400,
      'illegal_argument_exception',
      "Number of documents in the index can't exceed [2147483519]",
      'may-heal INDEX_FULL',
    ],
    [
      400,
      'illegal_argument_exception',
      'index request targeting data stream [logs] specifies a custom routing. target the backing indices directly',
      'fatal ROUTING_REFUSED',
    ],
    [404, 'shard_not_found_exception', 'no such shard', 'unreachable UNAVAILABLE'],
    [404, 'index_shard_closed_exception', 'CurrentState[CLOSED] Primary closed.', 'unreachable UNAVAILABLE'],
    [500, 'already_closed_exception', 'engine is closed', 'unreachable UNAVAILABLE'],
  ])('blames no record for the target: %i %s %s is %s', (status, type, reason, said) => {
    expect(spell([classifyItem(failed(status, type, reason), { ...FACTS, action: 'create' })])).toBe(said);
  });

  it('takes a reason that it does not know for the record', () => {
    const item = failed(400, 'illegal_argument_exception', 'a pipeline with id [p] does not exist');
    expect(classifyItem(item, FACTS)).toMatchObject({ kind: 'race', code: 'ELASTICSEARCH_DOCUMENT_REFUSED' });
  });
});

describe('requests', () => {
  const examples = REQUEST_TABLE.flatMap((row) => {
    const types = row.types === 'none' || row.types === 'any' || row.types === 'untyped' ? [row.types] : row.types;
    return row.statuses.flatMap((status) => types.map((type) => ({ ...row, status, type })));
  });

  it.each(examples)('$status $type: $decision $code', ({ status, type, code, decision }) => {
    const body = type === 'untyped' ? { error: 'no handler found' } : { error: { type, reason: 'why' }, status };
    expect(spell([classifyRequest(answer(status, body), 0)])).toBe(`${decision} ${code.replace('ELASTICSEARCH_', '')}`);
  });

  it.each(Object.entries(NETWORK_TABLE))('no answer, %s: $decision $code', (kind, { decision, code }) => {
    const codes: Record<string, string> = {
      unreachable: 'ECONNREFUSED',
      timeout: 'TIMEOUT',
      'given-up': 'ABORTED',
      closed: 'UND_ERR_CLOSED',
      untrusted: 'SELF_SIGNED_CERT_IN_CHAIN',
      'out-of-date': 'CERT_HAS_EXPIRED',
      'ours-refused': 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'not-tls': 'ERR_SSL_WRONG_VERSION_NUMBER',
      'not-http': 'HTTPParserError',
    };
    const verdict = classifyRequest({ kind: 'network', code: codes[kind] ?? '' }, 0);
    expect(spell([verdict])).toBe(`${decision} ${code.replace('ELASTICSEARCH_', '')}`);
  });

  it.each([
    'node_disconnected_exception',
    'node_closed_exception',
    'node_not_connected_exception',
    'receive_timeout_transport_exception',
  ])('waits where a node went away with it: %s', (type) => {
    const lost = answer(500, { error: { type, reason: '[node1][indices:data/write/bulk] disconnected' }, status: 500 });
    expect(classifyRequest(lost, 0)).toMatchObject({ kind: 'retry', trouble: 'unreachable' });
  });

  it.each([
    answer(418),
    answer(500, { error: { type: 'i_o_exception', reason: 'disk' } }),
    { kind: 'network' as const, code: 'E_NEW' },
    { kind: 'network' as const, code: 'constructor' },
  ])('is fatal where nothing is known: %o', (reply) => {
    expect(classifyRequest(reply, 0)).toMatchObject({
      kind: 'fatal',
      code: 'ELASTICSEARCH_UNCLASSIFIED',
      mayHeal: false,
    });
  });

  it.each([
    ['nothing', ''],
    ['a page of a proxy', '<html>Please sign in</html>'],
    ['no items', { took: 1, errors: false }],
    ['an error all the same', { error: { type: 'odd', reason: 'odd' } }],
    ['items that are none', { items: [{ index: { status: 201 } }, 'x'] }],
    ['an unknown action', { items: [{ upsert: { status: 201 } }] }],
  ])('never takes a 200 with %s for written', (_what, body) => {
    expect(classifyRequest(answer(200, body), 0)).toMatchObject({
      kind: 'fatal',
      code: 'ELASTICSEARCH_ANSWER_INVALID',
    });
  });

  it('honours the wait that is asked for', () => {
    const wait = { 'retry-after': '7' };
    const rejected = { error: { type: 'circuit_breaking_exception', reason: 'x' } };
    expect(classifyRequest(answer(429, '', wait), 0)).toMatchObject({ kind: 'retry', retryAfterMs: 7_000 });
    expect(classifyRequest(answer(503, '', wait), 0)).toMatchObject({ kind: 'retry', retryAfterMs: 7_000 });
    expect(classifyRequest(answer(429, rejected, wait), 0)).toMatchObject({
      kind: 'split',
      trouble: 'throttled',
      retryAfterMs: 7_000,
    });
    expect(classifyRequest(answer(503), 0)).not.toHaveProperty('retryAfterMs');
    const date = { 'retry-after': 'Mon, 01 Jan 2024 00:00:05 GMT' };
    expect(classifyRequest(answer(503, '', date), Date.UTC(2024, 0, 1))).toMatchObject({ retryAfterMs: 5_000 });
  });

  it('splits what is too large without a wait', () => {
    expect(classifyRequest(answer(413), 0)).not.toHaveProperty('trouble');
  });

  it('says what was asked', () => {
    expect(classifyRequest(answer(401, 'Unauthorized'), 0, 'GET /_cluster/health')).toMatchObject({
      message:
        'GET /_cluster/health: HTTP 401 Unauthorized; check elasticsearch.username and elasticsearch.password, elasticsearch.api.key or elasticsearch.bearer.token',
    });
  });
});
