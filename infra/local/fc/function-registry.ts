/** The functions that are served, and their instances. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { functionNotFound, qualifierNotFound, serviceNotFound } from './errors.ts';
import { type DefinedFunction, defineFunction } from './function-definition.ts';
import { Instance, type InstanceStart } from './instance.ts';
import type { FcAccount } from './instance-environment.ts';
import { InstancePool } from './instance-pool.ts';
import { invocationContext } from './invocation-context.ts';
import { newRequestId } from './request-id.ts';

/** A function as it was last set. */
export interface ServedFunction {
  readonly fn: DefinedFunction;
  readonly pool: InstancePool;
  /** Of the entry file's folder without `node_modules`, as headers tell it. */
  readonly codeChecksum: string;
  readonly codeBytes: number;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface RegistryOptions {
  readonly account: FcAccount;
  /** Where instances log, a folder a function. */
  readonly logDir: string;
  /** Epoch ms. */
  readonly clock: () => number;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

/** Which function a request means. */
export interface FunctionAddress {
  readonly name: string;
  /** Told by requests of the 2.0 interface only. */
  readonly service: string | undefined;
  readonly qualifier: string;
}

function checksumOf(folder: string): { codeChecksum: string; codeBytes: number } {
  const digest = createHash('sha256');
  let codeBytes = 0;
  for (const name of readdirSync(folder).sort()) {
    const file = join(folder, name);
    if (!statSync(file).isFile()) continue;
    const bytes = readFileSync(file);
    codeBytes += bytes.length;
    digest.update(name).update(bytes);
  }
  return { codeChecksum: BigInt(`0x${digest.digest('hex').slice(0, 16)}`).toString(), codeBytes };
}

export class FunctionRegistry {
  readonly #options: RegistryOptions;
  readonly #served = new Map<string, ServedFunction>();
  /** Those that run, of functions that were replaced too. */
  readonly #instances = new Set<Instance>();
  readonly #spawning = new Set<Promise<Instance>>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Adds a function, or replaces it: running calls end as they began, new ones get new instances.
   *  @throws Error naming everything that the service would refuse */
  set(order: unknown): DefinedFunction {
    const fn = defineFunction(order);
    const now = this.#options.clock();
    const before = this.#served.get(fn.name);
    before?.pool.retire();
    const pool = new InstancePool(fn, (extraMs) => this.#start(fn, extraMs));
    this.#served.set(fn.name, {
      fn,
      pool,
      ...checksumOf(fn.code),
      createdAt: before?.createdAt ?? now,
      modifiedAt: now,
    });
    return fn;
  }

  get(name: string): ServedFunction | undefined {
    return this.#served.get(name);
  }

  all(): readonly ServedFunction[] {
    return [...this.#served.values()];
  }

  /** @throws FcError 404 in the service's words */
  find({ name, service, qualifier }: FunctionAddress): ServedFunction {
    const served = this.#served.get(name);
    if (service !== undefined && !this.all().some(({ fn }) => fn.service === service)) throw serviceNotFound(service);
    if (served === undefined || (service !== undefined && served.fn.service !== service)) {
      throw functionNotFound(name, service);
    }
    if (qualifier !== 'LATEST' && !served.fn.qualifiers.includes(qualifier)) {
      throw qualifierNotFound(qualifier, service === undefined ? `function '${name}'` : `service '${service}'`);
    }
    return served;
  }

  /** Kills what runs. Resolves when no process is left; call it after `closing`. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#spawning);
    for (const instance of this.#instances) instance.kill();
    await Promise.all([...this.#instances].map((instance) => instance.ended()));
  }

  async #start(
    fn: DefinedFunction,
    extraMs: number,
  ): Promise<{ readonly instance: Instance; readonly start: InstanceStart }> {
    const { account, closing } = this.#options;
    await sleep(extraMs, undefined, { signal: closing });
    const spawning = this.#spawn(fn);
    this.#spawning.add(spawning);
    const instance = await spawning.finally(() => this.#spawning.delete(spawning));
    const start = await instance.start(invocationContext(fn, account, newRequestId(), 'LATEST'));
    return { instance, start };
  }

  async #spawn(fn: DefinedFunction): Promise<Instance> {
    const { account, logDir } = this.#options;
    const folder = join(logDir, fn.name);
    mkdirSync(folder, { recursive: true });
    const id = `c-${randomUUID().replaceAll('-', '').slice(0, 20)}`;
    const instance = await Instance.spawn({ fn, account, id, logDir: folder });
    this.#instances.add(instance);
    void instance.ended().then(() => this.#instances.delete(instance));
    return instance;
  }
}
