/** A place of records in Kafka. In a file of its own: what authors of functions see of our types rests on it, and on nothing of Node. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
