/** The way to Kafka: every bootstrap server, the cluster behind it, and the addresses that its brokers give out. */
import type { FatalError, RetriableError } from '../../shared/errors.ts';
import type { BrokerTrial } from '../../shared/kafka/inspect/cluster-inspector.ts';
import { counted, type Finding, type FindingCode, fromError, ok, problem, warning } from './finding.ts';

/** How this client speaks to brokers. */
export interface ClientSecurity {
  readonly protocol: string;
  readonly mechanism: string | undefined;
}

/** One finding for each bootstrap server. A server that nobody can connect to is a problem only when all are so: then Kafka is out of
 *  reach. A server that is there and refuses this client is one in any case. */
export function checkBootstrap(
  trials: readonly (readonly [server: string, trial: BrokerTrial])[],
  client: ClientSecurity,
): Finding[] {
  const usable = trials.some(([, trial]) => trial.reached);
  return trials.map(([server, trial]) => {
    if (trial.reached) return ok('bootstrap-reachable', `${server} answers${signedIn(client)}`);
    if (!isUnreachable(trial.error)) return refused(trial.error);
    const message = `${server} cannot be reached: ${reasonOf(trial.error)}`;
    return usable
      ? warning('bootstrap-unreachable', message, `start that broker, or take ${server} out of bootstrap.servers`)
      : problem(
          'bootstrap-unreachable',
          message,
          'check host and port in bootstrap.servers, that the broker runs, and the network between',
          'BROKER_UNREACHABLE',
        );
  });
}

function isUnreachable({ code }: RetriableError | FatalError): boolean {
  return code === 'BROKER_CONNECTION_LOST';
}

/** Without the broker's address, which the sentence around it names. */
function reasonOf({ message }: Error): string {
  return message.replace(/^broker \S+: (Connection error: )?/, '');
}

function signedIn({ protocol, mechanism }: ClientSecurity): string {
  const overTls = protocol.endsWith('SSL') ? ', over TLS' : '';
  return protocol.startsWith('SASL') ? `${overTls}, and takes the sign-in by ${mechanism}` : overTls;
}

/** What the driver finds wrong says itself what to do. */
function refused(error: RetriableError | FatalError): Finding {
  const about: Readonly<Record<string, FindingCode>> = {
    KAFKA_PROTOCOL_MISMATCH: 'kafka-protocol',
    KAFKA_AUTHENTICATION_FAILED: 'kafka-authentication',
    KAFKA_CREDENTIALS_MISSING: 'kafka-authentication',
    KAFKA_TLS_REFUSED: 'kafka-tls',
  };
  return fromError('problem', about[error.code] ?? 'kafka-refused', error);
}

/** The cluster as a whole. `releases` are those of the brokers that were reached. */
export function checkCluster(
  clusterId: string,
  brokerCount: number,
  releases: readonly (string | undefined)[],
): Finding {
  const [oldest] = releases.filter((release) => release !== undefined).sort(byNumbers);
  const age = oldest === undefined ? 'Kafka of unknown age' : `Kafka ${oldest} or newer`;
  const id = clusterId === '' ? 'without an id' : clusterId;
  return ok('kafka-cluster', `cluster ${id}: ${counted(brokerCount, 'broker')}, ${age}`);
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** One finding for each broker at the address it advertises: what clients use after the first question, whatever the bootstrap was. */
export function checkAdvertised(
  trials: readonly (readonly [nodeId: number, address: string, trial: BrokerTrial])[],
): Finding[] {
  return trials.map(([nodeId, address, trial]) =>
    trial.reached
      ? ok('advertised-reachable', `broker ${nodeId} answers at ${address}, the address it advertises`)
      : problem(
          'advertised-unreachable',
          `broker ${nodeId} advertises ${address}, and that cannot be used from here: ${reasonOf(trial.error)}`,
          `set advertised.listeners of broker ${nodeId} to an address that this machine reaches, make ${address} reachable from here, or start that broker`,
          trial.error.code,
        ),
  );
}
