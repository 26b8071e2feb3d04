/** What a worker's policy has against a configuration that came over REST, or stands in the config topic. Asked beside the checks of the keys
 *  themselves, whenever a configuration is validated, before it is stored and before it is run. */

import { CONSUMER_OVERRIDE } from '../../../shared/config/connector/override-keys.ts';
import type { KeyDefinition } from '../../../shared/config/definition.ts';
import { REFERENCE_FORMS, Secret } from '../../../shared/config/secret.ts';
import type { ConfigProblem } from '../../../shared/errors.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';
import type { StoredConfig } from '../config-state.ts';
import type { ConnectorPolicy } from './connector-policy.ts';
import { permittedPath } from './folder-rules.ts';
import { definitionsBySpelling } from './key-definitions.ts';
import { holdsSecret, isReferenceOnly, namesSecret } from './secret-looks.ts';
import { fileComplaint, referenceComplaint } from './secret-rules.ts';
import { HIDDEN } from './shown-config.ts';
import { hostComplaint, type TargetRules } from './target-rules.ts';
import { patternComplaint } from './topic-pattern.ts';

/** The one key whose value is tried on names: where this says no, nothing else may look at it. */
export const TOPIC_PATTERN = 'topics.regex';

const OVERRIDE = /^(?:consumer|producer|admin)\.override\./;
/** Of one list of addresses: the rest is told when these are mended. */
const MOST_COMPLAINTS = 10;
const BY_REFERENCE = `refer to it: ${REFERENCE_FORMS}`;

/** All of it, each under its key as it was spelt. No message shows a value of a secret key. Keys that are malformed besides are left to their
 *  own checks. */
export function policyProblems(
  sink: SinkDefinition,
  config: StoredConfig,
  policy: ConnectorPolicy,
): readonly ConfigProblem[] {
  const definitions = definitionsBySpelling(sink);
  return Object.entries(config).flatMap(([key, value]) => {
    const definition = definitions.get(key);
    const messages = [
      ...overrideMessages(key, definition, policy),
      ...(key === TOPIC_PATTERN ? listed(patternComplaint(value)) : []),
      ...(definition === undefined ? unknownMessages(key, value) : knownMessages(definition, value, policy)),
    ];
    return messages.map((message) => ({ key, message }));
  });
}

function overrideMessages(key: string, definition: KeyDefinition | undefined, policy: ConnectorPolicy): string[] {
  if (!OVERRIDE.test(key)) return [];
  const name = key.slice(CONSUMER_OVERRIDE.length);
  const allowed = [...policy.overrides].filter((one) => one !== 'none').join(', ') || 'none';
  if (definition === undefined) {
    return [`cannot be overridden by a connector; remove it, or use one of ${CONSUMER_OVERRIDE}: ${allowed}`];
  }
  if (policy.overrides.has(name)) return [];
  return [
    `this worker does not let connectors override ${name}; remove it, or add it to connector.client.config.override.allowlist (now ${allowed})`,
  ];
}

/** Unknown keys are kept as they are and do nothing: a secret must not get stored by a misspelt one. */
function unknownMessages(key: string, value: string): string[] {
  if (holdsSecret(value)) return [`holds a secret in clear, and is a key that nobody reads; remove it`];
  if (value === '' || !namesSecret(key) || isReferenceOnly(value)) return [];
  return [
    `is no key of this connector and looks like one of a secret, which would be stored in clear; correct its name, remove it, or ${BY_REFERENCE}`,
  ];
}

function knownMessages(definition: KeyDefinition, value: string, policy: ConnectorPolicy): string[] {
  if (definition.type === 'PASSWORD') return secretMessages(value, policy);
  if (holdsSecret(value)) return ['holds a private key or a password in clear; secrets have keys of their own'];
  switch (definition.refersTo) {
    case undefined:
      return [];
    case 'address':
      return addressMessages(definition, value, policy);
    case 'file':
      return listed(fileComplaint(value, policy));
    case 'module':
      return moduleMessages(value, policy);
    default:
      throw new Error(`unknown reference ${definition.refersTo satisfies never}`);
  }
}

function secretMessages(value: string, policy: ConnectorPolicy): string[] {
  if (value === HIDDEN) {
    return [`${HIDDEN} stands for a secret that is not shown, and is none itself; ${BY_REFERENCE}`];
  }
  let secret: Secret;
  try {
    secret = new Secret(value);
  } catch {
    return [];
  }
  if (value !== '' && !secret.isByReference) {
    return [`a secret must not stand here in clear, not even in part; ${BY_REFERENCE}`];
  }
  return secret.references.flatMap((reference) => listed(referenceComplaint(reference, policy)));
}

function addressMessages(definition: KeyDefinition, value: string, { targets }: ConnectorPolicy): string[] {
  const addresses = definition.type === 'LIST' ? value.split(',') : [value];
  const complaints = new Set<string>();
  for (const address of new Set(addresses.map((one) => one.trim()))) {
    for (const complaint of listed(addressComplaint(address, targets))) complaints.add(complaint);
    if (complaints.size >= MOST_COMPLAINTS) break;
  }
  return [...complaints];
}

/** Of one entry; what is no address is left to the key's own check. */
function addressComplaint(text: string, targets: TargetRules): string | undefined {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  return hostComplaint(targets, url.hostname, port);
}

function moduleMessages(value: string, { moduleFolders, realPath }: ConnectorPolicy): string[] {
  try {
    permittedPath(value, { folders: moduleFolders, setting: 'connector.module.folders', realPath });
    return [];
  } catch (thrown) {
    return [thrown instanceof Error ? thrown.message : String(thrown)];
  }
}

function listed(complaint: string | undefined): string[] {
  return complaint === undefined ? [] : [complaint];
}
