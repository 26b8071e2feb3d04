/** Keys and certificates for local services and tests, made by openssl; none of them is older than the run or outlives its folder. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificate {
  readonly cert: string;
  /** PKCS#8. */
  readonly key: string;
  /** File that holds key and certificate, as Kafka's PEM key stores do. */
  readonly store: string;
}

export interface Authority {
  readonly pem: string;
  readonly file: string;
  /** `days` of -1: expired yesterday. `names` as openssl spells them: `IP:127.0.0.1,DNS:localhost`. */
  issue(name: string, options?: { readonly names?: string; readonly days?: number }): Promise<Certificate>;
}

/** Runs openssl in `folder`.
 *  @throws Error of `execFile` with what it said */
export async function openssl(folder: string, ...args: string[]): Promise<void> {
  await promisify(execFile)('openssl', args, { cwd: folder });
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority of its own, which issues certificates into `folder`. */
export async function certificateAuthority(folder: string, name: string): Promise<Authority> {
  const file = join(folder, `${name}.pem`);
  const key = join(folder, `${name}.key`);
  await openssl(
    folder,
    'req',
    '-x509',
    ...NEW_KEY,
    '-keyout',
    key,
    '-out',
    file,
    '-subj',
    `/CN=${name}`,
    '-days',
    '30',
  );
  return {
    pem: await readFile(file, 'utf8'),
    file,
    async issue(subject, { names = 'IP:127.0.0.1,DNS:localhost', days = 30 } = {}) {
      const base = join(folder, `${name}-${subject}`);
      const request = ['-subj', `/CN=${subject}`, '-addext', `subjectAltName=${names}`];
      await openssl(folder, 'req', ...NEW_KEY, '-keyout', `${base}.key`, '-out', `${base}.csr`, ...request);
      const sign = ['-CA', file, '-CAkey', key, '-CAcreateserial', '-days', String(days), '-copy_extensions', 'copy'];
      await openssl(folder, 'x509', '-req', '-in', `${base}.csr`, ...sign, '-out', `${base}.crt`);
      const issued = { cert: await readFile(`${base}.crt`, 'utf8'), key: await readFile(`${base}.key`, 'utf8') };
      const store = `${base}.store.pem`;
      await writeFile(store, issued.key + issued.cert);
      return { ...issued, store };
    },
  };
}
