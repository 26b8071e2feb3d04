/** The sink that a connector names. */
import { ConfigError } from '../errors.ts';
import type { SinkDefinition } from '../sink.ts';
import { nearestKey } from './nearest-key.ts';

/** The sink whose `connector.class` is `given`.
 *  @throws ConfigError under `connector.class` that lists the known ones */
export function sinkNamed(given: unknown, sinks: readonly SinkDefinition[]): SinkDefinition {
  const sink = sinks.find(({ connectorClass }) => connectorClass === given);
  if (sink !== undefined) return sink;
  const known = sinks.map(({ connectorClass }) => connectorClass);
  const nearest = typeof given === 'string' ? nearestKey(given, known) : undefined;
  const message =
    typeof given === 'string'
      ? `no sink is called ${JSON.stringify(given)}${nearest === undefined ? '' : `, did you mean ${nearest}?`}; expected one of ${known.join(', ')}`
      : `is required: one of ${known.join(', ')}`;
  throw new ConfigError([{ key: 'connector.class', message }]);
}
