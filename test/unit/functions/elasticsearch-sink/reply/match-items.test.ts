import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BulkItem, readBulkReply } from '../../../../../functions/elasticsearch-sink/reply/bulk-reply.ts';
import { matchItems, type SentOperation } from '../../../../../functions/elasticsearch-sink/reply/match-items.ts';
import { capturedReply, sentOperations } from '../captured-replies.ts';

type Entry = readonly [action: SentOperation['action'], item: BulkItem];

const FAILED = { status: 500, error: { type: 'fail_processor_exception', reason: 'no' } };
const DROPPED = { status: 200, result: 'noop', _version: -3 };
const CREATED = { status: 201, result: 'created', _version: 1 };

function sent(id: string | undefined, index = 'i', action: SentOperation['action'] = 'index'): SentOperation {
  return { action, index, id };
}

function item(_id: string | null | undefined, fate: BulkItem, _index = 'i'): Entry {
  return ['index', { _index, _id, ...fate }];
}

function replyOf(entries: readonly Entry[]) {
  const reply = readBulkReply({ items: entries.map(([action, fields]) => ({ [action]: fields })) });
  if (reply === undefined) throw new Error('no bulk reply');
  return reply;
}

/** Position of the item of each operation. */
function match(operations: readonly SentOperation[], entries: readonly Entry[]) {
  const reply = replyOf(entries);
  return matchItems(operations, reply).map((found) => (typeof found === 'string' ? found : reply.items.indexOf(found)));
}

