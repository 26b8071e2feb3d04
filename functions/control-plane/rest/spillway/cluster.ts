/** `/spillway/cluster`: the workers, and who runs what. */
import type { FastifyInstance } from 'fastify';
import { type ClusterViewSources, clusterView } from '../../inspect/cluster-view.ts';
import { operation } from '../operation.ts';
import { maySee } from '../permission.ts';
import { spillwayShape } from './shapes.ts';

const view = operation({
  access: { needs: 'viewer' },
  tag: 'spillway',
  summary: 'Workers of the cluster, who leads, and who runs what',
  description: 'As the status topic says it. Of connectors that the caller may see.',
  answers: { 200: { description: 'The cluster.', schema: spillwayShape('ClusterView') } },
});

export function clusterRoutes(app: FastifyInstance, sources: ClusterViewSources): void {
  app.get('/spillway/cluster', view, async (request) =>
    clusterView(sources, (connector) => maySee(request, connector)),
  );
}
