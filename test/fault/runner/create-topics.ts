import type { Admin, ITopicConfig } from 'kafkajs';
import { waitFor } from '../../helpers/wait-for.ts';

/** Creates topics and resolves when every partition of them has a leader. The admin client can wait for that, too, but gives up at once when a
 *  broker that it asks has not heard of the topic yet. */
export async function createTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics: [...topics] });
  const names = topics.map(({ topic }) => topic);
  const haveLeaders = () =>
    admin.fetchTopicMetadata({ topics: names }).then(
      (told) => told.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0)),
      () => false,
    );
  await waitFor(haveLeaders, { what: `leaders of ${names.join(', ')}` });
}
