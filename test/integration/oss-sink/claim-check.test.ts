import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOfRecords } from '../../helpers/records.ts';
import { type OssSetup, setupOss, writeContext } from './oss-setup.ts';

const TP = { topic: 'orders', partition: 0 };
const VALUE = Buffer.from('甲'.repeat(100_000));
const { signal } = new AbortController();

let oss: OssSetup;
beforeEach(async () => {
  oss = await setupOss();
});
afterEach(() => oss.close());

const overflowed = (valueRef: string, valueSize = VALUE.length) =>
  batchOfRecords([
    { offset: 6, value: 'before' },
    {
      offset: 7,
      key: 'k',
      value: null,
      overflow: { valueSize, valueRef },
      headers: [{ key: 'h', value: Buffer.from('x') }],
    },
    { offset: 8, value: 'after' },
  ]);
const written = async () => (await oss.objects()).filter(({ name }) => name.startsWith('orders/'));

describe('a value that was stored before its record was sent', () => {
  it('can be read by anybody who has the reference', async () => {
    const valueRef = await oss.claimChecks().store(TP, 7, VALUE, signal);
    const reply = await fetch(valueRef);
    expect(Buffer.from(await reply.arrayBuffer()).equals(VALUE)).toBe(true);
    expect(valueRef).not.toContain('secret-of-the-test');
  });

  it('is written with its record, in its place', async () => {
    const valueRef = await oss.claimChecks().store(TP, 7, VALUE, signal);
    const writer = oss.writer({ 'oss.output.fields': 'offset,key,value,overflowFlag,headers' });
    expect(await writer.write(overflowed(valueRef), writeContext())).toEqual({ all: 'written', count: 3 });
    expect(JSON.parse((await written())[0]?.body.toString() ?? '')).toEqual([
      { offset: 6, value: 'before', overflowFlag: false, headers: [] },
      { offset: 7, key: 'k', value: VALUE.toString(), overflowFlag: false, headers: [{ key: 'h', value: 'x' }] },
      { offset: 8, value: 'after', overflowFlag: false, headers: [] },
    ]);
  });

  it('is stored once, however often', async () => {
    const claims = oss.claimChecks();
    oss.server.setFault({ kind: 'drop-after-write', method: 'PUT' });
    await expect(claims.store(TP, 7, VALUE, signal)).rejects.toMatchObject({ code: 'OSS_UNREACHABLE' });
    await claims.store(TP, 7, VALUE, signal);
    await expect(claims.store(TP, 7, Buffer.from('another'), signal)).rejects.toMatchObject({
      code: 'OSS_OBJECT_DIFFERS',
    });
    expect((await oss.objects()).map(({ name }) => name)).toEqual(['overflow/orders/0/00000000000000000007.value']);
  });

  it.each([VALUE.length - 1, VALUE.length + 1])(
    'is refused when its size is not %i as the record says',
    async (valueSize) => {
      const valueRef = await oss.claimChecks().store(TP, 7, VALUE, signal);
      expect(await oss.writer().write(overflowed(valueRef, valueSize), writeContext())).toMatchObject({
        outcomes: [
          { offset: 7, status: 'errant', code: 'OSS_VALUE_DIFFERS' },
          { offset: 6, status: 'written' },
          { offset: 8, status: 'written' },
        ],
      });
    },
  );

  it('makes its record errant when it is gone, or may not be read', async () => {
    const valueRef = await oss.claimChecks().store(TP, 7, VALUE, signal);
    const gone = valueRef.replace('00007.value', '00009.value');
    for (const ref of [gone, valueRef.replace(/x-oss-signature=./, 'x-oss-signature=z')]) {
      const outcome = await oss.writer({ 'oss.object.prefix': 'other' }).write(overflowed(ref), writeContext());
      expect(outcome).toMatchObject({ outcomes: [{ offset: 7, status: 'errant', code: 'OSS_VALUE_GONE' }, {}, {}] });
      expect(JSON.stringify(outcome)).not.toContain('x-oss-signature');
    }
  });

  it('is asked for again when the store does not answer', async () => {
    const valueRef = await oss.claimChecks().store(TP, 7, VALUE, signal);
    const writer = oss.writer();
    oss.server.setFault({ kind: 'drop-before-write', method: 'GET', keyPrefix: 'overflow/' });
    await expect(writer.write(overflowed(valueRef), writeContext())).rejects.toMatchObject({ code: 'OSS_UNREACHABLE' });
    oss.server.setFault({
      kind: 'status',
      status: 503,
      code: 'SlowDown',
      method: 'GET',
      keyPrefix: 'overflow/',
      retryAfterSeconds: 2,
    });
    await expect(writer.write(overflowed(valueRef), writeContext())).rejects.toMatchObject({
      code: 'OSS_THROTTLED',
      retryAfterMs: 2_000,
    });
    expect(await writer.write(overflowed(valueRef), writeContext())).toEqual({ all: 'written', count: 3 });
  });
});
