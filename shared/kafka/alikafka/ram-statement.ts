/** What a policy of RAM must hold for the calls we use. Sources: the API reference of each call (RAM authorization) and the service's page of
 *  RAM policies. Its actions are not named as the calls are. The pages bind creations to an instance; of the listing ones some editions do and
 *  others ask for `*`, which works with both. Not tried against the service. */

/** Action of RAM by call. */
const ACTIONS = {
  CreateTopic: 'alikafka:CreateTopic',
  CreateConsumerGroup: 'alikafka:CreateGroup',
  GetTopicList: 'alikafka:ListTopic',
  GetConsumerList: 'alikafka:ListGroup',
  GetInstanceList: 'alikafka:ListInstance',
} as const;

export type AlikafkaCall = keyof typeof ACTIONS;

/** What a run calls; `GetInstanceList` only to explain a refusal. */
export const CREATING_CALLS: readonly AlikafkaCall[] = ['CreateTopic', 'CreateConsumerGroup'];

/** One statement, as JSON on one line, for calls that only create, or only list. */
export function ramStatement(calls: readonly AlikafkaCall[], instanceId: string): string {
  const creates = calls.every((call) => CREATING_CALLS.includes(call));
  return JSON.stringify({
    Effect: 'Allow',
    Action: calls.map((call) => ACTIONS[call]),
    Resource: creates ? `acs:alikafka:*:*:${instanceId}` : '*',
  });
}
