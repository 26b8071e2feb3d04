/** Worker settings that say how Kafka is reached. */
import { defineKey } from '../define-key.ts';
import { securityKeys } from './security-keys.ts';

const KAFKA = { group: 'Kafka' } as const;

const SERVERS_EXPECTED = 'host:port entries, such as 127.0.0.1:9092';

function serverComplaint(entry: string): string | undefined {
  const [, port] = /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\]):(\d{1,5})$/.exec(entry) ?? [];
  return Number(port) >= 1 && Number(port) <= 65_535 ? undefined : `a comma-separated list of ${SERVERS_EXPECTED}`;
}

export const kafkaKeys = {
  'bootstrap.servers': defineKey.list({
    ...KAFKA,
    importance: 'HIGH',
    displayName: 'Brokers',
    required: true,
    expected: SERVERS_EXPECTED,
    check: serverComplaint,
    doc: 'Brokers to ask first, as host:port.',
  }),
  'client.id': defineKey.string({
    ...KAFKA,
    importance: 'LOW',
    displayName: 'Client id',
    default: 'spillway',
    doc: 'Name that brokers see in their logs and quotas.',
  }),
  'session.timeout.ms': defineKey.int({
    ...KAFKA,
    importance: 'LOW',
    displayName: 'Session timeout',
    min: 1000,
    unit: 'ms',
    default: 30_000,
    doc: 'After so long without a heartbeat the group takes a dead member for gone and gives its partitions to others.',
  }),
  'metadata.max.age.ms': defineKey.int({
    ...KAFKA,
    importance: 'LOW',
    displayName: 'Metadata age',
    min: 100,
    unit: 'ms',
    default: 30_000,
    doc: 'How often brokers are asked for new partitions, and for new topics that `topics.regex` matches.',
  }),
  'kafka.fetch': defineKey.enum(['fast', 'kafkajs'], {
    ...KAFKA,
    importance: 'LOW',
    displayName: 'Fetch path',
    default: 'fast',
    doc: 'How records are read. `fast` reads answers straight into buffers that are used again and decodes records where they lie. `kafkajs` leaves both to the Kafka client, at several times the CPU: for telling whether the fast path is to blame for something.',
  }),
  ...securityKeys,
};
