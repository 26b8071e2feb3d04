/** Signing in, and TLS: against servers with security of their own, and a node of ours that wants to see a certificate. */

import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { probeElasticsearch } from '../../../functions/elasticsearch-sink/handler.ts';
import { certificateAuthority } from '../../../infra/local/certificates.ts';
import { searchRequest } from '../../../infra/local/search/search-request.ts';
import { type LocalSearch, startSearch } from '../../../infra/local/search/start-search.ts';
import { systemClock } from '../../../shared/clock.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import { batchOfRecords } from '../../helpers/records.ts';
import { searchServers } from '../../helpers/search.ts';
import { limitOfStarts } from '../../helpers/search-available.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { brief, configOf, outcomesOf, type Settings, soon, writerOf } from './elasticsearch-setup.ts';

const ONE = batchOfRecords([{ offset: 0, value: '{"n":1}' }]);
const secured = searchServers.filter((server) => server === 'elasticsearch-8' || server === 'opensearch-2');

describe.each(secured)('the Elasticsearch sink and the security of %s', (name) => {
  let server: LocalSearch;
  beforeAll(async () => {
    server = await startSearch({ server: name, security: true });
  }, limitOfStarts(1));
  afterAll(() => server?.stop());

  const settings = (more: Settings = {}): Settings => ({
    'elasticsearch.hosts': server.url,
    'elasticsearch.ssl.ca': server.ca,
    'elasticsearch.index': 'allowed-orders',
    'elasticsearch.username': server.username,
    'elasticsearch.password': server.password,
    ...more,
  });

  it('is what it is to whoever asks: for a certificate we trust, for the right password, and for the right', async () => {
    const { url, ca, username, password, restricted } = server;
    expect(url).toMatch(/^https:/);
    await expect(searchRequest({ url, username, password }, 'GET', '/')).rejects.toThrow(/certificate/);
    const status = async (user?: string, secret?: string) =>
      (await searchRequest({ url, ca, username: user, password: secret }, 'GET', '/_cluster/health')).status;
    expect(await status(username, password)).toBe(200);
    expect(await status(username, 'wrong')).toBe(401);
    expect(await status()).toBe(401);
    const operations = ['allowed-1', 'other'].map((_index) => `${JSON.stringify({ index: { _index } })}\n{"n":1}\n`);
    const { body } = await searchRequest({ url, ca, ...restricted }, 'POST', '/_bulk', operations.join(''));
    expect(body).toMatchObject({
      errors: true,
      items: [{ index: { status: 201 } }, { index: { status: 403, error: { type: 'security_exception' } } }],
    });
  });

  it('takes its user and its authority, and follows a password that is corrected', async () => {
    const env: Record<string, string> = { PASSWORD: 'wrong' };
    const { writer } = writerOf(settings({ 'elasticsearch.password': `\${env:PASSWORD}` }), env);
    await expect(outcomesOf(writer, ONE)).rejects.toMatchObject({
      code: 'ELASTICSEARCH_CREDENTIALS_REFUSED',
      mayHeal: true,
    });
    env['PASSWORD'] = server.password ?? '';
    expect(brief(await outcomesOf(writer, ONE))).toEqual(['written']);
  });

  it('writes what a restricted user may write, and says what it may not', async () => {
    const { username, password } = server.restricted ?? { username: '', password: '' };
    const user = { 'elasticsearch.username': username, 'elasticsearch.password': password };
    const { writer } = writerOf(settings(user));
    await writer.open?.([{ name: 'orders', partitions: 1 }], soon());
    expect(brief(await outcomesOf(writer, ONE))).toEqual(['written']);
    const { writer: other } = writerOf(settings({ ...user, 'elasticsearch.index': 'secret-orders' }));
    await expect(outcomesOf(other, ONE)).rejects.toMatchObject({ code: 'ELASTICSEARCH_ACCESS_DENIED', mayHeal: true });
  });

  it('does not speak to a node that it does not trust', async () => {
    const { writer } = writerOf(settings({ 'elasticsearch.ssl.ca': undefined }));
    await expect(outcomesOf(writer, ONE)).rejects.toMatchObject({ code: 'ELASTICSEARCH_NOT_TRUSTED' });
  });

  it('is looked at by the probe as it would be written to', async () => {
    const probe = (raw: Settings) => probeElasticsearch(configOf(raw), ['orders'], deps, AbortSignal.timeout(30_000));
    const deps = { clock: systemClock, secrets: secretResolver({}, () => '') };
    expect(await probe(settings({ 'elasticsearch.index': 'allowed-{topic}-none' }))).toMatchObject({
      server: { ok: true, value: { name: expect.stringContaining(server.version) } },
      targets: [{ name: 'allowed-orders-none', found: { ok: true, value: 'missing' } }],
    });
    expect(await probe(settings({ 'elasticsearch.password': 'wrong' }))).toMatchObject({
      server: { ok: false, code: 'ELASTICSEARCH_CREDENTIALS_REFUSED' },
      targets: [],
    });
  });
});

