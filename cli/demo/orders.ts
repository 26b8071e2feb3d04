/** Records of a shop, as the demo's topic holds them: orders, and the odd ones that every real topic has. */
import type { ProducerRecord } from '../../shared/kafka/driver.ts';

const GOODS = [
  '龙井茶 250g',
  '景德镇瓷杯',
  'green tea',
  '宣纸 100张',
  'fountain pen',
  '苏绣手帕',
  '青岛啤酒 24罐',
  'moon cakes 月饼',
];
const CITIES = ['杭州', '上海', '北京', '成都', '广州', 'Singapore', '香港'];

/** One record, for a partition. */
export interface DemoRecord {
  readonly partition: number;
  readonly record: ProducerRecord;
}

/** `count` orders over `partitions` partitions, then a tombstone, one without a key, one of `oversizeBytes` and one that is not UTF-8.
 *  Deterministic but for the times, which end at `now` (epoch ms). */
export function demoRecords(count: number, partitions: number, oversizeBytes: number, now: number): DemoRecord[] {
  const records: DemoRecord[] = [];
  for (let i = 0; i < count; i++) {
    const id = `order-${String(i + 1).padStart(6, '0')}`;
    const order = {
      id,
      city: CITIES[i % CITIES.length],
      lines: [{ goods: GOODS[i % GOODS.length], pieces: 1 + (i % 5), cents: 990 + ((i * 37) % 20_000) }],
      note: i % 50 === 0 ? '请尽快发货 “加急”\n谢谢！' : undefined,
    };
    records.push(recordOf(i % partitions, Buffer.from(id), Buffer.from(JSON.stringify(order)), now - (count - i) * 20));
  }
  const last = count % partitions;
  records.push(recordOf(last, Buffer.from('order-000001'), null, now));
  records.push(recordOf(last, null, Buffer.from('{"id":"walk-in","city":"西安"}'), now));
  records.push(recordOf(last, Buffer.from('order-oversize'), Buffer.alloc(oversizeBytes, 'x'), now));
  records.push(recordOf(last, Buffer.from('order-binary'), Buffer.from([0xff, 0xfe, 0x00, 0x80]), now));
  return records;
}

/** `count` orders that have a text where all others have a number. */
export function misfits(count: number, partitions: number, now: number): DemoRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const id = `order-misfit-${i + 1}`;
    const order = { id, city: CITIES[i % CITIES.length], lines: [{ goods: '砚台', pieces: 'a few', cents: 990 }] };
    return recordOf(i % partitions, Buffer.from(id), Buffer.from(JSON.stringify(order)), now);
  });
}

/** An order of fewer pieces than none. */
export function poison(partition: number, now: number): DemoRecord {
  const order = { id: 'order-poison', city: CITIES[0], lines: [{ goods: '砚台', pieces: -3, cents: 990 }] };
  return recordOf(partition, Buffer.from(order.id), Buffer.from(JSON.stringify(order)), now);
}

function recordOf(partition: number, key: Buffer | null, value: Buffer | null, timestamp: number): DemoRecord {
  return { partition, record: { key, value, headers: [], timestamp } };
}
