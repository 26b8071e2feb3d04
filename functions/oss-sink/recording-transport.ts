/** A network that is none: notes each request and answers as an OSS would whose bucket is empty and has no versioning. So a preview
 *  shows what ali-oss really builds, and nothing leaves this process. */
import type { RenderedRequest } from '../../shared/rendered-request.ts';
import type { CredentialKeys, OssCredentials } from './credentials.ts';
import { answered, type OssTransport, type UrllibParameters, type UrllibResult } from './exchange.ts';

/** Request headers whose values are secret, or follow from a secret. Names in lower case. */
const SECRET_HEADERS = new Set(['authorization', 'x-oss-security-token']);
const HIDDEN = '[made when it is sent]';

/** Stand in for the real ones, which a preview neither needs nor looks up: what is signed with them opens nothing. A token stands
 *  where a configuration names one, so that its header is there. */
export function previewCredentials({ securityToken }: CredentialKeys): OssCredentials {
  const nothing = 'preview';
  return {
    accessKeyId: nothing,
    accessKeySecret: nothing,
    ...(securityToken === undefined ? {} : { securityToken: nothing }),
  };
}

export class RecordingTransport implements OssTransport {
  readonly #record: (request: RenderedRequest) => void;

  constructor(record: (request: RenderedRequest) => void) {
    this.#record = record;
  }

  async request(url: string, { method, headers, content, ctx }: UrllibParameters): Promise<UrllibResult> {
    const shown = Object.entries(headers).map(([name, value]) => [
      name,
      SECRET_HEADERS.has(name.toLowerCase()) ? HIDDEN : String(value),
    ]);
    // A copy: whoever sent a body uses its buffer again.
    this.#record({ method, url, headers: Object.fromEntries(shown), body: Buffer.from(content ?? []) });
    const md5 = headers['Content-MD5'];
    if (md5 !== undefined) ctx.sentMd5 = md5;
    const common = { 'x-oss-request-id': '000000000000000000000000' };
    if (method === 'HEAD') {
      return answered(ctx, {
        status: 404,
        headers: { ...common, 'x-oss-error-code': 'NoSuchKey' },
        body: Buffer.alloc(0),
      });
    }
    const etag = md5 === undefined ? {} : { etag: `"${Buffer.from(md5, 'base64').toString('hex').toUpperCase()}"` };
    const body = method === 'GET' ? Buffer.from('<VersioningConfiguration/>') : Buffer.alloc(0);
    return answered(ctx, { status: 200, headers: { ...common, ...etag }, body });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