describe('the Elasticsearch sink and certificates', () => {
  /** A node that answers everything to who shows a certificate of `authority`; the names of those are noted. */
  async function nodeFor(authority: Awaited<ReturnType<typeof certificateAuthority>>, names?: string) {
    const own = await authority.issue('node', names === undefined ? {} : { names });
    const seen: string[] = [];
    const options = { ca: authority.pem, cert: own.cert, key: own.key, requestCert: true, rejectUnauthorized: true };
    const node = createServer(options, (request, response) => {
      request.resume();
      const { subject } = (
        request.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } }
      ).getPeerCertificate();
      seen.push(subject.CN);
      const items = [{ index: { _index: 'orders', _id: 'orders+0+0', status: 201 } }];
      const body = request.url === '/' ? { version: { number: '8.0.0' } } : { errors: false, items };
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => node.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      node.closeAllConnections();
      node.close();
    });
    return { url: `https://127.0.0.1:${(node.address() as AddressInfo).port}`, seen };
  }

  it('shows its own, and the next one where it is replaced', async () => {
    const folder = await temporaryFolder();
    const authority = await certificateAuthority(folder, 'own');
    const { url, seen } = await nodeFor(authority);
    const store = join(folder, 'client.pem');
    const settings = {
      'elasticsearch.hosts': url,
      'elasticsearch.index': 'orders',
      'elasticsearch.ssl.truststore.location': authority.file,
      'elasticsearch.ssl.keystore.location': store,
    };
    const { writer } = writerOf(settings);
    const replace = async (name: string) => {
      const { cert, key } = await authority.issue(name);
      await writeFile(store, key + cert);
    };
    await replace('first');
    expect(brief(await outcomesOf(writer, ONE))).toEqual(['written']);
    await replace('second');
    expect(brief(await outcomesOf(writer, ONE))).toEqual(['written']);
    expect(seen[0]).toBe('first');
    expect(seen.at(-1)).toBe('second');
    await rm(store);
    await expect(outcomesOf(writer, ONE)).rejects.toMatchObject({
      code: 'ELASTICSEARCH_CERTIFICATES_MISSING',
      mayHeal: true,
    });
  });

  it('wants the name of the node in its certificate, unless that is turned off', async () => {
    const authority = await certificateAuthority(await temporaryFolder(), 'named');
    const { url } = await nodeFor(authority, 'DNS:elsewhere');
    const own = await authority.issue('client');
    const settings = {
      'elasticsearch.hosts': url,
      'elasticsearch.index': 'orders',
      'elasticsearch.ssl.ca': authority.pem,
      'elasticsearch.ssl.certificate': own.cert,
      'elasticsearch.ssl.key': own.key,
    };
    await expect(outcomesOf(writerOf(settings).writer, ONE)).rejects.toMatchObject({
      code: 'ELASTICSEARCH_NOT_TRUSTED',
    });
    const unnamed = { ...settings, 'elasticsearch.ssl.endpoint.identification.algorithm': 'none' };
    expect(brief(await outcomesOf(writerOf(unnamed).writer, ONE))).toEqual(['written']);
  });
});
