import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openssl } from '../../../infra/local/certificates.ts';

export { type Authority, type Certificate, certificateAuthority } from '../../../infra/local/certificates.ts';

/** The same key under a password, as PEM. */
export async function encryptedKey(folder: string, key: string, password: string): Promise<string> {
  const [plain, sealed] = [join(folder, 'plain.key'), join(folder, 'sealed.key')];
  await writeFile(plain, key);
  await openssl(folder, 'pkcs8', '-topk8', '-in', plain, '-out', sealed, '-passout', `pass:${password}`);
  return await readFile(sealed, 'utf8');
}
