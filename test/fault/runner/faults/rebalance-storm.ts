import { systemClock } from '../../../../shared/clock.ts';
import type { ConsumerListener, ConsumerOptions, KafkaConsumer } from '../../../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { fetchOfRun } from '../../../helpers/fetch-of-run.ts';
import { type Fault, nothingToLift } from '../fault.ts';
import type { Random } from '../random.ts';
import { type ConnectorSpec, groupOf } from '../topology.ts';
import type { World } from '../world.ts';

/** A member that takes partitions, does nothing with them, and gives them back. */
const idle: ConsumerListener = {
  assigned: () => undefined,
  revoked: async () => undefined,
  lost: () => undefined,
  records: () => undefined,
  progressed: () => undefined,
  gap: () => undefined,
  failed: () => undefined,
};

function optionsOf(connector: ConnectorSpec): ConsumerOptions {
  return {
    groupId: groupOf(connector),
    topics: connector.isPattern ? new RegExp(`^(?:${connector.topic})$`) : [connector.topic],
    startOffset: 'earliest',
    isolationLevel: 'read_committed',
    fetchMaxBytes: 65_536,
    fetchMaxBytesPerPartition: 65_536,
    fetchMaxWaitMs: 500,
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 1_000,
    rebalanceTimeoutMs: 60_000,
    drainTimeoutMs: 1_000,
    metadataMaxAgeMs: 3_000,
  };
}

function members(world: World): KafkaConsumer[] {
  const connection = { bootstrapServers: world.cluster.direct.split(','), clientId: 'storm', fetch: fetchOfRun };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  return world.topology.connectors.map((connector) => driver.consumer(optionsOf(connector), idle));
}

/** In every group one more member joins and leaves again, so often and for so long. */
function storm(
  name: string,
  { times, stayMs }: Readonly<Record<'times' | 'stayMs', (random: Random) => number>>,
): Fault {
  return {
    name,
    class: 'rebalance storm',
    weight: 2,
    holdMs: [0, 0],
    async inject(world, random) {
      const count = times(random);
      world.say(`members come and go ${count} times`);
      for (let i = 0; i < count; i++) {
        const joining = members(world);
        // One that cannot join in time leaves all the same.
        const joined = Promise.allSettled(joining.map((member) => member.start()));
        await world.sleep(stayMs(random));
        await Promise.all(joining.map((member) => member.close()));
        await joined;
      }
      return nothingToLift;
    },
  };
}

/** About one a second, a few times. */
export const fault = storm('rebalance-storm', {
  times: (random) => random.int(2, 5),
  stayMs: (random) => random.int(600, 1_500),
});

/** One a second, eight times. */
export const longFault = storm('long-rebalance-storm', { times: () => 8, stayMs: () => 1_000 });
