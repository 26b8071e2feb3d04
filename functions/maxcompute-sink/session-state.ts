/** What the status of a session means for us, and the wait for one that is about to change. */
import type { Clock } from '../../shared/clock.ts';
import { RetriableError } from '../../shared/errors.ts';
import type { WriteContext } from '../../shared/sink.ts';
import type { Call, TableTarget } from './table-target.ts';
import type { CallOptions } from './tunnel/call-options.ts';
import type { UploadStatus } from './tunnel/upload-session.ts';
import type { UpsertStatus } from './tunnel/upsert-description.ts';

/** `usable`: it can be uploaded into and committed. `moving`: it will be something else soon, which must be waited for. `over`: it is not
 *  committed and never will be. */
type Standing = 'committed' | 'usable' | 'moving' | 'over';

const STANDINGS: Readonly<Record<UploadStatus | UpsertStatus, Standing>> = {
  normal: 'usable',
  closing: 'moving',
  committing: 'moving',
  closed: 'committed',
  committed: 'committed',
  canceled: 'over',
  aborted: 'over',
  expired: 'over',
  // Nothing says what becomes of these; to take them for lost could write their rows twice.
  critical: 'moving',
  unknown: 'moving',
};

/** Between two looks at a session. */
const LOOK_AGAIN_MS = 1_000;

interface Session {
  readonly id: string;
  readonly status: UploadStatus | UpsertStatus;
  reload(call: CallOptions): Promise<void>;
}

export function standingOf({ status }: Pick<Session, 'status'>): Standing {
  return STANDINGS[status];
}

/** What becomes of a session that may be in the middle of a commit.
 *  @throws RetriableError `MAXCOMPUTE_SESSION_UNSETTLED` when that is not known before the deadline */
export async function settled(
  session: Session,
  { target, clock }: { readonly target: TableTarget; readonly clock: Clock },
  call: Call,
  { deadlineAt }: WriteContext,
): Promise<Exclude<Standing, 'moving'>> {
  for (;;) {
    const standing = standingOf(session);
    if (standing !== 'moving') return standing;
    if (clock.now() + LOOK_AGAIN_MS >= deadlineAt) throw unsettled(session);
    await target.run(call, async () => {
      await clock.sleep(LOOK_AGAIN_MS, call.signal);
      await session.reload(call);
    });
  }
}

/** @returns the error that says so */
export function unsettled({ id, status }: Pick<Session, 'id' | 'status'>): RetriableError {
  return new RetriableError(
    'MAXCOMPUTE_SESSION_UNSETTLED',
    `session ${id} is ${status}: whether its rows will be visible is not known yet, and asked again`,
    { retryAfterMs: LOOK_AGAIN_MS },
  );
}
