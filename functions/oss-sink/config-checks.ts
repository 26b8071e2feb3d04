/** Rules over several keys of the OSS sink. */
import { type ConfigOf, type CrossCheck, crossCheck, type KeyDefinition } from '../../shared/config/definition.ts';
import type { Secret } from '../../shared/config/secret.ts';
import type { ConfigProblem } from '../../shared/errors.ts';
import { endpointUrl, ossAddress, regionId, regionOfEndpoint } from './endpoint.ts';
import type { Compression, ObjectFormat, RawFraming } from './object-format.ts';
import { objectNameProblem } from './object-name.ts';
import { rotationProblem } from './rotation.ts';

/** The keys that the rules read, as `config.ts` defines them. */
interface CheckedKeys {
  readonly 'oss.endpoint': KeyDefinition<string | undefined>;
  readonly 'oss.region': KeyDefinition<string | undefined>;
  readonly 'oss.access.key.id': KeyDefinition<Secret | undefined>;
  readonly 'oss.access.key.secret': KeyDefinition<Secret | undefined>;
  readonly 'oss.security.token': KeyDefinition<Secret | undefined>;
  readonly 'oss.object.prefix': KeyDefinition<string | undefined>;
  readonly 'oss.object.key.template': KeyDefinition<string>;
  readonly 'oss.rotate.interval.ms': KeyDefinition<number>;
  readonly 'oss.rotate.schedule.interval.ms': KeyDefinition<number>;
  readonly 'oss.format': KeyDefinition<ObjectFormat>;
  readonly 'oss.raw.framing': KeyDefinition<RawFraming>;
  readonly 'oss.compression': KeyDefinition<Compression>;
  readonly 'oss.output.fields': KeyDefinition<readonly string[] | undefined>;
}

function problem(key: keyof CheckedKeys, message: string): readonly ConfigProblem[] {
  return [{ key, message }];
}

function addressProblems(endpoint: string | undefined, region: string | undefined): readonly ConfigProblem[] {
  const url = endpoint === undefined ? undefined : endpointUrl(endpoint);
  const named = url === undefined ? undefined : regionOfEndpoint(url);
  if (named !== undefined && region !== undefined && named !== regionId(region)) {
    return problem(
      'oss.region',
      `${region} is not the region of oss.endpoint, which is ${named}; keep one of the two keys`,
    );
  }
  if (ossAddress(endpoint, region) !== undefined) return [];
  return endpoint === undefined
    ? problem('oss.region', 'neither oss.region nor oss.endpoint is given; give at least one')
    : problem('oss.region', 'is required here: oss.endpoint is no name of the service that would tell the region');
}

function credentialProblems(
  id: Secret | undefined,
  secret: Secret | undefined,
  token: Secret | undefined,
): readonly ConfigProblem[] {
  if (id !== undefined && secret === undefined) {
    return problem('oss.access.key.secret', 'is missing: oss.access.key.id is given, and the two belong together');
  }
  if (id === undefined && secret !== undefined) {
    return problem('oss.access.key.id', 'is missing: oss.access.key.secret is given, and the two belong together');
  }
  if (id === undefined && token !== undefined) {
    return problem('oss.security.token', 'is of no use without oss.access.key.id and oss.access.key.secret');
  }
  return [];
}

/** A name as the template gives it, with a harmless value for each placeholder. */
function sampleName(prefix: string | undefined, template: string): string {
  const folder = prefix === undefined || prefix.endsWith('/') ? (prefix ?? '') : `${prefix}/`;
  return folder + template.replace(/\{[^{}]*\}/g, '0');
}

/** The rules, for the keys of `config.ts`. */
export function ossChecks<K extends CheckedKeys & Readonly<Record<string, KeyDefinition>>>(
  keys: K,
): readonly CrossCheck<ConfigOf<K>>[] {
  const checked: CheckedKeys & Readonly<Record<string, KeyDefinition>> = keys;
  return [
    crossCheck(checked, ['oss.endpoint', 'oss.region'], (config) =>
      addressProblems(config['oss.endpoint'], config['oss.region']),
    ),
    crossCheck(checked, ['oss.access.key.id', 'oss.access.key.secret', 'oss.security.token'], (config) =>
      credentialProblems(config['oss.access.key.id'], config['oss.access.key.secret'], config['oss.security.token']),
    ),
    crossCheck(checked, ['oss.format', 'oss.output.fields'], (config) =>
      config['oss.format'] === 'raw' && config['oss.output.fields'] !== undefined
        ? problem(
            'oss.output.fields',
            'has no meaning with oss.format=raw, which writes values only; remove it or use jsonl',
          )
        : [],
    ),
    crossCheck(checked, ['oss.format', 'oss.raw.framing'], (config) =>
      config['oss.format'] !== 'raw' && config['oss.raw.framing'] !== 'newline'
        ? problem('oss.raw.framing', `has no meaning with oss.format=${config['oss.format']}; remove it or use raw`)
        : [],
    ),
    crossCheck(checked, ['oss.rotate.interval.ms', 'oss.rotate.schedule.interval.ms'], (config) =>
      (['oss.rotate.interval.ms', 'oss.rotate.schedule.interval.ms'] as const).flatMap((key) => {
        const complaint = rotationProblem(config[key]);
        return complaint === undefined ? [] : problem(key, complaint);
      }),
    ),
    crossCheck(checked, ['oss.object.prefix', 'oss.object.key.template'], (config) => {
      const prefix = config['oss.object.prefix'];
      const complaint = objectNameProblem(sampleName(prefix, config['oss.object.key.template']));
      if (complaint === undefined) return [];
      const own = objectNameProblem(sampleName(undefined, config['oss.object.key.template']));
      return problem(
        own === undefined ? 'oss.object.prefix' : 'oss.object.key.template',
        `every object name ${complaint}; expected names such as logs/orders/0/00000000000000000042`,
      );
    }),
  ];
}
