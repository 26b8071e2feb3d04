/** What a task has left in the metadata of an offset commit, as far as a person needs to know it. */
import { decodeCommitMetadata, type StopMark } from '../commit-metadata.ts';

export interface StoredWithCommit {
  /** The partition is stopped at this record until a person resumes it. */
  readonly stopMark?: StopMark;
  /** Batches that may be under way or written, and the offset of their last record. */
  readonly plan?: { readonly batches: number; readonly last: number };
  /** Something else is there: of another program, or a plan that no longer counts. */
  readonly other: boolean;
}

/** What came with a commit; `undefined` when nothing did. */
export function storedWithCommit(
  committed: { readonly offset: number; readonly metadata: string } | undefined,
): StoredWithCommit | undefined {
  if (committed === undefined || committed.metadata === '') return undefined;
  const { stopped, plan, occasion } = decodeCommitMetadata(committed.offset, committed.metadata);
  // It is there to be lost when somebody moves the group.
  if (stopped === undefined && plan.length === 0 && occasion !== undefined) return undefined;
  const last = plan.reduce((most, range) => Math.max(most, range.last), 0);
  return {
    ...(stopped === undefined ? {} : { stopMark: stopped }),
    ...(plan.length === 0 ? {} : { plan: { batches: plan.length, last } }),
    other: stopped === undefined && plan.length === 0,
  };
}
