/** Certificates and keys of a configuration, read when they are needed. */
import { lookUp } from '../../../shared/config/look-up.ts';
import type { Secret, SecretResolver } from '../../../shared/config/secret.ts';
import { ConfigError, toError } from '../../../shared/errors.ts';
import type { TlsMaterial } from './connector.ts';

/** As a configuration names them: PEM text, or files of it. */
export interface TlsKeys {
  readonly ca?: string | undefined;
  readonly caFile?: { readonly key: string; readonly path: string } | undefined;
  readonly certificate?: string | undefined;
  readonly key?: Secret | undefined;
  /** Holds key and certificate. */
  readonly keyFile?: { readonly key: string; readonly path: string } | undefined;
  readonly passphrase?: Secret | undefined;
  readonly checkHostname: boolean;
}

/** Asked before each connection, so that what was renewed is followed.
 *  @throws FatalError `ELASTICSEARCH_CERTIFICATES_MISSING`, which may heal, when a file cannot be read or a reference leads nowhere */
export function tlsMaterialOf(keys: TlsKeys, secrets: SecretResolver): () => TlsMaterial {
  const { ca, caFile, certificate, key, keyFile, passphrase, checkHostname } = keys;
  return () =>
    lookUp('ELASTICSEARCH_CERTIFICATES_MISSING', 'no certificates for Elasticsearch', () => {
      const own = keyFile === undefined ? undefined : fileText(keyFile, secrets);
      return {
        ca: caFile === undefined ? ca : fileText(caFile, secrets),
        cert: own ?? certificate,
        key: own ?? key?.reveal(secrets),
        passphrase: passphrase?.reveal(secrets),
        checkHostname,
      };
    });
}

function fileText(
  { key, path }: { readonly key: string; readonly path: string },
  { readText }: SecretResolver,
): string {
  try {
    if (readText === undefined) throw new Error('files are out of reach here');
    return readText(path);
  } catch (thrown) {
    const error = toError(thrown);
    // Only the code (ENOENT, EACCES): messages of readers may show contents.
    const reason = 'code' in error ? String(error.code) : error.message;
    throw new ConfigError([{ key, message: `${path} cannot be read (${reason})` }]);
  }
}
