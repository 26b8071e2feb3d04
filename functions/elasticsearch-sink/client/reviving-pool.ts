/** The nodes of a cluster, as the Elastic client's own pool keeps them: in turns; one that cannot be reached, or answers 502 to 504, is left
 *  out until a small request to it (HEAD /) is answered again. */
import { ClusterConnectionPool } from '@elastic/elasticsearch';

type PoolOptions = ConstructorParameters<typeof ClusterConnectionPool>[0];
type ResurrectOptions = Parameters<ClusterConnectionPool['resurrect']>[0];

/** The first look at a dead node; the time doubles with each failure in a row. The client's own is a minute, up to half an hour. */
const FIRST_LOOK_MS = 1_000;
/** Up to 64 s. */
const MOST_DOUBLINGS = 6;

/** When no node is left all are used: whichever comes back first serves. */
export class RevivingPool extends ClusterConnectionPool {
  constructor(options: PoolOptions) {
    super(options);
    this.resurrectTimeout = FIRST_LOOK_MS;
    this.resurrectTimeoutCutoff = MOST_DOUBLINGS;
  }

  /** One look at a time: the client's own pool begins another with each request until the first is answered. */
  override resurrect(options: ResurrectOptions): void {
    const [first] = this.dead;
    const due = this.connections.find(({ id, resurrectTimeout }) => id === first && resurrectTimeout <= options.now);
    super.resurrect(options);
    if (due !== undefined) due.resurrectTimeout = options.now + this.pingTimeout;
  }
}
