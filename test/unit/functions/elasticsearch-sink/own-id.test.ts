import { expect, it } from 'vitest';
import { isOwnId, ownId, ownIdLead } from '../../../../functions/elasticsearch-sink/own-id.ts';

it('joins topic, partition and offset as ids of Confluent’s sink do', () => {
  const tp = { topic: 'orders.v1_a-b', partition: 12 };
  expect(ownId(tp, 0)).toBe('orders.v1_a-b+12+0');
  expect(ownId(tp, Number.MAX_SAFE_INTEGER)).toBe('orders.v1_a-b+12+9007199254740991');
  expect(ownId(tp, 42)).toBe(`${ownIdLead(tp)}42`);
});

it('knows the id of a record, and no other text', () => {
  for (const offset of [0, 7, 10, 100, 4_294_967_296, Number.MAX_SAFE_INTEGER]) {
    expect(isOwnId(`t+3+${offset}`, 't+3+', offset)).toBe(true);
    for (const text of [
      `t+3+0${offset}`,
      `t+3+${offset}0`,
      `t+3+${offset + 1}`,
      't+3+',
      `t+4+${offset}`,
      `${offset}`,
    ]) {
      if (text !== `t+3+${offset}`) expect(isOwnId(text, 't+3+', offset), text).toBe(false);
    }
  }
});
