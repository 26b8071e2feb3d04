/** A commit for a group without members that the coordinator took for some partitions and refused for others. */
import { FatalError, type RetriableError } from '../errors.ts';

/** Everything that is not in `refused` is committed. */
export class OffsetsRefused extends FatalError {
  /** Why, by partition name. */
  readonly refused: ReadonlyMap<string, FatalError | RetriableError>;

  constructor(groupId: string, asked: number, refused: ReadonlyMap<string, FatalError | RetriableError>) {
    const reasons = [...refused].map(([name, error]) => `${name}: ${error.message}`).join('; ');
    super(
      'OFFSETS_PARTLY_COMMITTED',
      `of ${asked} offsets of group ${groupId}, ${asked - refused.size} are committed and ${refused.size} are not: ${reasons}`,
    );
    this.refused = refused;
  }
}
