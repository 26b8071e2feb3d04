/** Which secrets connectors may refer to: asked when a configuration comes in, and again whenever a secret is looked up. */
import type { SecretReference, SecretResolver } from '../../../shared/config/secret.ts';
import { toError } from '../../../shared/errors.ts';
import type { ConnectorPolicy } from './connector-policy.ts';
import { permittedPath } from './folder-rules.ts';
import { matchesName } from './name-pattern.ts';

type SecretPolicy = Pick<ConnectorPolicy, 'variables' | 'secretFolders' | 'realPath'>;

/** The reference to look up in place of `reference`, links followed.
 *  @throws Error that says why connectors may not use it, and which setting allows it */
function permitted(reference: SecretReference, policy: SecretPolicy): SecretReference {
  if (reference.provider === 'file') {
    return { ...reference, path: permittedPath(reference.path, folderRules(policy)) };
  }
  const { name } = reference;
  if (policy.variables.some((pattern) => matchesName(pattern, name))) return reference;
  throw new Error(
    `connectors may not refer to the variable ${name}; allowed: ${policy.variables.join(', ')} (connector.secret.variables of the worker)`,
  );
}

/** Why connectors may not use `reference`; `undefined` when they may. */
export function referenceComplaint(reference: SecretReference, policy: SecretPolicy): string | undefined {
  return complaintOf(() => permitted(reference, policy));
}

/** Why no key may name `path` as a file to read; `undefined` when it may. */
export function fileComplaint(path: string, policy: SecretPolicy): string | undefined {
  return complaintOf(() => permittedPath(path, folderRules(policy)));
}

/** Secrets and files as connectors may see them: what the policy does not allow is not looked up, whatever got into a configuration. */
export function restrictedSecrets(secrets: SecretResolver, policy: SecretPolicy): SecretResolver {
  const { readText } = secrets;
  return {
    resolve: (reference) => secrets.resolve(permitted(reference, policy)),
    ...(readText === undefined ? {} : { readText: (path) => readText(permittedPath(path, folderRules(policy))) }),
  };
}

function folderRules({ secretFolders, realPath }: SecretPolicy) {
  return { folders: secretFolders, setting: 'connector.secret.folders', realPath };
}

function complaintOf(look: () => unknown): string | undefined {
  try {
    look();
    return undefined;
  } catch (thrown) {
    return toError(thrown).message;
  }
}
