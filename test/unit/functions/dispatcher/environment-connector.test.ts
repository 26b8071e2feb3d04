import { describe, expect, it } from 'vitest';
import { connectorFromEnvironment, hasConnector } from '../../../../functions/dispatcher/environment-connector.ts';
import { SINKS } from '../../../../functions/dispatcher/main.ts';
import { connectorKeys } from '../../../../shared/config/connector-keys.ts';
import { environmentName } from '../../../../shared/config/environment.ts';
import { secretResolver } from '../../../../shared/config/secret-resolver.ts';
import { ConfigError } from '../../../../shared/errors.ts';

const OSS = {
  CONNECTOR_CLASS: 'oss-sink',
  NAME: 'orders',
  TOPICS: 'orders,refunds',
  OSS_BUCKET: 'bucket',
  OSS_REGION: 'cn-hangzhou',
  OSS_ACCESS_KEY_ID: 'id',
  OSS_ACCESS_KEY_SECRET: 'hunter2',
};
const FC = { CONNECTOR_CLASS: 'fc-sink', NAME: 'orders', TOPICS: 'orders', INVOKE_TARGET: 'fc' };

function read(env: Readonly<Record<string, string>>) {
  const secrets = secretResolver(env, () => '');
  return connectorFromEnvironment(env, SINKS, secrets);
}

function problemsOf(env: Readonly<Record<string, string>>): string {
  try {
    read(env);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message;
    throw thrown;
  }
  return '';
}

describe('a connector of the environment', () => {
  it('is read as one of a file is, and shows no secret', () => {
    const { definition, parsed, raw } = read({ ...OSS, BATCH_SIZE: '7', PATH: '/bin', HOME: '/root' });
    expect(definition.connectorClass).toBe('oss-sink');
    expect(parsed.connector).toMatchObject({ name: 'orders', topics: ['orders', 'refunds'], 'batch.size': 7 });
    expect(parsed.warnings).toEqual([]);
    expect(JSON.stringify(raw)).not.toContain('hunter2');
  });

  it('names each wrong key with its variable, all at once', () => {
    const problems = problemsOf({ ...OSS, NAME: 'Orders!', OSS_FORMAT: 'xml', TASKS_MAX: '-1' });
    for (const variable of ['NAME', 'OSS_FORMAT', 'TASKS_MAX']) {
      expect(problems).toContain(`(in the environment: ${variable})`);
    }
  });

  it('is missing where no variable names its class', () => {
    expect([hasConnector(OSS), hasConnector({ CONNECTOR_CLASS: '' }), hasConnector({})]).toEqual([true, false, false]);
    expect(problemsOf({})).toContain('CONNECTOR_CLASS');
  });

  it("never takes the function it runs in for the one to invoke, whatever the platform's variables say", () => {
    const platform = { FC_FUNCTION_NAME: 'dispatcher', FC_ACCOUNT_ID: '1', FC_REGION: 'cn-hangzhou' };
    const problems = problemsOf({ ...FC, ...platform, FC_ENDPOINT: 'http://127.0.0.1:1', FC_ROLE_ARN: 'x' });
    expect(problems).toContain('INVOKE_FC_FUNCTION_NAME');
    const { parsed } = read({
      ...FC,
      ...platform,
      INVOKE_FC_FUNCTION_NAME: 'writer',
      INVOKE_FC_ACCOUNT_ID: '2',
      INVOKE_FC_REGION: 'cn-beijing',
    });
    expect(parsed.connector).toMatchObject({
      'fc.function.name': 'writer',
      'fc.account.id': '2',
      'fc.region': 'cn-beijing',
    });
  });

  it.each(SINKS.map((sink) => [sink.connectorClass, sink] as const))(
    'has a variable of its own for each key of %s, and none that the platform keeps',
    (_, sink) => {
      const definitions = Object.entries({ ...connectorKeys(sink), ...sink.keys });
      const names = definitions.flatMap(([key, { aliases = [] }]) =>
        [key, ...aliases].map((name) => environmentName(name)),
      );
      expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
      expect(names.filter((name) => !/^[A-Z][A-Z0-9_]*$/.test(name) || name.startsWith('FC_'))).toEqual([]);
    },
  );
});
