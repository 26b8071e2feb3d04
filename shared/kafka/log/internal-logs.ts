/** What it takes to keep state in compacted topics of a cluster. Nothing is connected before what it makes is used. */
import { Cluster, type ClusterDeps } from '../cluster.ts';
import type { KafkaConnectionOptions } from '../driver.ts';
import { withSignIn } from '../sign-in.ts';
import { LogWriter } from './log-writer.ts';
import { TopicFollower } from './topic-follower.ts';
import type { TopicListener } from './topic-listener.ts';
import { type TransactionOptions, Transactions } from './transactions.ts';

export interface InternalLogs {
  follower(topic: string, listener: TopicListener): TopicFollower;
  writer(topic: string): LogWriter;
  transactions(options: TransactionOptions): Transactions;
}

export function createInternalLogs(connection: KafkaConnectionOptions, given: ClusterDeps): InternalLogs {
  const deps = { ...withSignIn(connection, given), proved: new Set<string>() };
  return {
    follower: (topic, listener) => new TopicFollower(new Cluster(connection, deps), topic, listener, deps),
    writer: (topic) => new LogWriter(connection, topic, deps),
    transactions: (options) => new Transactions(connection, options, deps),
  };
}
