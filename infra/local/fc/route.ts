/** What a request is for, by its address: both generations of the interface. */
import { type ApiVersion, pathNotSupported } from './errors.ts';
import type { FunctionAddress } from './function-registry.ts';
import type { FcRequest } from './request.ts';

/** What the stand-in has of the interface. */
export type OperationName = 'invoke' | 'get' | 'get-async';

export interface Route {
  readonly api: ApiVersion;
  readonly operation: OperationName;
  readonly address: FunctionAddress;
}

const V3 = /^\/2023-03-30\/functions\/([^/]+)(\/invocations|\/async-invoke-config)?$/;
/** The service's own clients of 2.0 use the older of the two. */
const V2 =
  /^\/(?:2016-08-15|2021-06-22|2021-04-06)\/services\/([^/.]+)(?:\.([^/]+))?\/functions\/([^/]+)(\/invocations|\/async-invoke-config)?$/;

/** Which interface an address belongs to; 3.0 where it is none. */
export function apiOf(path: string): ApiVersion {
  return /^\/(2016|2021)-/.test(path) ? '2.0' : '3.0';
}

function operationOf(below: string | undefined): OperationName {
  if (below === undefined) return 'get';
  return below === '/invocations' ? 'invoke' : 'get-async';
}

/** @throws FcError `PathNotSupported` */
export function routeOf({ method, path, query }: FcRequest): Route {
  const asked = query.find(([name]) => name === 'qualifier')?.[1] || 'LATEST';
  const v3 = V3.exec(path);
  const v2 = V2.exec(path);
  const operation = operationOf(v3?.[2] ?? v2?.[4]);
  const isKnown = v3 !== null || v2 !== null;
  if (!isKnown || method !== (operation === 'invoke' ? 'POST' : 'GET')) throw pathNotSupported(method, path);
  if (v3 !== null) {
    return { api: '3.0', operation, address: { name: v3[1] ?? '', service: undefined, qualifier: asked } };
  }
  const [, service, qualifier = 'LATEST', name = ''] = v2 ?? [];
  return { api: '2.0', operation, address: { name, service, qualifier } };
}
