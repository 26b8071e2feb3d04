import type { World } from '../world.ts';

/** Source: org.apache.kafka.common.config.ConfigResource.Type. */
const TOPIC = 2;

/** Sets the configuration of a topic; what is not named goes back to its default. */
export async function configure({ cluster }: World, topic: string, configs: Readonly<Record<string, string>>) {
  await cluster.admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: TOPIC,
        name: topic,
        configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
      },
    ],
  });
}
