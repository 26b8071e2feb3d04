import OSS from 'ali-oss';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { batchOfRecords, offsets } from '../../helpers/records.ts';
import { BUCKET, type OssSetup, setupOss, writeContext } from './oss-setup.ts';

let oss: OssSetup;
beforeEach(async () => {
  oss = await setupOss();
});
afterEach(() => oss.close());

const batch = (from: number, to: number) => batchOfRecords(offsets(from, to));
const names = async () => (await oss.objects()).map(({ name }) => name);
const offsetsStored = async () =>
  (await oss.objects()).flatMap(({ body }) =>
    (JSON.parse(body.toString()) as { offset: number }[]).map(({ offset }) => offset),
  );
const nameAt = (offset: number) => `orders/0/${String(offset).padStart(20, '0')}.json`;

describe('a batch that is cut otherwise the second time', () => {
  it('longer: the first part is recognised, the rest becomes an object of its own', async () => {
    const writer = oss.writer();
    await writer.write(batch(0, 10), writeContext());
    expect(await writer.write(batch(0, 25), writeContext())).toEqual({ all: 'written', count: 25 });
    expect(await names()).toEqual([nameAt(0), nameAt(10)]);
    expect(await offsetsStored()).toEqual(offsets(0, 25));
  });

  it.each(['none', 'gzip', 'zstd'])('shorter: the longer object proves it (%s)', async (compression) => {
    const writer = oss.writer({ 'oss.compression': compression });
    await writer.write(batch(0, 25), writeContext());
    expect(await writer.write(batch(0, 10), writeContext())).toEqual({ all: 'written', count: 10 });
    expect(await names()).toHaveLength(1);
  });

  it('longer, over several objects and after a lost reply', async () => {
    const writer = oss.writer();
    oss.server.setFault({ kind: 'drop-after-write', method: 'PUT' });
    await expect(writer.write(batch(0, 10), writeContext())).rejects.toMatchObject({ code: 'OSS_UNREACHABLE' });
    await writer.write(batch(10, 15), writeContext());
    await writer.write(batch(0, 40), writeContext());
    expect(await names()).toEqual([nameAt(0), nameAt(10), nameAt(15)]);
    expect(await offsetsStored()).toEqual(offsets(0, 40));
  });
});

describe('an object with another content', () => {
  it('is never replaced: the partition stops with OSS_OBJECT_DIFFERS', async () => {
    const writer = oss.writer();
    await writer.write(batch(0, 3), writeContext());
    const other = batchOfRecords([0, { offset: 1, value: 'other' }, 2]);
    await expect(writer.write(other, writeContext())).rejects.toMatchObject({
      name: 'FatalError',
      code: 'OSS_OBJECT_DIFFERS',
      context: { topic: 'orders', partition: 0, offset: 0 },
    });
    expect((await oss.objects())[0]?.body.toString()).toContain('"v1"');
  });

  it('of another program is left alone', async () => {
    const config = oss.config();
    const other = new OSS({
      accessKeyId: 'LTAI5tOfTheTest',
      accessKeySecret: 'secret-of-the-test',
      bucket: BUCKET,
      endpoint: oss.server.endpoint,
      region: `oss-${config['oss.region']}`,
      authorizationV4: true,
    });
    await other.put(nameAt(0), Buffer.from('theirs'));
    await expect(oss.writer().write(batch(0, 3), writeContext())).rejects.toMatchObject({ code: 'OSS_OBJECT_DIFFERS' });
    expect((await oss.objects())[0]?.body.toString()).toBe('theirs');
  });
});

describe('names with record time', () => {
  const raw = {
    'oss.object.key.template': '{topic}/dt={timestamp:yyyy-MM-dd}/hour={timestamp:HH}/{partition}-{offset}',
    'oss.time.zone': 'Asia/Shanghai',
    'oss.object.prefix': 'lake/raw',
  };
  const at = (offset: number, iso: string) => ({ offset, timestamp: Date.parse(iso) });

  it('put each record into the hour of its own time, in the time zone', async () => {
    const records = [
      at(0, '2024-01-01T15:59:59Z'),
      at(1, '2024-01-01T16:00:00Z'),
      at(2, '2024-01-01T15:30:00Z'),
      at(3, '2024-01-01T17:00:00Z'),
    ];
    expect(await oss.writer(raw).write(batchOfRecords(records), writeContext())).toEqual({ all: 'written', count: 4 });
    const hour = (day: string, hh: string, offset: number) =>
      `lake/raw/orders/dt=${day}/hour=${hh}/0-${String(offset).padStart(20, '0')}.json`;
    expect(await names()).toEqual([
      hour('2024-01-01', '23', 0),
      hour('2024-01-02', '00', 1),
      hour('2024-01-02', '01', 3),
    ]);
    expect(await offsetsStored()).toEqual([0, 2, 1, 3]);
  });

  it('are windows for the dispatcher, so that one batch is one object', async () => {
    const windowOf = ossSink.windowOf?.(oss.config(raw));
    const { segments } = batchOfRecords([at(0, '2024-01-01T15:59:59Z'), at(1, '2024-01-01T16:00:00Z')]);
    const block = segments[0]?.block;
    if (block === undefined || windowOf === undefined) throw new Error('no window');
    expect([windowOf(block, 0), windowOf(block, 1)]).toEqual(['2024-01-01\n23', '2024-01-02\n00']);
  });
});

describe('names with characters that URLs and signatures mind', () => {
  it('are written and read back as they are', async () => {
    const keys = ['a b', 'a+b', '100%', '订单', "it's", 'q?x=1&y', '#hash', 'emoji-🙂', 'a%2Fb', '(1)*!~'];
    const writer = oss.writer({ 'oss.object.key.template': '{topic}/{partition}/{key}/{offset}' });
    const records = keys.map((key, offset) => ({ offset, key }));
    expect(await writer.write(batchOfRecords(records), writeContext())).toEqual({ all: 'written', count: keys.length });
    const found = (await names()).map((name) => name.split('/')[2]);
    expect(found.sort()).toEqual([...keys].sort());
  });
});
