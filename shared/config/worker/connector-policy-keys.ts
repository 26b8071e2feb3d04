/** Worker settings that say what connectors may reach that come from elsewhere: over REST, or from the config topic. */
import { defineKey } from '../define-key.ts';

const POLICY = { group: 'What connectors may reach' } as const;

const FOLDERS_EXPECTED = 'absolute paths of folders';
const VARIABLES_EXPECTED = 'names of variables, with * for any characters';
const HOSTS_EXPECTED =
  'host names, *.domains, addresses such as 10.0.0.0/8, or host:port; * for all but this machine and what clouds keep for themselves';
const OVERRIDES_EXPECTED = 'names of consumer settings such as fetch.max.bytes';

const HOST = /^(?:\*|(?:\*\.)?[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** `10.0.0.0/8`, `fd00::/8`: an address as `URL` spells it, and how many bits of it count. */
function isRange(entry: string): boolean {
  const [network = '', bits = '', ...rest] = entry.toLowerCase().split('/');
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  const isIpv6 = network.includes(':');
  const host = isIpv6 ? `[${network}]` : network;
  if (!/^[\d.]+$|^\[/.test(host) || !URL.canParse(`http://${host}/`)) return false;
  return (isIpv6 || new URL(`http://${host}/`).hostname === host) && Number(bits) <= (isIpv6 ? 128 : 32);
}

function folderComplaint(folder: string): string | undefined {
  return /^(?:\/|[A-Za-z]:[\\/])/.test(folder) ? undefined : FOLDERS_EXPECTED;
}

export const connectorPolicyKeys = {
  'connector.secret.variables': defineKey.list({
    ...POLICY,
    importance: 'MEDIUM',
    displayName: 'Variables that hold secrets',
    expected: VARIABLES_EXPECTED,
    check: (name) => (/^[\w.*-]+$/.test(name) ? undefined : VARIABLES_EXPECTED),
    default: ['SPILLWAY_SECRET_*'],
    doc: 'Environment variables of the worker that secret keys of connectors may refer to (`${env:NAME}`). All others are out of reach for connectors.',
  }),
  'connector.secret.folders': defineKey.list({
    ...POLICY,
    importance: 'MEDIUM',
    displayName: 'Folders of secrets',
    expected: FOLDERS_EXPECTED,
    check: folderComplaint,
    doc: 'Folders whose files connectors may refer to (`${file:path:key}`, and keys that name PEM files). Links that lead out of them do not count. Without it connectors read no files.',
  }),
  'connector.module.folders': defineKey.list({
    ...POLICY,
    importance: 'LOW',
    displayName: 'Folders of modules',
    expected: FOLDERS_EXPECTED,
    check: folderComplaint,
    doc: 'Folders that `invoke.module` may name files of, which then run inside of the worker with all that it may do. Without it the key is refused.',
  }),
  'connector.target.hosts': defineKey.list({
    ...POLICY,
    importance: 'MEDIUM',
    displayName: 'Hosts of targets',
    expected: HOSTS_EXPECTED,
    check: (entry) => (HOST.test(entry) || isRange(entry) ? undefined : `a comma-separated list of ${HOSTS_EXPECTED}`),
    default: ['*'],
    doc: 'Where connectors may write to. `*` stands for every host but this machine: name `localhost` or `127.0.0.1` beside it to allow that. Addresses at which clouds hand out credentials (169.254.169.254, 100.100.100.200) and other link-local ones are never allowed.',
  }),
  'connector.client.config.override.allowlist': defineKey.list({
    ...POLICY,
    importance: 'LOW',
    displayName: 'Overrides of the consumer',
    expected: OVERRIDES_EXPECTED,
    check: (name) =>
      /^(?:none|[a-z]+(?:\.[a-z]+)*)$/.test(name) ? undefined : `a comma-separated list of ${OVERRIDES_EXPECTED}`,
    default: [
      'auto.offset.reset',
      'fetch.max.bytes',
      'fetch.max.wait.ms',
      'heartbeat.interval.ms',
      'isolation.level',
      'max.partition.fetch.bytes',
      'metadata.max.age.ms',
      'session.timeout.ms',
    ],
    doc: 'Which `consumer.override.<name>` keys connectors may give; `none` for none of them. Those that say how Kafka is reached or signed in to are no keys at all.',
  }),
};
