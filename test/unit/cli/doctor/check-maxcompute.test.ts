import { describe, expect, it } from 'vitest';
import { checkMaxCompute } from '../../../../cli/doctor/check-maxcompute.ts';
import { classify } from '../../../../functions/maxcompute-sink/classify.ts';
import type { MaxComputeProbe } from '../../../../functions/maxcompute-sink/handler.ts';
import { OdpsError } from '../../../../functions/maxcompute-sink/tunnel/odps-error.ts';
import { maxcomputeConfig } from '../../functions/maxcompute-sink/config-of.ts';

const TABLE = { ok: true, value: { columns: 6, partitionColumns: ['pt'] } } as const;
const failed = (code: string, message: string) => ({ ok: false, code, message }) as const;
const missing = failed('MAXCOMPUTE_TABLE_MISSING', 'look at table p.orders: HTTP 404 (request id 1); create the table');

function check(probe: MaxComputeProbe, raw: Record<string, string> = {}, guarantee = 'exactly-once' as const) {
  return checkMaxCompute(maxcomputeConfig(raw), guarantee, probe);
}

describe('what doctor says of a table', () => {
  it('that is there, and of the way into it', () => {
    const appended = check({ table: TABLE, fits: { ok: true, value: 'append' }, tellsRecordsApart: true });
    expect(appended).toEqual([
      {
        severity: 'ok',
        code: 'maxcompute-table',
        message: 'table orders is there, with 6 columns and partitions by pt',
      },
      {
        severity: 'ok',
        code: 'maxcompute-mode',
        message: 'rows are appended to table orders, by upload sessions',
      },
    ]);
    const plain = { ok: true, value: { columns: 1, partitionColumns: [] } } as const;
    const keyed = check({ table: plain, fits: { ok: true, value: 'upsert' }, tellsRecordsApart: false });
    expect(keyed.map(({ severity }) => severity)).toEqual(['ok', 'ok']);
    expect(keyed[0]?.message).toContain('1 column and no partitions');
  });

  it('where rows may be there twice', () => {
    const fits = { ok: true, value: 'append' } as const;
    const untold = check({ table: TABLE, fits, tellsRecordsApart: false });
    expect(untold.at(-1)).toMatchObject({
      severity: 'warning',
      code: 'maxcompute-guarantee',
      message: expect.stringContaining('at least once'),
      action: expect.stringContaining('topic STRING, partition BIGINT and offset BIGINT'),
    });
    const stream = check({ table: TABLE, fits: { ok: true, value: 'stream' }, tellsRecordsApart: true });
    expect(stream.at(-1)).toMatchObject({ severity: 'warning', code: 'maxcompute-guarantee' });
    const asked = checkMaxCompute(maxcomputeConfig(), 'at-least-once', {
      table: TABLE,
      fits,
      tellsRecordsApart: false,
    });
    expect(asked.map(({ severity }) => severity)).toEqual(['ok', 'ok']);
  });

  it('that is missing, by who creates it', () => {
    expect(check({ table: missing })).toEqual([
      {
        severity: 'problem',
        code: 'maxcompute-table-missing',
        message: 'look at table p.orders: HTTP 404',
        action: 'create the table',
        error: 'MAXCOMPUTE_TABLE_MISSING',
      },
    ]);
    expect(check({ table: missing }, { 'create.table': 'create' })).toMatchObject([
      { severity: 'ok', message: expect.stringContaining('the sink creates it') },
    ]);
    const project = failed('MAXCOMPUTE_PROJECT_MISSING', 'x; y');
    expect(check({ table: project }, { 'create.table': 'create' })).toMatchObject([{ severity: 'problem' }]);
  });

  it.each([
    ['MAXCOMPUTE_CREDENTIALS_REFUSED', 'maxcompute-credentials'],
    ['MAXCOMPUTE_ACCESS_DENIED', 'maxcompute-rights'],
    ['MAXCOMPUTE_UNREACHABLE', 'maxcompute-unreachable'],
    ['MAXCOMPUTE_UNAVAILABLE', 'maxcompute-refused'],
    ['constructor', 'maxcompute-refused'],
  ])('that cannot be looked at: %s is %s', (code, finding) => {
    expect(check({ table: failed(code, 'a; b') })).toMatchObject([{ severity: 'problem', code: finding, error: code }]);
  });

  it('whose rows would not get there', () => {
    const tunnel = failed('MAXCOMPUTE_UNREACHABLE', 'look at x: no answer; check maxcompute.tunnel.endpoint');
    const found = check({ table: TABLE, tunnel, fits: { ok: true, value: 'upsert' } });
    expect(found.map(({ severity }) => severity)).toEqual(['ok', 'problem', 'ok']);
    expect(found[1]).toMatchObject({
      code: 'maxcompute-unreachable',
      message: 'the tunnel, to which rows are uploaded: look at x: no answer',
      action: 'check maxcompute.tunnel.endpoint',
    });
    expect(check({ table: TABLE, tunnel: { ok: true, value: undefined } })).toMatchObject([
      { severity: 'ok' },
      { severity: 'ok', code: 'maxcompute-tunnel' },
    ]);
  });

  it('by a clock that is off, and what to do', () => {
    const { message } = classify(
      new OdpsError({ status: 401, code: 'ODPS-0410031', action: 'look at table p.orders', text: 'expired' }),
    );
    expect(check({ table: failed('MAXCOMPUTE_CLOCK_SKEWED', message) })).toMatchObject([
      { code: 'maxcompute-credentials', action: 'set the clock of this machine' },
    ]);
  });

  it('that does not fit', () => {
    const fits = failed('MAXCOMPUTE_TABLE_UNFIT', 'there is no column key; alter the table');
    expect(check({ table: TABLE, fits })).toMatchObject([
      { severity: 'ok' },
      { severity: 'problem', code: 'maxcompute-table-unfit', action: 'alter the table' },
    ]);
  });
});
