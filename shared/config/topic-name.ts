/** What Kafka accepts as a topic name. Source: `org.apache.kafka.common.internals.Topic`. */

/** For messages. */
export const TOPIC_EXPECTED = 'a topic name: 1 to 249 letters, digits, ".", "_" and "-", other than "." and ".."';

/** What was expected of a name that Kafka refuses, else `undefined`. */
export function topicComplaint(name: string): string | undefined {
  return /^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..' ? undefined : TOPIC_EXPECTED;
}
