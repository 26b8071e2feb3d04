import { describe, expect, it } from 'vitest';
import { serverProperties } from '../../../../../infra/local/kafka/server-properties.ts';

const cluster = [1, 2, 3].map((id) => ({ id, port: 20_000 + id, controllerPort: 30_000 + id }));

function lines(brokers: number, overrides = {}): string[] {
  const members = cluster.slice(0, brokers);
  const self = members.at(-1) ?? { id: 0, port: 0, controllerPort: 0 };
  return serverProperties({ self, cluster: members, dataDir: '/data', overrides }).trimEnd().split('\n');
}

describe('serverProperties', () => {
  it('asks for three replicas, two in sync, of everything in a cluster of three', () => {
    expect(lines(3)).toEqual(
      expect.arrayContaining([
        'node.id=3',
        'controller.quorum.voters=1@127.0.0.1:30001,2@127.0.0.1:30002,3@127.0.0.1:30003',
        'default.replication.factor=3',
        'offsets.topic.replication.factor=3',
        'transaction.state.log.replication.factor=3',
        'min.insync.replicas=2',
        'transaction.state.log.min.isr=2',
      ]),
    );
  });

  it('asks a single broker for one replica', () => {
    expect(lines(1)).toEqual(expect.arrayContaining(['default.replication.factor=1', 'min.insync.replicas=1']));
  });

  it('listens on 127.0.0.1 only', () => {
    expect(lines(1)).toContain('listeners=PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:30001');
  });

  it('lets an override replace a default', () => {
    const written = lines(1, { 'num.partitions': '7' }).filter((line) => line.startsWith('num.partitions='));
    expect(written).toEqual(['num.partitions=7']);
  });
});
