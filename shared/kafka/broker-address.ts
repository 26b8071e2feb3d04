/** A broker's host and port. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port`, IPv6 in brackets; 9092 when the port is missing. */
export function parseBrokerAddress(text: string): BrokerAddress {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw new TypeError(`not a broker address: "${text}", expected host:port`);
  return { host, port: match?.[3] === undefined ? 9092 : Number(match[3]) };
}

/** `host:port` for messages. */
export function showAddress({ host, port }: BrokerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