describe('matchItems', () => {
  it('takes items that stand in place as they are', () => {
    const reply = replyOf([item('a', CREATED), item('b', FAILED)]);
    expect(matchItems([sent('a'), sent('b')], reply)).toBe(reply.items);
  });

  it('finds items by id where OpenSearch 3.6 answers out of order', () => {
    const captured = capturedReply('os3-pipeline-drop-and-fail');
    const reply = readBulkReply(captured.reply.kind === 'reply' ? captured.reply.body : undefined);
    if (reply === undefined) throw new Error('no bulk reply');
    const matches = matchItems(sentOperations(captured, reply), reply);
    expect(matches.map((found) => (found as BulkItem)._id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('knows aliases and data streams by id, whatever index answers', () => {
    expect(
      match([sent('a', 'alias'), sent('b', 'logs')], [item('a', CREATED, 'i-1'), item('b', CREATED, '.ds-logs-1')]),
    ).toEqual([0, 1]);
  });

  it('tells one id in two indices apart', () => {
    const operations = [sent('x', 'first'), sent('x', 'second')];
    expect(match(operations, [item('x', DROPPED, 'second'), item('x', FAILED, 'first')])).toEqual([1, 0]);
    expect(match(operations, [item('x', CREATED, 'second'), item('x', CREATED, 'first')])).toEqual([1, 0]);
    expect(match(operations, [item('x', CREATED, 'first-1'), item('x', CREATED, 'second-1')])).toEqual([0, 1]);
    // An alias, and its own concrete index.
    expect(match(operations, [item('x', CREATED, 'second'), item('x', CREATED, 'second')])).toEqual([0, 1]);
  });

  it('gives operations on one document its items in order', () => {
    const operations = [sent('x'), sent('y'), sent('x'), sent('x', 'i', 'delete')];
    const entries = [
      item('x', CREATED),
      item('y', FAILED),
      item('x', FAILED),
      ['delete', { _index: 'i', _id: 'x', status: 200 }],
    ] as const;
    expect(match(operations, entries)).toEqual([0, 1, 2, 3]);
  });

  it('leaves a document its place beside what stands out of order', () => {
    // Sent: x fails, x is written, y is dropped. The answer has y before x among those that were not sent on.
    const entries = [item('y', DROPPED), item('x', CREATED), item('x', FAILED)];
    expect(match([sent('x'), sent('x'), sent('y')], entries)).toEqual([2, 1, 0]);
  });

  it('misses what is left out, and does not guess which of several on one document it is', () => {
    expect(match([sent('a'), sent('b'), sent('c')], [item('a', CREATED), item('c', CREATED)])).toEqual([
      0,
      'missing',
      1,
    ]);
    expect(match([sent('x'), sent('x'), sent('c')], [item('x', CREATED), item('c', CREATED)])).toEqual([
      'missing',
      'missing',
      1,
    ]);
    expect(match([sent('a')], [])).toEqual(['missing']);
    expect(match([sent('a')], [item('b', CREATED)])).toEqual(['missing']);
    expect(match([sent('a', 'i', 'delete')], [item('a', CREATED)])).toEqual(['missing']);
    expect(match([sent('a')], [['index', { status: 201 }]])).toEqual(['missing']);
  });

  it('does not take what is too much', () => {
    expect(match([sent('a')], [item('a', CREATED), item('a', FAILED)])).toEqual(['missing']);
    expect(match([sent('a')], [item('b', CREATED), item('a', FAILED)])).toEqual([1]);
    expect(match([], [item('a', CREATED)])).toEqual([]);
  });

  it('has only positions where the server makes the ids, and none where the counts differ', () => {
    const operations = [sent(undefined), sent(undefined)];
    expect(match(operations, [item('s1', CREATED), item(null, FAILED)])).toEqual([0, 1]);
    expect(match(operations, [item('s1', CREATED)])).toEqual(['missing', 'missing']);
  });

  it('does not tell what was dropped from what was refused where both have no id', () => {
    const operations = [sent(undefined), sent(undefined), sent(undefined)];
    const entries = [item('s1', CREATED), item('auto-generated', DROPPED), item(null, FAILED)];
    expect(match(operations, entries)).toEqual([0, 'ambiguous', 'ambiguous']);
    expect(
      match(operations, [item('s1', CREATED), item('auto-generated', DROPPED), item('auto-generated', DROPPED)]),
    ).toEqual([0, 1, 2]);
  });

  it('does not tell what was dropped from what was refused where both are about one document', () => {
    const entries = [item('x', DROPPED), item('x', FAILED), item('y', FAILED)];
    expect(match([sent('x'), sent('x'), sent('y')], entries)).toEqual(['ambiguous', 'ambiguous', 2]);
    // Alone in a request, each is told.
    expect(match([sent('x')], [item('x', FAILED)])).toEqual([0]);
  });

  it('knows an update that a pipeline ended by its place', () => {
    const operations = [sent('a', 'i', 'update'), sent('b', 'i', 'update')];
    const entries = [item('auto-generated', DROPPED), ['update', { _index: 'i', _id: 'b', status: 200 }]] as const;
    expect(match(operations, entries)).toEqual([0, 1]);
  });

  it('never takes one operation for another, however pipelines end them', () => {
    const fate = fc.constantFrom('written', 'refused', 'dropped', 'failed');
    const operation = fc.record({
      id: fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined }),
      index: fc.constantFrom('i', 'j'),
      fate,
    });
    const plan = fc.array(operation, { minLength: 1, maxLength: 12 }).chain((operations) =>
      fc.record({
        operations: fc.constant(operations),
        // The order in which pipelines end what they do not send on.
        rank: fc.array(fc.nat(), { minLength: operations.length, maxLength: operations.length }),
      }),
    );
    fc.assert(
      fc.property(plan, ({ operations, rank }) => {
        const entries = operations.map(({ id, index, fate: end }, at): Entry => {
          if (end === 'written') return ['index', { _index: `${index}-1`, _id: id ?? `s${at}`, ...CREATED }];
          if (end === 'refused')
            return [
              'index',
              { _index: `${index}-1`, _id: id ?? `s${at}`, status: 400, error: { type: 'mapper_parsing_exception' } },
            ];
          return ['index', { _index: index, _id: id ?? 'auto-generated', ...(end === 'dropped' ? DROPPED : FAILED) }];
        });
        const isSentOn = (at: number) => ['written', 'refused'].includes(operations[at]?.fate ?? '');
        const positions = operations.map((_, at) => at);
        // As `wrapActionListenerIfNeeded` builds the answer.
        const answered = positions.filter((at) => !isSentOn(at)).sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0));
        for (const at of positions.filter(isSentOn)) answered.splice(at, 0, at);
        const matches = match(
          operations.map(({ id, index }) => sent(id, index)),
          answered.map((at) => entries[at] as Entry),
        );
        matches.forEach((found, at) => {
          const end = operations[at]?.fate;
          expect(found).not.toBe('missing');
          if (found === 'ambiguous') expect(end).not.toBe('written');
          // Of several that a pipeline dropped, or failed, any will do.
          if (typeof found === 'number') expect(operations[answered[found] ?? -1]?.fate).toBe(end);
        });
      }),
      { numRuns: 2_000 },
    );
  });
});
