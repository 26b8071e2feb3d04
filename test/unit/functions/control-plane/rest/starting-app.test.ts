import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { StartingApp } from '../../../../../functions/control-plane/rest/starting-app.ts';

/** What the server would send for a request. */
function answer(app: StartingApp, method: string, url = '/connectors') {
  let status = 0;
  let body: string | undefined;
  const response = {
    writeHead: (code: number) => {
      status = code;
    },
    end: (text?: string) => {
      body = text;
    },
  };
  app.routing({ method, url } as IncomingMessage, response as unknown as ServerResponse);
  return [status, body];
}

describe('StartingApp', () => {
  it('says that the worker starts, until it has started', () => {
    const app = new StartingApp();
    expect(answer(app, 'GET')).toEqual([503, '{"error_code":503,"message":"Worker is still starting up."}']);
    expect(answer(app, 'HEAD')).toEqual([503, undefined]);
    app.started({ routing: (_request, response) => void response.end('started') });
    expect(answer(app, 'GET')).toEqual([0, 'started']);
  });

  it('says that it lives, all the same', () => {
    const app = new StartingApp();
    expect(answer(app, 'GET', '/spillway/health/live')).toEqual([200, '{"status":"live"}']);
    expect(answer(app, 'GET', '/spillway/health/ready')[0]).toBe(503);
  });
});
