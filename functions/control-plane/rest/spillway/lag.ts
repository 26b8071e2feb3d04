/** `/spillway/connectors/{connector}/lag`. */
import type { FastifyInstance } from 'fastify';
import type { Inspector } from '../../inspect/inspector.ts';
import { refusing } from '../../inspect/refusal-of.ts';
import type { ConnectorPath } from '../connectors.ts';
import { failure, operation } from '../operation.ts';
import type { SetupOf } from './setup-of.ts';
import { spillwayShape } from './shapes.ts';

const lag = operation({
  access: { needs: 'viewer', connectorParam: 'connector' },
  tag: 'spillway',
  summary: 'How far a connector is in each partition, and what is left',
  description:
    'From what its group committed to the end, whoever runs it, also while nobody does. A partition without a commit counts from where the connector would begin.',
  answers: {
    200: { description: 'The lag.', schema: spillwayShape('Lag') },
    404: failure('There is no such connector, or a topic that it reads is missing.'),
  },
});

export function lagRoutes(
  app: FastifyInstance,
  { inspector, setupOf }: { readonly inspector: Pick<Inspector, 'standings'>; readonly setupOf: SetupOf },
): void {
  app.get<ConnectorPath>('/spillway/connectors/:connector/lag', lag, async ({ params: { connector } }) => {
    const setup = setupOf(connector);
    const partitions = await refusing(() => inspector.standings(setup));
    return {
      connector,
      group: setup.parsed.connector['consumer.group.id'],
      lag: partitions.reduce((sum, partition) => sum + partition.lag, 0),
      partitions,
    };
  });
}
