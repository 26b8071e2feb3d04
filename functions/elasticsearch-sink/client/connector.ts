/** Opens connections to nodes, with TLS as it is configured at that moment: a certificate that was replaced serves the next connection. */
import { buildConnector } from 'undici';
import { toError } from '../../../shared/errors.ts';

/** PEM texts, and how names are checked. */
export interface TlsMaterial {
  /** Absent: the public certificate authorities. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  /** False: a certificate need not name the host. The chain of trust is checked all the same. */
  readonly checkHostname: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** `material` is asked before each connection over TLS; what it throws fails the request that wanted it.
 *  @param dial how connections are opened */
export function connector(
  material: () => TlsMaterial,
  dial: typeof buildConnector = buildConnector,
): buildConnector.connector {
  const plain = dial({ timeout: CONNECT_TIMEOUT_MS });
  let last: { readonly material: TlsMaterial; readonly connect: buildConnector.connector } | undefined;
  const secure = (): buildConnector.connector => {
    const now = material();
    // Kept while nothing changes: it holds the sessions to resume.
    if (last === undefined || !isSame(last.material, now)) last = { material: now, connect: dial(tlsOptions(now)) };
    return last.connect;
  };
  return (options, callback) => {
    let connect: buildConnector.connector;
    try {
      connect = options.protocol === 'https:' ? secure() : plain;
    } catch (thrown) {
      callback(toError(thrown), null);
      return;
    }
    connect(options, callback);
  };
}

function tlsOptions({ checkHostname, ca, cert, key, passphrase }: TlsMaterial): buildConnector.BuildOptions {
  return {
    timeout: CONNECT_TIMEOUT_MS,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(checkHostname ? {} : { checkServerIdentity: () => undefined }),
  };
}

function isSame(a: TlsMaterial, b: TlsMaterial): boolean {
  return (
    a.ca === b.ca &&
    a.cert === b.cert &&
    a.key === b.key &&
    a.passphrase === b.passphrase &&
    a.checkHostname === b.checkHostname
  );
}
