/** Secrets stay references until the moment of use: nothing that prints, logs or stores a configuration can show one. */
import { inspect } from 'node:util';
import { ConfigError, type ConfigProblem } from '../errors.ts';

/** `${env:NAME}` or `${file:path:key}`. */
export type SecretReference =
  | { readonly provider: 'env'; readonly name: string }
  | { readonly provider: 'file'; readonly path: string; readonly key: string };

/** Looks references up at the moment of use. */
export interface SecretResolver {
  /** The secret's value, never empty.
   *  @throws Error that says what is missing, without any value */
  resolve(reference: SecretReference): string;
  /** Text of a file that a setting names (certificates); absent where files are out of reach.
   *  @throws Error when it cannot be read */
  readonly readText?: (path: string) => string;
}

/** How references are spelt, for messages. */
export const REFERENCE_FORMS = `\${env:NAME} or \${file:path:key}`;

const REFERENCE_BEGIN = /\$\{(env|file):/g;
const WHOLE_REFERENCE = /^\$\{([a-z]+):[^}]*\}$/;

const AUTHENTICATION_SCHEME = /^(?:(?:Bearer|Basic|ApiKey) )?$/i;

/** True when a value contains `${env:` or `${file:`. Other `${...}` belong to templates and are left alone. */
export function containsReference(text: string): boolean {
  return text.includes('${env:') || text.includes('${file:');
}

/** A secret's text, cut at its references. */
type SecretPart = string | { readonly text: string; readonly reference: SecretReference };

function referenceOf(provider: string, rest: string): SecretReference {
  if (provider === 'env') {
    if (rest === '') throw new Error(`the reference names no variable`);
    return { provider, name: rest };
  }
  const colon = rest.lastIndexOf(':');
  if (colon <= 0 || colon === rest.length - 1) {
    throw new Error(`a file reference needs a path and a key`);
  }
  return { provider: 'file', path: rest.slice(0, colon), key: rest.slice(colon + 1) };
}

function partsOf(text: string): readonly SecretPart[] {
  const provider = WHOLE_REFERENCE.exec(text)?.[1];
  if (provider !== undefined && provider !== 'env' && provider !== 'file') {
    throw new Error(`unknown secret provider ${provider}`);
  }
  const parts: SecretPart[] = [];
  let end = 0;
  for (const { 0: begin, 1: kind = '', index } of text.matchAll(REFERENCE_BEGIN)) {
    // Inside of the one before.
    if (index < end) continue;
    const close = text.indexOf('}', index);
    if (close < 0) throw new Error(`a reference is not closed`);
    if (index > end) parts.push(text.slice(end, index));
    const reference = referenceOf(kind, text.slice(index + begin.length, close));
    parts.push({ text: text.slice(index, close + 1), reference });
    end = close + 1;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

/** Value of a PASSWORD key: a literal, a reference, or text around references (`Bearer ${env:TOKEN}`).
 *  Prints its references, and `[redacted]` for everything else. */
export class Secret {
  /** Key the secret was given under; errors name it. */
  readonly key: string;
  readonly #text: string;
  readonly #parts: readonly SecretPart[];

  /** @throws Error when `text` holds a malformed reference; the message shows no literal */
  constructor(text: string, key = 'secret') {
    this.key = key;
    this.#text = text;
    this.#parts = partsOf(text);
  }

  /** The same secret, named after the key it was given under. */
  under(key: string): Secret {
    return new Secret(this.#text, key);
  }

  /** True when it holds no reference. */
  get isLiteral(): boolean {
    return this.#parts.every((part) => typeof part === 'string');
  }

  /** True when all that is secret in it is referred to: text around references is at most the word of an HTTP authentication scheme. Such a
   *  text may be stored and shown as it is. */
  get isByReference(): boolean {
    const around = this.#parts.filter((part) => typeof part === 'string').join('');
    return !this.isLiteral && AUTHENTICATION_SCHEME.test(around);
  }

  /** What it refers to, in order. */
  get references(): readonly SecretReference[] {
    return this.#parts.flatMap((part) => (typeof part === 'string' ? [] : [part.reference]));
  }

  /** True when both were written the same. */
  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  /** The value in clear. Call it where it is used, and keep the answer out of fields, logs and messages.
   *  @throws ConfigError naming key and reference when a reference leads nowhere */
  reveal(resolver: SecretResolver): string {
    return this.#parts.map((part) => (typeof part === 'string' ? part : this.#resolve(part, resolver))).join('');
  }

  #resolve(part: { readonly text: string; readonly reference: SecretReference }, resolver: SecretResolver): string {
    try {
      return resolver.resolve(part.reference);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'not found';
      throw new ConfigError([{ key: this.key, message: `${part.text} cannot be resolved: ${reason}` }]);
    }
  }

  toString(): string {
    return this.#parts.map((part) => (typeof part === 'string' ? '[redacted]' : part.text)).join('');
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return `Secret(${this.toString()})`;
  }
}

/** Every secret of a parsed configuration that does not resolve, by key. Ask before anything starts. */
export function unresolvedSecrets(
  config: Readonly<Record<string, unknown>>,
  resolver: SecretResolver,
): readonly ConfigProblem[] {
  return Object.values(config).flatMap((value) => {
    if (!(value instanceof Secret)) return [];
    try {
      value.reveal(resolver);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  });
}
