/** All keys of the sink. */
import type { ConfigOf } from '../../../shared/config/definition.ts';
import { partitionKeys } from './partition-keys.ts';
import { rowKeys } from './row-keys.ts';
import { targetKeys } from './target-keys.ts';

export const maxcomputeKeys = { ...targetKeys, ...rowKeys, ...partitionKeys };

export type MaxComputeConfig = ConfigOf<typeof maxcomputeKeys>;
