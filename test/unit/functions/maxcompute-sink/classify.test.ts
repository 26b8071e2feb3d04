import { describe, expect, it } from 'vitest';
import { classify, isSchemaModified, isSessionEnded } from '../../../../functions/maxcompute-sink/classify.ts';
import { OdpsError, type OdpsErrorFields } from '../../../../functions/maxcompute-sink/tunnel/odps-error.ts';
import { RetriableError } from '../../../../shared/errors.ts';

const ACTION = 'upload block 0 of upload session u1 of table p.orders, partition pt=a';

function errorOf(fields: Partial<OdpsErrorFields>): OdpsError {
  return new OdpsError({ status: 400, code: '', action: ACTION, text: 'words', requestId: '2026id', ...fields });
}

const throttled = ['RetriableError', 'MAXCOMPUTE_THROTTLED', 'throttled'];
const unavailable = ['RetriableError', 'MAXCOMPUTE_UNAVAILABLE', 'unreachable'];
const ended = ['RetriableError', 'MAXCOMPUTE_SESSION_ENDED', 'unreachable'];
const altered = ['RetriableError', 'MAXCOMPUTE_SCHEMA_MODIFIED', 'unreachable'];
const credentials = ['FatalError', 'MAXCOMPUTE_CREDENTIALS_REFUSED', 'heals'];
const refused = ['FatalError', 'MAXCOMPUTE_REQUEST_REFUSED', 'stays'];

describe('a session of a table that was altered', () => {
  it('is given up for another one only where the service says so: both would be committed otherwise', () => {
    expect(isSchemaModified(classify(errorOf({ status: 412, code: 'SchemaModified' })))).toBe(true);
    expect(isSchemaModified(classify(errorOf({ status: 412 })))).toBe(false);
    expect(isSchemaModified(classify(errorOf({ status: 412, code: 'SomethingNew' })))).toBe(false);
    expect(isSchemaModified(errorOf({ status: 412, code: 'SchemaModified' }))).toBe(false);
  });
});

