/** Rules over keys of the MaxCompute sink and those of all connectors together. */
import { type ConfigOf, type CrossCheck, crossCheck } from '../../shared/config/definition.ts';
import type { SharedKeys } from '../../shared/sink.ts';
import type { maxcomputeKeys } from './keys/maxcompute-keys.ts';

type Keys = typeof maxcomputeKeys & SharedKeys;

const NULL_VALUES = 'behavior.on.null.values';

export function maxcomputeConnectorChecks(keys: Keys): readonly CrossCheck<ConfigOf<Keys>>[] {
  return [
    crossCheck(keys, [NULL_VALUES, 'maxcompute.write.mode'], (config) => {
      const mode = config['maxcompute.write.mode'];
      const policy = config[NULL_VALUES];
      if (policy === 'delete' && mode !== 'upsert') {
        const message = `delete needs maxcompute.write.mode=upsert: rows of ${mode} are never deleted; use that, or write, ignore or error-topic`;
        return [{ key: NULL_VALUES, message }];
      }
      if (policy === 'write' && mode === 'upsert') {
        const message =
          'write is not possible with maxcompute.write.mode=upsert, where a tombstone deletes; use delete';
        return [{ key: NULL_VALUES, message }];
      }
      return [];
    }),
    crossCheck(keys, ['max.in.flight.batches', 'maxcompute.write.mode'], (config) => {
      const batches = config['max.in.flight.batches'];
      const mode = config['maxcompute.write.mode'];
      if (batches === 1 || mode === 'append' || mode === 'stream') return [];
      const message = `${batches} batches at once may write rows of one key in another order than they came, since maxcompute.write.mode=${mode} and the table may have a primary key; use 1, or append`;
      return [{ key: 'max.in.flight.batches', message }];
    }),
    crossCheck(keys, ['overflow.policy'], (config) => {
      const policy = config['overflow.policy'];
      if (policy === 'error-topic') return [];
      const message = `${policy} sends a record without its value, and a field of the table holds 8 MiB at most, so that no such value has a place in it; use error-topic, and raise invoke.max.bytes where the function takes more`;
      return [{ key: 'overflow.policy', message }];
    }),
  ];
}
