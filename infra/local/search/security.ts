/** TLS and users of a secured server: written into a node's configuration before it starts. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toError } from '../../../shared/errors.ts';
import { certificateAuthority } from '../certificates.ts';
import { SearchUnavailableError } from './errors.ts';
import type { NodeSettings } from './node-files.ts';
import type { SearchServer } from './servers.ts';

export interface SearchUser {
  readonly username: string;
  readonly password: string;
}

/** May do everything. The passwords open nothing but servers on this machine that live as long as their starter. */
export const ADMIN: SearchUser = { username: 'admin', password: 'local-search-admin' };
/** May write to `RESTRICTED_TO` only. */
export const RESTRICTED: SearchUser = { username: 'writer', password: 'local-search-writer' };
const RESTRICTED_TO = 'allowed-*';

/** bcrypt of the passwords above, by `tools/hash.sh` of OpenSearch's plugin: Node has none. */
const BCRYPT = {
  admin: '$2y$12$lwmz9yKPtkD2I6vEehPsUONg2jx2KmgvcJnbLJ6SSqxOdKjnV86PO',
  restricted: '$2y$12$88YF9ohJfbPLZmZUCoHoWuQ0eBDbLoYh0ICkBpbxCekt9VObuVslG',
};

const PBKDF2_ROUNDS = 10_000;
const CERTIFICATE = 'node.crt';
const KEY = 'node.key';
const AUTHORITY = 'authority.pem';

/** As the files of Elasticsearch's file realm hold it. */
function fileRealmHash(password: string): string {
  const salt = randomBytes(32);
  const hash = pbkdf2Sync(password, salt, PBKDF2_ROUNDS, 32, 'sha512');
  return `{PBKDF2}${PBKDF2_ROUNDS}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

/** Certificate of the node and its authority in `config`. */
async function writeCertificates(config: string): Promise<void> {
  const authority = await certificateAuthority(config, 'authority');
  const { cert, key } = await authority.issue('node');
  await writeFile(join(config, CERTIFICATE), cert);
  await writeFile(join(config, KEY), key);
}

async function secureElasticsearch(config: string, isSince8: boolean): Promise<NodeSettings> {
  const users = [ADMIN, RESTRICTED].map(({ username, password }) => `${username}:${fileRealmHash(password)}\n`);
  await writeFile(join(config, 'users'), users.join(''));
  await writeFile(join(config, 'users_roles'), `superuser:${ADMIN.username}\nlocal_writer:${RESTRICTED.username}\n`);
  const role = { cluster: ['monitor'], indices: [{ names: [RESTRICTED_TO], privileges: ['all'] }] };
  await writeFile(join(config, 'roles.yml'), `local_writer: ${JSON.stringify(role)}\n`);
  const ssl = 'xpack.security.http.ssl';
  return {
    'xpack.security.enabled': true,
    'xpack.security.authc.api_key.enabled': true,
    ...(isSince8 ? { 'xpack.security.autoconfiguration.enabled': false } : {}),
    [`${ssl}.enabled`]: true,
    [`${ssl}.key`]: join(config, KEY),
    [`${ssl}.certificate`]: join(config, CERTIFICATE),
    [`${ssl}.certificate_authorities`]: join(config, AUTHORITY),
  };
}

async function secureOpenSearch(config: string, home: string): Promise<NodeSettings> {
  const folder = join(config, 'opensearch-security');
  await mkdir(folder, { recursive: true });
  await cp(join(home, 'plugins', 'opensearch-security', 'config'), folder, { recursive: true });
  // JSON is YAML, too.
  const write = (type: string, file: string, entries: object) =>
    writeFile(join(folder, file), JSON.stringify({ _meta: { type, config_version: 2 }, ...entries }));
  await write('internalusers', 'internal_users.yml', {
    [ADMIN.username]: { hash: BCRYPT.admin },
    [RESTRICTED.username]: { hash: BCRYPT.restricted },
  });
  await write('roles', 'roles.yml', {
    local_writer: {
      cluster_permissions: ['cluster_monitor', 'cluster_composite_ops'],
      index_permissions: [{ index_patterns: [RESTRICTED_TO], allowed_actions: ['indices_all'] }],
    },
  });
  await write('rolesmapping', 'roles_mapping.yml', {
    all_access: { users: [ADMIN.username] },
    local_writer: { users: [RESTRICTED.username] },
  });
  const pems = (layer: string) => ({
    [`plugins.security.ssl.${layer}.pemcert_filepath`]: CERTIFICATE,
    [`plugins.security.ssl.${layer}.pemkey_filepath`]: KEY,
    [`plugins.security.ssl.${layer}.pemtrustedcas_filepath`]: AUTHORITY,
  });
  return {
    ...pems('transport'),
    ...pems('http'),
    'plugins.security.ssl.transport.enforce_hostname_verification': false,
    'plugins.security.ssl.http.enabled': true,
    'plugins.security.allow_default_init_securityindex': true,
  };
}

/** What a server that is not secured must be told. */
export function unsecured(server: SearchServer): NodeSettings {
  return server.flavor === 'elasticsearch' ? { 'xpack.security.enabled': false } : {};
}

/** Writes certificates and users into `config`, a folder that is there.
 *  @returns the settings that turn them on, and the authority's PEM
 *  @throws SearchUnavailableError without openssl */
export async function secure(
  server: SearchServer,
  home: string,
  config: string,
): Promise<{ readonly settings: NodeSettings; readonly ca: string }> {
  try {
    await writeCertificates(config);
  } catch (error) {
    throw new SearchUnavailableError(`A secured server needs openssl for its certificate: ${toError(error).message}`);
  }
  const ca = await readFile(join(config, AUTHORITY), 'utf8');
  const settings =
    server.flavor === 'opensearch'
      ? await secureOpenSearch(config, home)
      : await secureElasticsearch(config, server.plugin !== undefined);
  return { settings, ca };
}
