/** Puts the writer together from a configuration. */

import type { buildConnector } from 'undici';
import type { Clock } from '../../shared/clock.ts';
import type { CloudCredentials } from '../../shared/cloud-credentials.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';
import { loadCrc32c } from '../../shared/kafka/wire/crc32c.ts';
import type { Logger } from '../../shared/logger.ts';
import type { RenderedRequest } from '../../shared/rendered-request.ts';
import type { SinkWriter } from '../../shared/sink.ts';
import { AppendWriter } from './append-writer.ts';
import type { MaxComputeConfig } from './config.ts';
import { configuredCredentials } from './credentials.ts';
import { PreviewWriter } from './preview-writer.ts';
import { SessionLookup } from './session-lookup.ts';
import { SessionPacer } from './session-pacer.ts';
import { StreamWriter } from './stream-writer.ts';
import { TableAccess } from './table-access.ts';
import { TableRows } from './table-rows.ts';
import { type TableClient, TableTarget } from './table-target.ts';
import { OdpsClient } from './tunnel/odps-client.ts';
import { UpsertWriter } from './upsert-writer.ts';
import { MaxComputeWriter } from './writer.ts';

export interface MaxComputeDeps {
  readonly clock: Clock;
  /** As `Math.random`. */
  readonly random: () => number;
  readonly secrets: SecretResolver;
  /** Credentials for a configuration that names none; asked before every request. `roleCredentials(env)` reads an environment. */
  readonly role: () => CloudCredentials | undefined;
  readonly logger: Logger;
  /** Given every request in place of the network, which is not used then; no credentials are looked up. See `preview-writer.ts`. */
  readonly record?: ((request: RenderedRequest) => void) | undefined;
  /** How connections are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
}

/** A writer for a parsed configuration: two-phase (`TwoPhaseWriter`) but with `maxcompute.write.mode=stream`. Makes no request before `open` or the
 *  first batch; `close` ends its connections. */
export function createMaxComputeWriter(config: MaxComputeConfig, deps: MaxComputeDeps): SinkWriter {
  const { clock, logger, record } = deps;
  if (record !== undefined) return new PreviewWriter(config, record, () => clock.now());
  const client = createOdpsClient(config, deps);
  const target = new TableTarget({ client, config, logger });
  const rows = new TableRows(config, loadCrc32c, clock);
  const access = new TableAccess({ config, target, rows, clock, logger });
  if (config['maxcompute.write.mode'] === 'stream') return new StreamWriter({ target, access, rows, clock });
  const parts = { target, rows, pacer: new SessionPacer(clock), clock };
  const lookup = new SessionLookup({ target, logger, clock });
  const writers = {
    append: new AppendWriter({ ...parts, lookup }),
    upsert: new UpsertWriter({ ...parts, crc32c: loadCrc32c }),
  };
  return new MaxComputeWriter({ config, target, access, writers });
}

/** The sink's own client, for whoever looks at the table as the sink would. */
export function createOdpsClient(
  config: MaxComputeConfig,
  { clock, random, secrets, role, dial }: Pick<MaxComputeDeps, 'clock' | 'random' | 'secrets' | 'role' | 'dial'>,
): TableClient {
  const source = configuredCredentials(config, secrets, role);
  return new OdpsClient({
    endpoint: config['maxcompute.endpoint'],
    tunnelEndpoint: config['maxcompute.tunnel.endpoint'],
    project: config['maxcompute.project'],
    schema: config['maxcompute.schema'],
    quotaName: config['maxcompute.quota.name'],
    region: config['maxcompute.region'],
    credentials: async () => source(),
    clock,
    random,
    compression: config['maxcompute.compression'],
    retry: 'none',
    dial,
  });
}
