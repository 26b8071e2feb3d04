/** Where connections of connectors may lead. A host is looked at when a configuration comes in, and its addresses again when a connection is
 *  made: a name may lead elsewhere by then. */
import { BlockList, isIP } from 'node:net';

export interface TargetRules {
  /** As `connector.target.hosts` lists them. */
  readonly listed: readonly string[];
  /** Names and addresses, with the port where one is given. */
  readonly hosts: readonly { readonly name: string; readonly port: number | undefined }[];
  readonly ranges: BlockList;
  readonly hasRanges: boolean;
}

const SETTING = 'connector.target.hosts of the worker';

/** Where clouds hand out credentials of machines, and what no target has: link-local, unspecified, multicast, broadcast. Sources: RFC 3927,
 *  RFC 4291, RFC 6890; the metadata services' own pages (169.254.169.254 of all clouds, 100.100.100.200 of Alibaba Cloud, 168.63.129.16 of
 *  Azure, 192.0.0.192 of Oracle Cloud, fd00:ec2::254 of AWS). */
const NEVER = blockList([
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '0.0.0.0/8',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
]);
const NEVER_NAMES = /^(?:metadata|metadata\.google\.internal|instance-data)$/;
const LOOPBACK = blockList(['127.0.0.0/8', '::1/128']);
const LOOPBACK_NAME = /^(?:.+\.)?localhost$/;

/** Prefixes under which IPv6 carries an IPv4 address: NAT64 (RFC 6052, RFC 8215), IPv4-compatible (RFC 4291) and IPv4-translated (RFC 2765) in the
 *  last 32 bits, 6to4 (RFC 3056) behind the first 16. Mapped ones (::ffff:a.b.c.d) are known to `BlockList` itself. */
const CARRIES_IPV4 = /^(?:64:ff9b::|64:ff9b:1::|::ffff:0:|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;
const CARRIES_IPV4_FIRST = /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/;

/** Rules of the entries of `connector.target.hosts`, which its definition checked. */
export function targetRules(listed: readonly string[]): TargetRules {
  const ranges = listed.filter((entry) => entry.includes('/'));
  return {
    listed,
    hosts: listed.filter((entry) => !entry.includes('/')).map(hostEntry),
    ranges: blockList(ranges),
    hasRanges: ranges.length > 0,
  };
}

/** Why no connection may be made to this host, by its name or address; `undefined` when it may, as far as the name tells.
 *  @param host as `URL.hostname` spells it */
export function hostComplaint(rules: TargetRules, host: string, port: number): string | undefined {
  const name = bareName(host);
  if (isIP(name) !== 0) return addressComplaint(rules, host, port, name);
  if (NEVER_NAMES.test(name)) return never(name);
  const exact = isListed(rules, name, port);
  if (LOOPBACK_NAME.test(name)) return exact ? undefined : loopback(name);
  // With ranges only its addresses tell.
  return exact || isMatched(rules, name, port) || rules.hasRanges ? undefined : notListed(rules, name, port);
}

/** Why no connection may be made to `address`, which `host` leads to; `undefined` when it may. */
export function addressComplaint(rules: TargetRules, host: string, port: number, address: string): string | undefined {
  const name = bareName(host);
  const plain = plainAddress(address);
  const shown = name === plain ? name : `${name} (${address})`;
  if (contains(NEVER, plain)) return never(shown);
  if (contains(rules.ranges, plain)) return undefined;
  if (isListed(rules, name, port) || isListed(rules, plain, port)) return undefined;
  if (contains(LOOPBACK, plain)) return loopback(shown);
  return isMatched(rules, name, port) ? undefined : notListed(rules, shown, port);
}

/** Listed as it is, not by a pattern. */
function isListed({ hosts }: TargetRules, name: string, port: number): boolean {
  return hosts.some((entry) => entry.name === name && (entry.port ?? port) === port);
}

function isMatched({ hosts }: TargetRules, name: string, port: number): boolean {
  return hosts.some(
    (entry) =>
      (entry.port ?? port) === port &&
      (entry.name === '*' || (entry.name.startsWith('*.') && name.endsWith(entry.name.slice(1)))),
  );
}

function never(shown: string): string {
  return `${shown} is never allowed: clouds hand out credentials at such addresses, or nothing can be there`;
}

function loopback(shown: string): string {
  return `${shown} is the worker's own machine; where that is meant, list it in ${SETTING}, beside * where other hosts are targets too`;
}

function notListed({ listed }: TargetRules, shown: string, port: number): string {
  return `${shown} (port ${port}) is not among the hosts that connectors may write to: ${listed.join(', ')} (${SETTING})`;
}

function hostEntry(entry: string): { readonly name: string; readonly port: number | undefined } {
  const [, host = entry, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry) ?? [];
  return { name: bareName(host), port: port === undefined ? undefined : Number(port) };
}

/** Without brackets and the dot of the root, in small letters. */
function bareName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/(?<=.)\.$/, '');
}

/** The IPv4 address where `address` carries one. */
function plainAddress(address: string): string {
  const canonical = canonicalAddress(address);
  const [, high, low] = CARRIES_IPV4.exec(canonical) ?? CARRIES_IPV4_FIRST.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return address;
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

/** As a URL spells it: one address has many spellings (`::1.2.3.4`, `0:0::102:304`), and resolvers answer others than URLs. */
function canonicalAddress(address: string): string {
  const [plain = ''] = address.split('%', 1);
  return isIP(plain) === 6 ? bareName(new URL(`http://[${plain}]`).hostname) : address;
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits = ''] = range.split('/');
    list.addSubnet(network, Number(bits), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
