import { describe, expect, it } from 'vitest';
import { defineKey } from '../../../../shared/config/define-key.ts';
import { configFromEnvironment, environmentName, WORKER_PREFIX } from '../../../../shared/config/environment.ts';
import { parseConfig } from '../../../../shared/config/parse.ts';
import { secretResolver } from '../../../../shared/config/secret-resolver.ts';

const TEXT = { importance: 'LOW', group: 'Test', displayName: 'Test', doc: 'A key of a test.' } as const;
const keys = {
  'oss.bucket': defineKey.string({ ...TEXT, aliases: ['s3.bucket.name'] }),
  'batch.size': defineKey.int({ ...TEXT, min: 1, default: 20 }),
  'oss.access.key.secret': defineKey.password(TEXT),
};

it('spells keys in upper case with underscores', () => {
  expect(environmentName('oss.bucket')).toBe('OSS_BUCKET');
  expect(environmentName('bootstrap.servers', WORKER_PREFIX)).toBe('SPILLWAY_BOOTSTRAP_SERVERS');
});

it('keeps away from names that Function Compute has for itself, under a prefix there are none', () => {
  expect(environmentName('fc.function.name')).toBe('INVOKE_FC_FUNCTION_NAME');
  expect(environmentName('fc.function.name', WORKER_PREFIX)).toBe('SPILLWAY_FC_FUNCTION_NAME');
  expect(environmentName('fcx.name')).toBe('FCX_NAME');
});

describe('configuration from the environment', () => {
  it('never reads a name of the platform, not even one that a person set', () => {
    const fc = { 'fc.function.name': defineKey.string(TEXT), 'fc.access.key.secret': defineKey.password(TEXT) };
    expect(configFromEnvironment(fc, { FC_FUNCTION_NAME: 'dispatcher', FC_ACCESS_KEY_SECRET: 'x' })).toEqual({});
    const env = { INVOKE_FC_FUNCTION_NAME: 'writer', INVOKE_FC_ACCESS_KEY_SECRET: 'x', FC_FUNCTION_NAME: 'dispatcher' };
    expect(configFromEnvironment(fc, env)).toEqual({
      'fc.function.name': 'writer',
      'fc.access.key.secret': `\${env:INVOKE_FC_ACCESS_KEY_SECRET}`,
    });
  });

  it('reads known keys and aliases only; an empty variable is not set', () => {
    const env = { OSS_BUCKET: 'b', BATCH_SIZE: '', PATH: '/bin', S3_BUCKET_NAME: 'c' };
    expect(configFromEnvironment(keys, env)).toEqual({ 'oss.bucket': 'b', 's3.bucket.name': 'c' });
  });

  it('reads under a prefix, and only there', () => {
    const env = { BATCH_SIZE: '1', SPILLWAY_BATCH_SIZE: '2' };
    expect(configFromEnvironment(keys, env, 'SPILLWAY_')).toEqual({ 'batch.size': '2' });
  });

  it('leaves a secret where it is', () => {
    const env = { SPILLWAY_OSS_ACCESS_KEY_SECRET: 'hunter2' };
    const raw = configFromEnvironment(keys, env, 'SPILLWAY_');
    expect(JSON.stringify(raw)).not.toContain('hunter2');
    const { config, warnings } = parseConfig(keys, [], raw);
    expect(warnings).toEqual([]);
    expect(config['oss.access.key.secret']?.reveal(secretResolver(env, () => ''))).toBe('hunter2');
  });

  it('passes on a reference that a variable holds', () => {
    const reference = `\${file:/etc/secrets:key}`;
    const raw = configFromEnvironment(keys, { OSS_ACCESS_KEY_SECRET: reference });
    expect(raw).toEqual({ 'oss.access.key.secret': reference });
  });
});
