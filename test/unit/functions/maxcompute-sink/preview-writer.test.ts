import { describe, expect, it } from 'vitest';
import { createMaxComputeWriter } from '../../../../functions/maxcompute-sink/create.ts';
import type { RawConfig } from '../../../../shared/config/parse.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import type { RenderedRequest } from '../../../../shared/rendered-request.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { batchOfRecords, type ShortRecord } from '../../../helpers/records.ts';
import { maxcomputeConfig } from './config-of.ts';

async function previewed(raw: RawConfig, records: readonly ShortRecord[]) {
  const requests: RenderedRequest[] = [];
  const writer = createMaxComputeWriter(maxcomputeConfig(raw), {
    clock: new ManualClock(Date.parse('2026-11-21T02:15:00Z')),
    random: () => 0,
    secrets: {
      resolve: () => {
        throw new Error('no secrets in a preview');
      },
    },
    role: () => undefined,
    logger: silentLogger,
    record: (request) => requests.push(request),
  });
  const context = { signal: new AbortController().signal, deadlineAt: Number.POSITIVE_INFINITY };
  const outcome = await writer.write(batchOfRecords(records), context);
  await writer.close();
  return {
    outcome,
    lines: requests.map(({ method, url }) => `${method} ${url}`),
    bodies: bodiesOf(requests),
    raw: requests.flatMap(({ body }) => (body.length === 0 ? [] : [body.toString()])),
  };
}

function bodiesOf(requests: readonly RenderedRequest[]): unknown[] {
  return requests.flatMap(({ body }) =>
    body.length === 0
      ? []
      : [
          body
            .toString()
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line) as unknown),
        ],
  );
}

const META = { topic: 'orders', partition: 0, insert_time: 1_603_779_578_478 };

describe('a preview of MaxCompute', () => {
  it('shows the requests of a session for each partition, and the rows as JSON', async () => {
    const { outcome, lines, bodies } = await previewed({ 'tunnel.endpoint': 'https://dt.example' }, [
      { offset: 1, key: 'k', value: '甲' },
      { offset: 2, value: null, timestamp: 0 },
      { offset: 3, timestamp: -1 },
    ]);
    const table = 'https://dt.example/projects/sales/tables/orders';
    expect(lines).toEqual(
      ['10-27-2020 14', '01-01-1970 08'].flatMap((pt) => [
        `POST ${table}?uploads&partition=pt=${pt}`,
        `PUT ${table}?uploadid=[session]&blockid=0&partition=pt=${pt}`,
        `POST ${table}?uploadid=[session]&partition=pt=${pt}`,
      ]),
    );
    expect(bodies).toEqual([
      [{ ...META, offset: 1, key: 'k', value: '甲' }],
      [{ ...META, offset: 2, insert_time: 0, key: null, value: null }],
    ]);
    expect(outcome).toMatchObject({
      outcomes: [
        { offset: 1, status: 'written' },
        { offset: 2, status: 'written' },
        { offset: 3, status: 'errant', code: 'MAXCOMPUTE_NO_PARTITION' },
      ],
    });
  });

  it('shows members of JSON, and CSV as it is', async () => {
    const flatten = { format: 'FLATTEN', mode: 'VALUE', 'partition.columns': 'none', 'write.mode': 'stream' };
    const members = await previewed(flatten, [
      { offset: 1, value: '{"a":[1]}' },
      { offset: 2, value: '[1' },
    ]);
    expect(members.lines.at(-1)).toBe(
      'PUT [tunnel of https://service.cn-hangzhou.maxcompute.aliyun.com/api]/projects/sales/tables/orders/streams?uploadid=[session]',
    );
    expect(members.bodies).toEqual([[{ ...META, offset: 1, a: [1] }]]);
    expect(members.outcome).toMatchObject({ outcomes: [{ offset: 2, code: 'VALUE_NOT_JSON' }, { offset: 1 }] });
    const csv = await previewed({ format: 'CSV', mode: 'KEY', schema: 's', 'write.mode': 'upsert' }, [
      { offset: 1, key: 'a,b' },
    ]);
    expect(csv.bodies).toEqual([[{ ...META, offset: 1, '[fields]': 'a,b' }]]);
    expect(csv.lines).toEqual([
      expect.stringMatching(/^POST .*\/projects\/sales\/schemas\/s\/tables\/orders\/upserts\?slotnum=1/),
      expect.stringMatching(/^PUT .*\/upserts\?upsertid=\[session\]/),
      expect.stringMatching(/^POST .*\/upserts\?upsertid=\[session\]/),
    ]);
  });

  it('shows what a run would make of each record: digits, what is refused, what is deleted', async () => {
    const flatten = { format: 'FLATTEN', mode: 'VALUE', 'partition.columns': 'none' };
    const values = [
      '{"id":9223372036854775807,"price":0.10,\n "dbl":-0,"huge":[1e400, 1.0],"ID":9007199254740993}',
      null,
      '[1]',
      '{"offset":7}',
      '{"offset":null}',
      '{a}',
    ];
    const { outcome, raw } = await previewed(
      flatten,
      values.map((value, offset) => ({ offset, value })),
    );
    const meta = (offset: number) => `{"topic":"orders","partition":0,"offset":${offset},"insert_time":1603779578478`;
    expect(raw).toEqual([
      `${meta(0)},"ID":9007199254740993,"price":0.10,"dbl":-0,"huge":[1e400, 1.0]}\n${meta(1)}}\n${meta(4)}}\n`,
    ]);
    expect(outcome).toMatchObject({
      outcomes: [
        { offset: 2, code: 'MAXCOMPUTE_NOT_AN_OBJECT' },
        { offset: 3, code: 'MAXCOMPUTE_UNKNOWN_FIELD' },
        {
          offset: 5,
          code: 'VALUE_NOT_JSON',
          message: expect.stringContaining('orders-0 at offset 5: the value is no JSON: at byte 1'),
        },
        { offset: 0 },
        { offset: 1 },
        { offset: 4 },
      ],
    });
    const json = await previewed({ format: 'JSON', mode: 'VALUE' }, [
      { offset: 0, value: '{bad' },
      { offset: 1, value: null },
      { offset: 2, value: '5', headers: [{ key: 'h', value: Buffer.from('1') }] },
    ]);
    expect(json.outcome).toMatchObject({
      outcomes: [{ offset: 0, code: 'VALUE_NOT_JSON' }, { offset: 1 }, { offset: 2 }],
    });
    expect(json.bodies).toEqual([
      [
        { ...META, offset: 1, value: null },
        { ...META, offset: 2, headers: [{ key: 'h', value: '1' }], value: '5' },
      ],
    ]);
    const deleted = await previewed({ ...flatten, 'write.mode': 'upsert' }, [
      { offset: 0, key: '{"id":1}', value: null },
    ]);
    expect(deleted.bodies).toEqual([[{ ...META, offset: 0, '[deletes the row of key]': '{"id":1}' }]]);
  });

  it('shows bytes that are no text, by the clock where that decides the partition', async () => {
    const { bodies, lines } = await previewed({ format: 'BINARY', mode: 'VALUE', 'partition.source': 'write-time' }, [
      { offset: 1, value: Buffer.from([0xff]) },
    ]);
    expect(bodies).toEqual([[{ ...META, offset: 1, value: '/w==' }]]);
    expect(lines[0]).toContain('partition=pt=11-21-2026 10');
  });
});
