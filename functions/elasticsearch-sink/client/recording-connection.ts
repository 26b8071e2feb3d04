/** A network that is none: notes each bulk request and answers as a server would that takes everything. So a preview shows what the Elastic
 *  client really builds, and nothing leaves this process. */
import {
  BaseConnection,
  type ConnectionRequestOptions,
  type ConnectionRequestOptionsAsStream,
  type ConnectionRequestParams,
  type ConnectionRequestResponse,
  type ConnectionRequestResponseAsStream,
} from '@elastic/elasticsearch';
import type { RenderedRequest } from '../../../shared/rendered-request.ts';
import { exchangeOf } from './exchange.ts';

/** Stands for what is made of a secret. */
export const HIDDEN_AUTHORIZATION = '[made when it is sent]';

const VERSION = '8.19.2';

/** A class of connections for the Elastic client.
 *  @param targetType what every name stands for */
export function recordingConnection(
  record: (request: RenderedRequest) => void,
  targetType: 'index' | 'alias' | 'data-stream',
): typeof BaseConnection {
  return class RecordingConnection extends BaseConnection {
    override request(
      params: ConnectionRequestParams,
      options: ConnectionRequestOptions,
    ): Promise<ConnectionRequestResponse>;
    override request(
      params: ConnectionRequestParams,
      options: ConnectionRequestOptionsAsStream,
    ): Promise<ConnectionRequestResponseAsStream>;
    override async request(
      { method, path, querystring = '', headers, body }: ConnectionRequestParams,
      options: ConnectionRequestOptions,
    ): Promise<ConnectionRequestResponse | ConnectionRequestResponseAsStream> {
      const exchange = exchangeOf(options.context);
      if (exchange !== undefined) exchange.handedOver = true;
      if (path !== '/_bulk') return answer(lookedUp(path, targetType));
      // A copy: whoever sent a body uses its buffer again.
      const sent = Buffer.from(body as Buffer);
      const prefix = this.url.href.replace(/\/$/, '');
      const shown = Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]);
      record({ method, url: `${prefix}${path}?${querystring}`, headers: Object.fromEntries(shown), body: sent });
      return answer({ errors: false, items: [...itemsOf(sent)] });
    }
  };
}

function answer(body: object): ConnectionRequestResponse {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function lookedUp(path: string, targetType: 'index' | 'alias' | 'data-stream'): object {
  if (path === '/') return { version: { number: VERSION }, tagline: 'You Know, for Search' };
  const name = /^\/_resolve\/index\/(.+)$/.exec(path)?.[1];
  if (name === undefined) return {};
  const list = { index: 'indices', alias: 'aliases', 'data-stream': 'data_streams' }[targetType];
  return { [list]: [{ name: decodeURIComponent(name) }] };
}

/** One for each action line: `{"index":{"_index":…}}` and, but for `delete`, the document behind it. */
function* itemsOf(body: Buffer): Generator<object> {
  const lines = body.toString('utf8').split('\n');
  for (let at = 0; at < lines.length - 1; at++) {
    const [[action, { _index = '', _id = '' }] = ['', {}]] = Object.entries(
      JSON.parse(lines[at] ?? '') as Record<string, { readonly _index?: string; readonly _id?: string }>,
    );
    yield { [action]: { _index, _id, status: 200, result: 'updated' } };
    if (action !== 'delete') at++;
  }
}
