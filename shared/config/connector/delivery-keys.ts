/** Keys that say how often a record may reach its target. */
import { defineKey } from '../define-key.ts';

/** `exactly-once`: batches are cut the same way again after a crash, so that repeats change nothing at the target. */
export type DeliveryGuarantee = 'exactly-once' | 'at-least-once';

const OF_TARGETS_THAT_CAN: readonly DeliveryGuarantee[] = ['exactly-once', 'at-least-once'];
const OF_OTHERS: readonly DeliveryGuarantee[] = ['at-least-once'];

/** Keys of a sink that can, or cannot, tell a repeated batch from a new one. */
export function deliveryKeys(exactlyOnce: boolean) {
  return {
    'delivery.guarantee': defineKey.enum(exactlyOnce ? OF_TARGETS_THAT_CAN : OF_OTHERS, {
      group: 'Errors',
      importance: 'HIGH',
      displayName: 'Delivery guarantee',
      default: exactlyOnce ? 'exactly-once' : 'at-least-once',
      doc: exactlyOnce
        ? '`exactly-once`: where each batch begins and ends is stored in the group before it is written, so that a crash or a rebalance repeats the same batches and changes nothing. `at-least-once`: it is not stored; after a crash batches may be cut otherwise, and what was not committed may be there twice.'
        : 'Only `at-least-once`: records may come again, which a function recognises by topic, partition and offset, and other targets by ids.',
    }),
  };
}
