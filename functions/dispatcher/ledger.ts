/** What became of every record of one (connector, task, topic), in plain numbers that a scrape reads in one go.
 *  Law: polled = filtered + written + errant + dropped + released + in flight, at every moment between two ticks; what is in
 *  flight is not kept here but counted by the offset trackers, so that the law can be broken and is worth checking. */
export class Ledger {
  polled = 0;
  filtered = 0;
  written = 0;
  errant = 0;
  /** Dropped by the user's own policy, and by nothing else. */
  dropped = 0;
  /** Handed back unread by the target: on a revoke, a stop or a loss; some owner reads them again. */
  released = 0;
  /** Deleted by Kafka before they were read. */
  gap = 0;
}
