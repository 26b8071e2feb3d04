/** Connections of connectors, opened only where the policy lets them lead. Names are looked up once, and the addresses that are looked at are those
 *  that are connected to: a name that leads elsewhere a moment later (DNS rebinding) gains nothing. Holds also for addresses that no
 *  configuration names: those of a region, and those that a service answers. */
import { type LookupAddress, type LookupOptions, lookup as lookUpHost } from 'node:dns';
import { buildConnector } from 'undici';
import type { Logger } from '../../../shared/logger.ts';
import { addressComplaint, hostComplaint, type TargetRules } from './target-rules.ts';

type Answered = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
/** As `dns.lookup`. */
export type Lookup = (hostname: string, options: LookupOptions, answered: Answered) => void;

export interface GuardedDialDeps {
  readonly logger: Logger;
  /** Default: that of the system. */
  readonly lookup?: Lookup;
}

/** Complaints that are remembered, so that each is logged once; beyond, they are forgotten and logged anew. */
const MOST_REMEMBERED = 1_000;

/** To be used in place of undici's `buildConnector`. A refusal fails the request as a host does that cannot be reached, so what waits for it goes on
 *  by itself where the setting is changed; the log says why. */
export function guardedDial(
  rules: TargetRules,
  { logger, lookup = lookUpHost }: GuardedDialDeps,
): typeof buildConnector {
  const logged = new Set<string>();
  const refusal = (complaint: string) => {
    if (logged.size >= MOST_REMEMBERED) logged.clear();
    if (!logged.has(complaint)) logger.warn({ reason: complaint }, 'a connector may not connect there');
    logged.add(complaint);
    // What the network says of a host that no way leads to: every sink knows it.
    return Object.assign(new Error(complaint), { code: 'EHOSTUNREACH' });
  };
  return (options) => {
    // One for each port, kept: it holds the TLS sessions to resume.
    const connectors = new Map<number, buildConnector.connector>();
    return (target, callback) => {
      const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80));
      const complaint = hostComplaint(rules, target.hostname, port);
      if (complaint !== undefined) {
        callback(refusal(complaint), null);
        return;
      }
      const guarded = guardedLookup(lookup, (host, address) => {
        const reason = addressComplaint(rules, host, port, address);
        return reason === undefined ? undefined : refusal(reason);
      });
      const connect = connectors.get(port) ?? buildConnector({ ...options, lookup: guarded });
      connectors.set(port, connect);
      connect(target, callback);
    };
  };
}

/** One forbidden address of a name is enough to refuse it. */
function guardedLookup(lookup: Lookup, refusalOf: (host: string, address: string) => Error | undefined): Lookup {
  return (hostname, options, answered) => {
    lookup(hostname, options, (error, found, family) => {
      if (error !== null) return answered(error, found, family);
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address);
      const [refusal] = addresses.flatMap((address) => refusalOf(hostname, address) ?? []);
      if (refusal === undefined) answered(null, found, family);
      else answered(refusal, '');
    });
  };
}
