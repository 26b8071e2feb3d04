/** What a function is called with and what it gives back, in types that ask for nothing but JavaScript itself: neither Node's nor anybody's. */
import type { Answer } from '../outcomes.ts';

/** Function Compute's context, as far as functions use it. All of it may be missing: a server of your own, `invoke.module` and tests have
 *  less to say. Source: https://www.alibabacloud.com/help/en/functioncompute (Node.js, context). */
export interface FunctionContext {
  readonly requestId?: string;
  /** `timeout` is in seconds, `memory` in MB. */
  readonly function?: {
    readonly name?: string;
    readonly handler?: string;
    readonly memory?: number;
    readonly timeout?: number;
  };
  /** Those of the function's role, renewed by the platform. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken?: string;
  };
  readonly region?: string;
  readonly accountId?: string;
  readonly logger?: LineLogger;
}

/** Where lines go: Function Compute's `context.logger` and `console` are such. */
export interface LineLogger {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** A handler as the platform calls it, and `invoke.module`. `event` is any form that a dispatcher or a native trigger sends: bytes (a `Buffer`),
 *  text, or what JSON makes of it. */
export type FunctionHandler = (event: Uint8Array | string | object, context?: FunctionContext) => Promise<Answer>;
