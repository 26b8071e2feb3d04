/** Every fault that is drawn from. The order counts: a seed means another run when it changes. */
import type { Fault } from './fault.ts';
import { fault as allBrokersRestarted } from './faults/all-brokers-restarted.ts';
import { fault as clockJump } from './faults/clock-jump.ts';
import { fault as compacted } from './faults/compacted.ts';
import { fault as coordinatorMoved } from './faults/coordinator-moved.ts';
import { fault as diskFull } from './faults/disk-full.ts';
import { fault as errorTopicMissing } from './faults/error-topic-missing.ts';
import { fault as errorTopicReadOnly } from './faults/error-topic-read-only.ts';
import { fault as errorTopicTooSmall } from './faults/error-topic-too-small.ts';
import { fault as extraWorker } from './faults/extra-worker.ts';
import { fault as fcAnswerLost } from './faults/fc-answer-lost.ts';
import { fault as fcColdStart } from './faults/fc-cold-start.ts';
import { fault as fcKilled } from './faults/fc-killed.ts';
import { fault as fcStatus } from './faults/fc-status.ts';
import { fault as fcStopped } from './faults/fc-stopped.ts';
import { fault as fcTimeOut } from './faults/fc-time-out.ts';
import { fault as functionKilled } from './faults/function-killed.ts';
import { fault as functionSilent } from './faults/function-silent.ts';
import { fault as functionStatus } from './faults/function-status.ts';
import { fault as halfAnswers } from './faults/half-answers.ts';
import { fault as hugeRecord } from './faults/huge-record.ts';
import { fault as kafkaNetwork } from './faults/kafka-network.ts';
import { fault as killWorker } from './faults/kill-worker.ts';
import { fault as leaderKilled } from './faults/leader-killed.ts';
import { fault as maxcomputeColumnAdded } from './faults/maxcompute-column-added.ts';
import { fault as maxcomputeNetwork } from './faults/maxcompute-network.ts';
import { fault as maxcomputePartitionMade } from './faults/maxcompute-partition-made.ts';
import { fault as maxcomputeReplyLost } from './faults/maxcompute-reply-lost.ts';
import { fault as maxcomputeSessionsGone } from './faults/maxcompute-sessions-gone.ts';
import { fault as maxcomputeStatus } from './faults/maxcompute-status.ts';
import { fault as maxcomputeStopped } from './faults/maxcompute-stopped.ts';
import { fault as maxcomputeZombie } from './faults/maxcompute-zombie.ts';
import { fault as openTransaction } from './faults/open-transaction.ts';
import { fault as ossHangs } from './faults/oss-hangs.ts';
import { fault as ossReplyLost } from './faults/oss-reply-lost.ts';
import { fault as ossStatus } from './faults/oss-status.ts';
import { fault as partitionsRaised } from './faults/partitions-raised.ts';
import { fault as poison } from './faults/poison.ts';
import { longFault as longRebalanceStorm, fault as rebalanceStorm } from './faults/rebalance-storm.ts';
import { fault as retention } from './faults/retention.ts';
import { fault as searchBlocked } from './faults/search-blocked.ts';
import { fault as searchBusy } from './faults/search-busy.ts';
import { fault as searchGarbage } from './faults/search-garbage.ts';
import { fault as searchIndexDeleted } from './faults/search-index-deleted.ts';
import { fault as searchNetwork } from './faults/search-network.ts';
import { fault as searchReplyLost } from './faults/search-reply-lost.ts';
import { fault as searchStopped } from './faults/search-stopped.ts';
import { fault as stopWorker } from './faults/stop-worker.ts';
import { fault as targetGarbage } from './faults/target-garbage.ts';
import { fault as targetNetwork } from './faults/target-network.ts';
import { fault as topicRemade } from './faults/topic-remade.ts';
import { fault as zombieWorker } from './faults/zombie-worker.ts';

export const catalogue: readonly Fault[] = [
  killWorker,
  stopWorker,
  zombieWorker,
  ossReplyLost,
  ossStatus,
  ossHangs,
  functionStatus,
  functionSilent,
  kafkaNetwork,
  targetNetwork,
  leaderKilled,
  rebalanceStorm,
  extraWorker,
  allBrokersRestarted,
  clockJump,
  compacted,
  coordinatorMoved,
  diskFull,
  errorTopicMissing,
  errorTopicReadOnly,
  errorTopicTooSmall,
  functionKilled,
  hugeRecord,
  openTransaction,
  partitionsRaised,
  poison,
  retention,
  targetGarbage,
  topicRemade,
  halfAnswers,
  searchBlocked,
  searchBusy,
  searchGarbage,
  searchIndexDeleted,
  searchNetwork,
  searchReplyLost,
  searchStopped,
  maxcomputeColumnAdded,
  maxcomputeNetwork,
  maxcomputePartitionMade,
  maxcomputeReplyLost,
  maxcomputeSessionsGone,
  maxcomputeStatus,
  maxcomputeStopped,
  maxcomputeZombie,
  fcAnswerLost,
  fcColdStart,
  fcKilled,
  fcStatus,
  fcStopped,
  fcTimeOut,
];

/** Those that only tests of a class play: too long to be drawn. */
export const ofClassTests: readonly Fault[] = [longRebalanceStorm];
