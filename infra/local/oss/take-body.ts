/** A request's body on its way into the store. */
import { checkLength, checkMd5, expectedMd5 } from './content-md5.ts';
import type { ReceivedBody } from './incoming-body.ts';
import type { OssService } from './operation.ts';
import type { OssRequest } from './request.ts';

/** Receives the body and checks what the client said of it.
 *  @throws OssError `InvalidDigest`, `EntityTooLarge`, `MissingContentLength` */
export async function takeBody({ store, maxObjectBytes }: OssService, request: OssRequest): Promise<ReceivedBody> {
  checkLength(request, maxObjectBytes);
  expectedMd5(request);
  // A body that is refused halfway must not take the connection with it: the client has to hear why.
  const body = await store.receive(request.body.iterator({ destroyOnReturn: false }), maxObjectBytes);
  try {
    checkMd5(request, body.md5);
  } catch (thrown) {
    store.discard(body);
    throw thrown;
  }
  return body;
}
