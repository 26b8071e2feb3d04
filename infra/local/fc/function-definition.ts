/** What a function is, as the service would take it. Limits: the service's pages "Quotas and limits" and "Environment variables". */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const MAX_ENVIRONMENT_BYTES = 4 * 1024;

const credentialSchema = z.strictObject({
  accessKeyId: z.string().min(1),
  accessKeySecret: z.string().min(1),
  securityToken: z.string().min(1).optional(),
});

const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, _ and -');
const handler = z
  .string()
  .regex(/^[^.]+(\/[^.]+)*\.[A-Za-z_$][\w$]*$/, "expected FILE.EXPORT, for example 'index.handler'");

const environmentSchema = z.record(z.string(), z.string()).superRefine((variables, context) => {
  const problem = (message: string) => context.addIssue({ code: 'custom', message });
  let bytes = 0;
  for (const [key, value] of Object.entries(variables)) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(key)) problem(`${key}: expected a letter, then letters, digits and _`);
    if (/^FC_/i.test(key)) problem(`${key}: names that begin with FC_ are the platform's own`);
    if (value.includes('\0')) problem(`${key}: has a zero byte`);
  }
  if (bytes > MAX_ENVIRONMENT_BYTES)
    problem(`${bytes} bytes of names and values, ${MAX_ENVIRONMENT_BYTES} is the most`);
});

const asyncSchema = z.strictObject({
  /** How often a call is run again whose function failed. */
  maxRetries: z.int().min(0).max(8).default(3),
  /** From then on a call is given up. */
  maxAgeS: z.int().min(1).max(604_800).default(86_400),
  /** Calls are tasks: a task id is taken once. */
  task: z.boolean().default(false),
  /** A function's name, or its `acs:fc:…:functions/NAME`. */
  onFailure: z.string().optional(),
  onSuccess: z.string().optional(),
});

const functionSchema = z.strictObject({
  name,
  service: name.optional(),
  code: z
    .string()
    .min(1)
    .transform((folder) => resolve(folder)),
  handler: handler.default('index.handler'),
  runtime: z.enum(['nodejs20', 'python3.10']).default('nodejs20'),
  environmentVariables: environmentSchema.default({}),
  memoryMb: z.int().min(128).max(32_768).multipleOf(64).default(512),
  timeoutS: z.int().min(1).max(86_400).default(60),
  initializer: z.strictObject({ handler, timeoutS: z.int().min(1).max(300) }).optional(),
  role: credentialSchema.optional(),
  qualifiers: z.array(z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)).default([]),
  instanceConcurrency: z.int().min(1).max(200).default(1),
  maxInstances: z.int().min(0).max(300).default(100),
  coldStartMs: z.int().min(0).default(0),
  async: asyncSchema.optional(),
});

/** What becomes of asynchronous calls. */
export type AsyncSettings = Readonly<z.output<typeof asyncSchema>>;

/** A key pair; with a `securityToken` it is a temporary one. */
export interface FcCredential {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

/** A function to serve. */
export interface FcFunction {
  /** 1 to 64 letters, digits, `_` and `-`. */
  readonly name: string;
  /** Makes it reachable by the 2.0 API too, as SERVICE/NAME. */
  readonly service?: string;
  /** Folder with the entry file: a built bundle such as `dist/functions-bundled/oss-sink`. */
  readonly code: string;
  /** `index.handler` by default. */
  readonly handler?: string;
  /** `nodejs20` by default: the node that runs the stand-in. `python3.10`: the `python3` of this machine. */
  readonly runtime?: 'nodejs20' | 'python3.10';
  /** At most 4 KB of names and values; none begins with `FC_`. */
  readonly environmentVariables?: Readonly<Record<string, string>>;
  /** 128 to 32768, by 64; 512 by default. */
  readonly memoryMb?: number;
  /** 1 to 86400; 60 by default. */
  readonly timeoutS?: number;
  /** Runs once an instance, before its first call. */
  readonly initializer?: { readonly handler: string; readonly timeoutS: number };
  /** Injected as `context.credentials` and `ALIBABA_CLOUD_*`. */
  readonly role?: FcCredential;
  /** Versions and aliases, besides LATEST; all run the same code. */
  readonly qualifiers?: readonly string[];
  /** Calls at once in one instance; 1 by default. */
  readonly instanceConcurrency?: number;
  /** More at once are refused with 429; 100 by default. */
  readonly maxInstances?: number;
  /** Added to what starting an instance really takes. */
  readonly coldStartMs?: number;
  readonly async?: {
    readonly maxRetries?: number;
    readonly maxAgeS?: number;
    readonly task?: boolean;
    readonly onFailure?: string;
    readonly onSuccess?: string;
  };
}

/** A function with its defaults filled in and its folder resolved. */
export type DefinedFunction = Readonly<z.output<typeof functionSchema>>;

/** What was set for a function, or what the service does where nothing was. */
export function asyncSettings(fn: DefinedFunction): AsyncSettings {
  return fn.async ?? asyncSchema.parse({});
}

/** @throws Error naming the function and everything that the service would refuse */
export function defineFunction(order: unknown): DefinedFunction {
  const parsed = functionSchema.safeParse(order);
  const called = typeof order === 'object' && order !== null && 'name' in order ? String(order.name) : '?';
  if (!parsed.success) throw new Error(`function ${called}: ${z.prettifyError(parsed.error)}`);
  const { code } = parsed.data;
  if (!existsSync(code)) throw new Error(`function ${called}: expected a folder with its code, there is no ${code}`);
  return parsed.data;
}