describe('a reply of MaxCompute', () => {
  it.each<[Partial<OdpsErrorFields>, string[]]>([
    [{ status: 429, code: 'FlowExceeded' }, throttled],
    [{ status: 429, code: 'QPSExceeded' }, throttled],
    [{ status: 429, code: 'SlotExceeded' }, throttled],
    [{ status: 429, code: 'SomethingNew' }, throttled],
    [{ status: 308, code: 'SlotReassigned' }, ['RetriableError', 'MAXCOMPUTE_SLOT_MOVED', 'unreachable']],
    [{ status: 500, code: 'InternalServerError' }, unavailable],
    [{ status: 502 }, unavailable],
    [{ status: 503, code: 'ServiceUnavailable' }, unavailable],
    [{ status: 504 }, unavailable],
    [{ status: 520 }, unavailable],
    [{ status: 400, code: 'DataStoreError' }, unavailable],
    [{ status: 200, code: 'ODPS-0010000' }, unavailable],
    [{ status: 200, code: 'ODPS-0110041' }, unavailable],
    [{ status: 200, code: 'ODPS-0110061' }, unavailable],
    [{ status: 409 }, throttled],
    [{ status: 409, code: 'SomethingNew' }, throttled],
    [{ status: 400, code: 'DataUnderReplication' }, unavailable],
    [{ status: 400, code: 'RequestTimeOut' }, ['RetriableError', 'MAXCOMPUTE_TIMEOUT', 'timeout']],
    [{ code: 'CorruptedDataStream' }, ['RetriableError', 'MAXCOMPUTE_CONTENT_DAMAGED', 'unreachable']],
    [{ code: 'IncompleteBody' }, ['RetriableError', 'MAXCOMPUTE_CONTENT_DAMAGED', 'unreachable']],
    [{ status: 409, code: 'StatusConflict' }, ended],
    [{ status: 404, code: 'NoSuchUpload' }, ended],
    [{ status: 404, code: 'UpsertSessionNotFound' }, ended],
    [{ status: 404, code: 'StreamSessionNotFound' }, ended],
    [{ status: 200, code: 'CommitUnderWay' }, ['RetriableError', 'MAXCOMPUTE_SESSION_UNSETTLED', 'unreachable']],
    [
      { status: 200, code: 'InConsistentBlockList' },
      ['RetriableError', 'MAXCOMPUTE_SESSION_INCOMPLETE', 'unreachable'],
    ],
    [{ status: 412, code: 'SchemaModified' }, altered],
    [{ status: 412 }, altered],
    [{ status: 400, code: 'TableModified' }, altered],
    [{ status: 401, code: 'Unauthorized' }, credentials],
    [{ status: 401, code: 'Unauthorized', text: 'ODPS-0410051:Invalid credentials' }, credentials],
    [
      { status: 401, code: 'Unauthorized', text: 'ODPS-0410031:Authentication request expired' },
      ['FatalError', 'MAXCOMPUTE_CLOCK_SKEWED', 'heals'],
    ],
    [{ status: 401, code: 'ODPS-0410042' }, credentials],
    [{ status: 400, code: 'ODPS-0410051' }, credentials],
    [{ status: 401 }, credentials],
    [{ status: 401, code: 'ODPS-0410031' }, ['FatalError', 'MAXCOMPUTE_CLOCK_SKEWED', 'heals']],
    [{ status: 403, code: 'RequestTimeTooSkewd' }, ['FatalError', 'MAXCOMPUTE_CLOCK_SKEWED', 'heals']],
    [{ status: 403, code: 'NoPermission' }, ['FatalError', 'MAXCOMPUTE_ACCESS_DENIED', 'heals']],
    [{ status: 200, code: 'ODPS-0130013' }, ['FatalError', 'MAXCOMPUTE_ACCESS_DENIED', 'heals']],
    [{ status: 200, code: 'ODPS-0110011' }, ['FatalError', 'MAXCOMPUTE_ACCESS_DENIED', 'heals']],
    [{ status: 404, code: 'NoSuchProject' }, ['FatalError', 'MAXCOMPUTE_PROJECT_MISSING', 'heals']],
    [{ status: 404, code: 'NoSuchObject' }, ['FatalError', 'MAXCOMPUTE_TABLE_MISSING', 'heals']],
    [{ status: 404, code: 'NoSuchTable' }, ['FatalError', 'MAXCOMPUTE_TABLE_MISSING', 'heals']],
    [{ status: 200, code: 'ODPS-0130131' }, ['FatalError', 'MAXCOMPUTE_TABLE_MISSING', 'heals']],
    [{ status: 404, code: 'NoSuchPartition' }, ['FatalError', 'MAXCOMPUTE_PARTITION_MISSING', 'heals']],
    [{ code: 'MissingPartitionSpec' }, ['FatalError', 'MAXCOMPUTE_PARTITION_REFUSED', 'heals']],
    [{ status: 405, code: 'MethodNotAllowed' }, ['FatalError', 'MAXCOMPUTE_TABLE_NOT_WRITABLE', 'heals']],
    [{ status: 404 }, ['FatalError', 'MAXCOMPUTE_WRONG_ADDRESS', 'heals']],
    [{ code: 'MalformedDataStream' }, refused],
    [{ code: 'InvalidArgument' }, refused],
    [{ status: 200, code: 'AnswerNotUnderstood' }, ['FatalError', 'MAXCOMPUTE_ANSWER_DOUBTFUL', 'stays']],
    [{ code: 'SomethingNew' }, ['FatalError', 'MAXCOMPUTE_UNCLASSIFIED', 'stays']],
    [{ code: 'constructor' }, ['FatalError', 'MAXCOMPUTE_UNCLASSIFIED', 'stays']],
    [{ status: 0, networkCode: 'ECONNRESET' }, ['RetriableError', 'MAXCOMPUTE_UNREACHABLE', 'unreachable']],
    [{ status: 0, networkCode: 'ABORTED' }, ['RetriableError', 'MAXCOMPUTE_TIMEOUT', 'timeout']],
    [{ status: 0, networkCode: 'UND_ERR_CLOSED' }, ['RetriableError', 'MAXCOMPUTE_CLOSED', 'unreachable']],
    [{ status: 0, networkCode: 'CERT_HAS_EXPIRED' }, ['FatalError', 'MAXCOMPUTE_NOT_TRUSTED', 'heals']],
    [{ status: 0, networkCode: 'SELF_SIGNED_CERT_IN_CHAIN' }, ['FatalError', 'MAXCOMPUTE_NOT_TRUSTED', 'stays']],
    [{ status: 0, networkCode: 'ENEWS' }, ['FatalError', 'MAXCOMPUTE_UNCLASSIFIED', 'stays']],
  ])('%j', (fields, [name, code, rest]) => {
    const error = classify(errorOf(fields));
    expect([error.name, error.code]).toEqual([name, code]);
    expect(error instanceof RetriableError ? error.trouble : error.mayHeal ? 'heals' : 'stays').toBe(rest);
  });

  it('is told with what was done, the records, the request id, and what to do last', () => {
    const error = classify(errorOf({ status: 404, code: 'NoSuchTable' }), 'offsets 5 to 12 of orders-0');
    expect(error.message).toBe(
      `${ACTION}: HTTP 404 NoSuchTable: words (request id 2026id), for offsets 5 to 12 of orders-0; create the table, correct maxcompute.table and maxcompute.schema, or set maxcompute.create.table=create`,
    );
  });

  it('says how long to wait', () => {
    expect(classify(errorOf({ status: 429, code: 'FlowExceeded', holdClientMs: 7_000 }))).toMatchObject({
      retryAfterMs: 7_000,
    });
  });

  it('says that a session is over, whatever became of it', () => {
    expect(isSessionEnded(classify(errorOf({ code: 'NoSuchUpload' })))).toBe(true);
    expect(isSessionEnded(classify(errorOf({ code: 'InternalServerError', status: 500 })))).toBe(false);
    expect(isSessionEnded(new Error('NoSuchUpload'))).toBe(false);
  });
});
