/** Keys that say how often a record may reach its target. */
import type { SinkDefinition } from '../../sink.ts';
import { defaultOf, defineKey } from '../define-key.ts';
import type { ConfigOf, CrossCheck, DerivedDefault } from '../definition.ts';

/** `exactly-once`: batches are cut the same way again after a crash, so that repeats change nothing at the target. */
export type DeliveryGuarantee = 'exactly-once' | 'at-least-once';

const OF_TARGETS_THAT_CAN: readonly DeliveryGuarantee[] = ['exactly-once', 'at-least-once'];
const OF_OTHERS: readonly DeliveryGuarantee[] = ['at-least-once'];

const STORED =
  '`exactly-once`: where each batch begins and ends is stored in the group before it is written, so that a crash or a rebalance repeats the same batches and changes nothing. `at-least-once`: it is not stored; after a crash batches may be cut otherwise, and what was not committed may be there twice.';

/** Keys of a sink that can, or cannot, tell a repeated batch from a new one. */
export function deliveryKeys(exactlyOnce: SinkDefinition['exactlyOnce']) {
  return {
    'delivery.guarantee': defineKey.enum(exactlyOnce === false ? OF_OTHERS : OF_TARGETS_THAT_CAN, {
      group: 'Errors',
      importance: 'HIGH',
      displayName: 'Delivery guarantee',
      ...defaultOf(guaranteeOf(exactlyOnce)),
      doc:
        exactlyOnce === false
          ? 'Only `at-least-once`: records may come again, which a function recognises by topic, partition and offset, and other targets by ids.'
          : STORED,
    }),
  };
}

function guaranteeOf(
  exactlyOnce: SinkDefinition['exactlyOnce'],
): DeliveryGuarantee | DerivedDefault<DeliveryGuarantee> {
  if (typeof exactlyOnce === 'boolean') return exactlyOnce ? 'exactly-once' : 'at-least-once';
  const { text, reads, value } = exactlyOnce;
  return { text, reads, value: (config) => (value(config) ? 'exactly-once' : 'at-least-once') };
}

/** Refuses `exactly-once` where keys of the sink make it impossible. */
export function deliveryChecks(
  exactlyOnce: SinkDefinition['exactlyOnce'],
): readonly CrossCheck<ConfigOf<ReturnType<typeof deliveryKeys>>>[] {
  if (typeof exactlyOnce === 'boolean') return [];
  const { text, reads, value } = exactlyOnce;
  const key = 'delivery.guarantee';
  return [
    {
      reads: [key, ...reads],
      problems: (config) =>
        config[key] === 'exactly-once' && !value(config)
          ? [{ key, message: `cannot be exactly-once here: it is ${text}` }]
          : [],
    },
  ];
}
