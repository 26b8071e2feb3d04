import type { HostedSetup } from '../../../functions/control-plane/connector-host.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { parseConnector } from '../../../shared/config/connector-keys.ts';
import { ossConfig } from './service.ts';

/** A valid connector to OSS that reads `orders`, unless `more` says otherwise; `null` removes a key. */
export function inspected(name: string, more: Readonly<Record<string, string | null>> = {}): HostedSetup {
  const given = { name, ...ossConfig(), ...more };
  const raw = Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
  return { definition: ossSink, parsed: parseConnector(ossSink, raw), raw };
}
