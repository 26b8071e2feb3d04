/** Keeps a shop's orders at an HTTP API: a record is the state of the order that its key names, a tombstone deletes it.
 *
 * Delivery is at least once, so a record may come again: the API is told its topic, partition and offset, and ignores what it has seen. Orders of
 * one key reach it in the order they were written; orders of different keys at the same time. */
import { defineSink, forEach, type ReceivedRecord, RecordError } from 'spillway/handler';

interface Order {
  readonly id: string;
  readonly pieces: number;
}

const api = process.env.ORDERS_API ?? '';

export const handler = defineSink(
  forEach(
    async (record, { signal }) => {
      if (record.key === null) return record.errant('ORDER_WITHOUT_KEY', 'the key must be the id of the order');
      // Its value is not here; with overflow.policy=claim-check it could be fetched from record.valueRef.
      if (record.overflow) return record.errant('ORDER_TOO_LARGE', `the order has ${record.valueSize} bytes`);
      const response = await fetch(`${api}/orders/${encodeURIComponent(record.key)}`, {
        method: record.isTombstone ? 'DELETE' : 'PUT',
        headers: { 'content-type': 'application/json', 'idempotency-key': record.id },
        // Null is no body.
        body: record.isTombstone ? null : JSON.stringify(orderOf(record)),
        signal,
      });
      await response.body?.cancel();
      if (response.ok) return record.written();
      // What is thrown fails the record: it comes again, with the others of its batch, and in the end stands alone.
      if (response.status === 429 || response.status >= 500) throw new Error(`the API answered ${response.status}`);
      return record.errant('ORDER_REFUSED', `the API answered ${response.status}`);
    },
    { atOnce: 4, keepOrder: 'key' },
  ),
  { invocationSource: process.env.INVOCATION_SOURCE },
);

/** @throws RecordError when the value is no order: the record is errant, the others are not concerned */
function orderOf(record: ReceivedRecord): Order {
  const value = record.json();
  if (typeof value === 'object' && value !== null && 'id' in value && 'pieces' in value) {
    const { id, pieces } = value;
    if (typeof id === 'string' && typeof pieces === 'number') return { id, pieces };
  }
  throw new RecordError('ORDER_INVALID', 'an order has an id and a number of pieces');
}
