/** What a member knows of a partition it owns. */
import { partitionName, type TopicPartition } from '../records.ts';

/** Mutable; shared by the consumer and its fetcher, changed on the event loop only. A partition that is let go and comes
 *  back is a new object, so whoever still holds the old one can tell. */
export class OwnedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
  /** Next offset to fetch. */
  position: number;
  /** Id of the topic that is read, undefined where brokers give none. */
  readonly topicId: string | undefined;
  /** Epoch ms at which its log was last known to be that of `topicId`: adopted, fetched, or asked for. */
  seenAt = Number.NEGATIVE_INFINITY;
  /** Epoch ms of `pause`; undefined while it is to be read. */
  pausedAt: number | undefined;
  /** Being drained for another member: nothing more is delivered. */
  fenced = false;
  /** Taken from us or handed over: nothing is delivered or committed. */
  released = false;
  /** Cannot be read until a person decides. */
  halted = false;
  /** Not fetched while its leader or position is looked up. */
  held = false;
  /** Its leader did not know it, or its topic has another id: whether this is still the log that was read is found out before anything is read or committed. */
  doubtful = false;
  /** Fetches in a row that its leader did not answer, or refused. */
  failures = 0;

  constructor(tp: TopicPartition, position: number, topicId?: string) {
    this.topic = tp.topic;
    this.partition = tp.partition;
    this.name = partitionName(tp);
    this.position = position;
    this.topicId = topicId;
  }

  get deliverable(): boolean {
    return !this.fenced && !this.released && !this.halted;
  }

  get fetchable(): boolean {
    return this.deliverable && this.pausedAt === undefined && !this.held;
  }
}
