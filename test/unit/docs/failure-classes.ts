/** What `docs/failures.md` must have a heading for. */

/** What the fault suite proves, by failure class; each has its test file in `test/fault/`. */
export const FAULT_CLASSES: readonly (readonly [failure: string, heading: string, test: string])[] = [
  ['reply lost after the write', 'The reply is lost after the write', 'reply-lost'],
  ['function killed in mid-batch', 'Your function is killed in the middle of a batch', 'function-killed'],
  ['`kill -9` of a worker', '`kill -9`, or the machine dies', 'worker-killed'],
  ['a worker thread dies', 'A thread dies', 'thread-dies'],
  ['SIGTERM in mid-batch', 'SIGTERM or Ctrl-C, and a second signal', 'worker-stopped'],
  ['broker leader killed and restarted', 'A broker restarts, or a leader moves', 'leader-killed'],
  ['all brokers restarted', 'All brokers restart at once', 'all-brokers-restarted'],
  ['group coordinator moved', "The group's coordinator moves", 'coordinator-moved'],
  ['rebalance storm', 'Members come and go all the time', 'rebalance-storm'],
  ['partition count raised', 'A topic gets more partitions', 'partitions-raised'],
  ['topic deleted and made again', 'A topic is deleted and made again', 'topic-remade'],
  ['retention overtakes the position', 'Kafka deleted records before they were read', 'retention'],
  ['error topic read-only', 'The error topic cannot be written', 'error-topic-read-only'],
  ['error topic missing', 'The error topic is missing', 'error-topic-missing'],
  ['error topic too small for the record', "The error topic refuses a record's size", 'error-topic-too-small'],
  ['target answers 429/500/503', 'The target answers 429, 500, 502, 503 or 504', 'target-status'],
  ['target hangs', 'The target hangs', 'target-silent'],
  ['target answers garbage', 'The target answers garbage, or half a reply', 'target-garbage'],
  ['target answers half a reply', 'The target answers garbage, or half a reply', 'target-half-reply'],
  ['clock jumps', 'The clock jumps', 'clock-jump'],
  ['disk full at the target', "The target's disk is full", 'disk-full'],
  ['record of 20 MB', 'A record of 20 MB', 'huge-record'],
  [
    'poison record first, last, and every second one',
    'A poison record is the first, the last, or every second one of a batch',
    'poison',
  ],
  [
    'transactional producer with aborted transactions under read_committed',
    'A transaction is aborted, or stays open',
    'aborted-transactions',
  ],
  ['compacted topic with gaps', 'A compacted topic has gaps', 'compacted-topic'],
  ['slow partition beside a fast one', 'The target is slow', 'slow-partition'],
  ['session times out during a slow write', 'The group forgot this member', 'session-lost'],
];

/** What the design says about failures, by what fails. */
export const DESIGNED_FAILURES: readonly (readonly [failure: string, ...headings: string[]])[] = [
  [
    'the target or the way to it fails',
    'The target is down or cannot be reached',
    'The target throttles',
    'The target hangs',
  ],
  ["a user's function fails a batch", 'Your function fails a batch', 'Your function does not answer in time'],
  ['retry outcomes', 'Your function answers `retry` for some records'],
  ['an errant record', 'Your function answers `errant` for some records', '`errors.policy=stop`, and how to resume'],
  ['the error topic is not writable', 'The error topic cannot be written'],
  ['fatal', 'Bad credentials', 'The bucket is missing, or elsewhere', 'Your function answers wrongly'],
  ['what may heal', 'A failed task is started again by itself'],
  [
    'rebalance, kill -9, broker restart, deploy',
    'The group rebalances',
    '`kill -9`, or the machine dies',
    'A broker restarts, or a leader moves',
    'A new version is deployed',
  ],
  ['Kafka deleted records', 'Kafka deleted records before they were read'],
  ['memory', 'The memory budget is used up', 'A record of 20 MB'],
];
