/** Reads user and password out of Kafka's `sasl.jaas.config`, the way most Kafka clients are given theirs.
 *  Source: `org.apache.kafka.common.security.JaasConfig`. */

export interface JaasCredentials {
  readonly mechanism: 'PLAIN' | 'SCRAM';
  readonly username: string;
  readonly password: string;
}

const MODULES = {
  'org.apache.kafka.common.security.plain.PlainLoginModule': 'PLAIN',
  'org.apache.kafka.common.security.scram.ScramLoginModule': 'SCRAM',
} as const;

const ENTRY = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\s([\s\S]*);\s*$/i;
const OPTION = /([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";]+))/g;

/** For messages. */
export const JAAS_EXPECTED = `<module> required username="..." password="..."; with one of ${Object.keys(MODULES).join(', ')}`;

/** The credentials of one login module entry, `undefined` when the text is none of the two modules with both options. */
export function readJaas(text: string): JaasCredentials | undefined {
  const [, module = '', options = ''] = ENTRY.exec(text) ?? [];
  const mechanism = Object.entries(MODULES).find(([name]) => name === module)?.[1];
  const found = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of options.matchAll(OPTION)) {
    found.set(name, quoted?.replace(/\\(.)/g, '$1') ?? bare);
  }
  const username = found.get('username');
  const password = found.get('password');
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  return { mechanism, username, password };
}
