/** The connectors that are looked at. */
import type { HostedSetup } from '../../connector-host.ts';

/** The last valid configuration of a connector.
 *  @throws Refused 404 when there is no such connector, 400 when it never had a valid one */
export type SetupOf = (connector: string) => HostedSetup;
