import type { Fault } from '../fault.ts';
import { errorTopicOf } from '../topology.ts';
import { sendErrants } from './send-errants.ts';

/** Kafka's numbers of what kafkajs' own exports cannot be imported by name. Source: org.apache.kafka.common.acl.AclOperation,
 *  AclPermissionType, ...resource.ResourceType, PatternType. */
const TOPIC = 2;
const LITERAL = 3;
const ANY = 1;
const DENY = 2;
const ALLOW = 3;
const READ = 3;
const WRITE = 4;
const DESCRIBE = 8;

const EVERYBODY = { principal: 'User:ANONYMOUS', host: '*' };

/** The right to write there is taken away. */
export const fault: Fault = {
  name: 'error-topic-read-only',
  class: 'error topic read-only',
  weight: 1,
  comesFirst: true,
  holdMs: [1_500, 4_000],
  async inject(world) {
    const { admin } = world.cluster;
    const resource = (topic: string) => ({
      resourceType: TOPIC,
      resourceName: topic,
      resourcePatternType: LITERAL,
    });
    const connector = await sendErrants(world, async (each) => {
      const rules = [
        { operation: WRITE, permissionType: DENY },
        { operation: READ, permissionType: ALLOW },
        { operation: DESCRIBE, permissionType: ALLOW },
      ];
      const acl = rules.map((rule) => ({ ...resource(errorTopicOf(each)), ...EVERYBODY, ...rule }));
      await admin.createAcls({ acl });
    });
    const topic = errorTopicOf(connector);
    world.say(topic);
    return async () => {
      const filter = { ...resource(topic), operation: ANY, permissionType: ANY };
      await admin.deleteAcls({ filters: [filter] });
    };
  },
};
