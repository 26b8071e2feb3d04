/** Claim check: the value of a record that no request can carry is stored first, and the request says where. */
import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import { overflowed } from '../../shared/envelope/block-builder.ts';
import { encodedRecordBytes } from '../../shared/envelope/element-size.ts';
import { ENVELOPE_OVERHEAD_BYTES, type EnvelopeOptions } from '../../shared/envelope/encode.ts';
import { offsetAt, type RecordBatch, valueAt } from '../../shared/records.ts';

export interface ClaimCheckRules {
  readonly store: ClaimCheckStore;
  readonly invokeMaxBytes: number;
  readonly envelope: EnvelopeOptions;
}

/** `batch` itself, or, for a single record too large for a request, a batch whose record refers to its stored value.
 *  A crash after the store leaves an object nobody refers to yet; its key is derived from the record, so the replay finds it again.
 *  @throws RetriableError while the store cannot be reached */
export async function withClaimCheck(
  batch: RecordBatch,
  rules: ClaimCheckRules | undefined,
  signal: AbortSignal,
): Promise<RecordBatch> {
  const segment = batch.segments[0];
  if (rules === undefined || segment === undefined || batch.count > 1) return batch;
  const { block, from } = segment;
  const value = valueAt(block, from);
  if (value === null) return batch;
  if (encodedRecordBytes(block, from, rules.envelope) + ENVELOPE_OVERHEAD_BYTES <= rules.invokeMaxBytes) return batch;
  const valueRef = await rules.store.store(batch, offsetAt(block, from), value, signal);
  return overflowed(block, from, { valueSize: value.length, valueRef }, batch.window);
}
