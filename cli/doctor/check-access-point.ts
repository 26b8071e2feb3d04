/** Whether the brokers that are configured are access points of the instance, and spoken to as these want. Source: the service's page "Comparison
 *  among endpoints": default (VPC, no encryption, no sign-in), SSL (public, SASL_SSL), SASL (VPC, sign-in; encrypted where that is switched on). */
import type { InstanceAnswer } from '../../shared/kafka/alikafka/answers.ts';
import { type Finding, listed, ok, problem, warning } from './finding.ts';

/** How Kafka is reached by the worker's settings. */
export interface ClientAddress {
  readonly servers: readonly string[];
  readonly protocol: string;
}

interface AccessPoint {
  readonly fields: readonly (keyof InstanceAnswer)[];
  readonly words: string;
  readonly protocols: readonly string[];
}

const ACCESS_POINTS: readonly AccessPoint[] = [
  { fields: ['EndPoint', 'DomainEndpoint'], words: 'default (inside its VPC only)', protocols: ['PLAINTEXT'] },
  { fields: ['SslEndPoint', 'SslDomainEndpoint'], words: 'SSL (public)', protocols: ['SASL_SSL'] },
  {
    fields: ['SaslEndPoint', 'SaslDomainEndpoint', 'VpcSaslEndPoint', 'VpcSaslDomainEndpoint'],
    words: 'SASL (inside its VPC only)',
    protocols: ['SASL_PLAINTEXT', 'SASL_SSL'],
  },
];

export function checkAccessPoint(instance: InstanceAnswer, { servers, protocol }: ClientAddress): Finding[] {
  const points = ACCESS_POINTS.map((point) => ({ ...point, servers: serversOf(instance, point) }));
  const all = new Set(points.flatMap((point) => point.servers));
  // Without any told there is nothing to compare.
  if (all.size === 0) return [];
  const foreign = servers.filter((server) => !all.has(server));
  if (foreign.length > 0) return [notOfInstance(foreign, points)];
  const used = points.filter((point) => servers.some((server) => point.servers.includes(server)));
  const wrong = used.find(({ protocols }) => !protocols.includes(protocol));
  const words = used.map((point) => point.words).join(' and ');
  if (wrong === undefined) return [ok('alikafka-endpoint', `bootstrap.servers are its ${words} access points`)];
  return [
    problem(
      'alikafka-endpoint',
      `bootstrap.servers are its ${wrong.words} access points, and security.protocol=${protocol}`,
      `set security.protocol=${wrong.protocols.join(' or ')}, or bootstrap.servers to access points for ${protocol}`,
    ),
  ];
}

function serversOf(instance: InstanceAnswer, { fields }: AccessPoint): string[] {
  const lists = fields.map((field) => instance[field]).filter((list) => typeof list === 'string');
  return lists.flatMap((list) => list.split(',').map((server) => server.trim())).filter((server) => server !== '');
}

function notOfInstance(
  foreign: readonly string[],
  points: readonly (AccessPoint & { readonly servers: readonly string[] })[],
): Finding {
  const choices = points
    .filter(({ servers }) => servers.length > 0)
    .map(({ words, protocols, servers }) => `${words}, with ${protocols.join(' or ')}: ${servers.join(',')}`);
  return warning(
    'alikafka-endpoint',
    `${listed(foreign)} of bootstrap.servers is no access point of the instance: are these brokers it?`,
    `set bootstrap.servers to those that this network reaches. ${choices.join('. ')}`,
  );
}
