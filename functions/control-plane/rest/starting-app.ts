/** What stands behind a worker's ports until its app is there, so that it is known early whether they are free, and who asks early is answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';

type Routing = (request: IncomingMessage, response: ServerResponse) => void;

const STARTING = { error_code: 503, message: 'Worker is still starting up.' };
/** As `spillway/health.ts` answers it: a platform must not end a process for waiting for its Kafka. */
const LIVE_PATH = /^\/spillway\/health\/live\/?(?:\?|$)/;

export class StartingApp {
  #app: Routing | undefined;

  /** From now on requests go to `app`. */
  started(app: { readonly routing: Routing }): void {
    this.#app = app.routing;
  }

  readonly routing: Routing = (request, response) => {
    if (this.#app !== undefined) {
      this.#app(request, response);
      return;
    }
    const isLive = LIVE_PATH.test(request.url ?? '');
    const body = JSON.stringify(isLive ? { status: 'live' } : STARTING);
    response.writeHead(isLive ? 200 : STARTING.error_code, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(!isLive && { 'retry-after': '1' }),
      connection: 'close',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}
