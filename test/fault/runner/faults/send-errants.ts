import type { ConnectorSpec } from '../topology.ts';
import type { World } from '../world.ts';

const TOPIC = 'apart-refused';
const NAME = 'objects-apart';
const ERRANTS = 5;

/** Sends records that nobody can write to the connector apart, among others that are well, after `before` happened to its error topic.
 *  Nobody writes to that one until then. Answers the connector. */
export async function sendErrants(
  world: World,
  before: (connector: ConnectorSpec) => Promise<void>,
): Promise<ConnectorSpec> {
  const connector = world.topology.connectors.find(({ name }) => name === NAME);
  if (connector === undefined) throw new Error(`no connector ${NAME}`);
  const { apart } = world;
  await apart.topic(TOPIC, 1);
  // One of them, so that the error topic is there, and nothing is under way any more.
  await apart.taken((await apart.send(TOPIC, 0, ['not-utf8', 'plain'])).slice(-1));
  await before(connector);
  await apart.send(TOPIC, 0, Array(ERRANTS).fill(['plain', 'not-utf8', 'plain']).flat());
  return connector;
}
