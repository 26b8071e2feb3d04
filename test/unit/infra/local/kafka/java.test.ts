import { describe, expect, it } from 'vitest';
import { findJava, parseJavaVersion } from '../../../../../infra/local/kafka/java.ts';

describe('parseJavaVersion', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime ...', '17.0.15', 17],
    ['java version "1.8.0_392"', '1.8.0_392', 8],
    ['openjdk version "25" 2025-09-16', '25', 25],
    ['openjdk version "26-ea" 2026-03-17', '26-ea', 26],
  ])('reads %j', (output, version, major) => {
    expect(parseJavaVersion(output)).toEqual({ version, major });
  });

  it('knows no version in other output', () => {
    expect(parseJavaVersion('The operation couldn’t be completed.')).toBeUndefined();
  });
});

describe('findJava', () => {
  it.each([{ PATH: '/nonexistent' }, { JAVA_HOME: '/nonexistent' }])(
    'says in one sentence what to do without Java: %j',
    async (env) => {
      const message = await findJava(env).then(String, (error: Error) => error.message);
      expect(message).toMatch(
        /^The local Kafka needs Java 17 or newer and [^\n]*SPILLWAY_BOOTSTRAP_SERVERS=host:port[^\n.]*\.$/,
      );
    },
  );

  it('has a code of its own', async () => {
    await expect(findJava({ PATH: '/nonexistent' })).rejects.toMatchObject({
      name: 'JavaMissingError',
      code: 'JAVA_MISSING',
    });
  });
});
