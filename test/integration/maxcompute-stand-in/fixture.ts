/** A stand-in with a table `t` of two columns and a partition `pt=a`, and what clients do to it. */
import type { MaxComputeServerOptions } from '../../../infra/local/maxcompute/server.ts';
import { setupMaxCompute } from '../../helpers/maxcompute.ts';
import { jsonOf, type RawAnswer, type RawQuery, type RawRequest, sendRaw, streamOf } from './raw-client.ts';

/** Rows of `t` with these ids. */
export const rowsOf = (...ids: readonly number[]): Buffer =>
  streamOf(
    ['id bigint', 'name string'],
    ids.map((id) => ({ id, name: `n${id}` })),
  );

/** What a refusal is called. */
export const codeOf = (answer: RawAnswer): string => `${answer.status} ${String(jsonOf(answer)['Code'])}`;

export async function tableForTest(options: Partial<MaxComputeServerOptions> = {}) {
  const { server, dir } = await setupMaxCompute({
    ...options,
    table: 't',
    columns: '(id BIGINT, name STRING) PARTITIONED BY (pt STRING)',
  });
  server.runSql("ALTER TABLE t ADD PARTITION (pt='a');");
  const path = `/projects/${server.project}/tables/t`;
  const send = (method: string, query: RawQuery = {}, raw: RawRequest = {}, below = '') =>
    sendRaw(server, method, `${path}${below}`, query, raw);
  const create = async (query: RawQuery = {}): Promise<string> => {
    const answer = await send('POST', { uploads: 1, partition: 'pt=a', ...query });
    if (answer.status !== 201) throw new Error(`no session: ${answer.body}`);
    return String(jsonOf(answer)['UploadID']);
  };
  const of = (uploadid: string): RawQuery => ({ uploadid, partition: 'pt=a' });
  return {
    server,
    dir,
    path,
    send,
    /** Makes an upload session for `pt=a` and answers its id. */
    create,
    put: (id: string, blockid: number, body: Buffer, raw: RawRequest = {}) =>
      send('PUT', { ...of(id), blockid }, { body, ...raw }),
    reload: (id: string) => send('GET', of(id)),
    commit: (id: string) => send('POST', of(id)),
    ids: (partition?: string) => server.rows('t', partition).map((row) => row['id']),
  };
}
