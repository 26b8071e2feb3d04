import { describe, expect, it } from 'vitest';
import { type Jdk, jdkFor, parseRelease } from '../../../../../infra/local/search/jdks.ts';
import { type SEARCH_SERVER_NAMES, searchServers } from '../../../../../infra/local/search/servers.ts';

const jdk = (version: string, ...modules: string[]): Jdk => ({
  home: `/jdk-${version}`,
  version,
  major: Number.parseInt(version, 10),
  modules: new Set(modules),
});

const FULL = ['java.base', 'jdk.jlink', 'jdk.incubator.vector'];
const on17 = jdk('17.0.15', ...FULL);
const on21 = jdk('21.0.2', ...FULL);
const on25 = jdk('25.0.3', ...FULL);
/** As some packages of runtimes are. */
const small25 = jdk('25.0.2', 'java.base');

describe('parseRelease', () => {
  it('reads version and modules', () => {
    const text = 'IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\nMODULES="java.base jdk.jlink"\nOS_NAME="Linux"\n';
    expect(parseRelease('/jdk', text)).toEqual({
      home: '/jdk',
      version: '17.0.15',
      major: 17,
      modules: new Set(['java.base', 'jdk.jlink']),
    });
  });

  it('knows no modules where none are told', () => {
    expect(parseRelease('/jdk', 'JAVA_VERSION="1.8.0_392"\n')).toMatchObject({ major: 8, modules: new Set() });
  });

  it.each(['', 'JAVA_VERSION="?"'])('makes nothing of %j', (text) => {
    expect(parseRelease('/jdk', text)).toBeUndefined();
  });
});

describe('jdkFor', () => {
  const pick = (server: (typeof SEARCH_SERVER_NAMES)[number], ...jdks: Jdk[]) =>
    jdkFor(server, searchServers[server], jdks);

  it.each([
    ['elasticsearch-7', on17],
    ['opensearch-2', on17],
    ['elasticsearch-8', on25],
    ['elasticsearch-9', on25],
    ['opensearch-3', on25],
  ] as const)('%s: the first that fits', (server, expected) => {
    expect(pick(server, small25, on25, on17, on21)).toBe(expected);
  });

  it('never takes a Java without the security manager for those that need it', () => {
    expect(pick('opensearch-2', on25, on21)).toBe(on21);
    expect(() => pick('opensearch-2', on25)).toThrow(
      expect.objectContaining({
        code: 'LOCAL_SEARCH_UNAVAILABLE',
        message: expect.stringMatching(
          /^opensearch-2 needs Java 17 to 23, .* has 25\.0\.3 in \/jdk-25\.0\.3: install one/,
        ),
      }),
    );
  });

  it('takes none that the servers’ user cannot enter, and names it with the reason', () => {
    const closed = { ...on17, closed: '/root' };
    expect(pick('opensearch-2', closed, on21)).toBe(on21);
    expect(() => pick('opensearch-2', closed)).toThrow(
      /has 17\.0\.15 in \/jdk-17\.0\.15 \(which .* enter \/root\): install/,
    );
  });

  it('names the modules that a runtime lacks', () => {
    expect(() => pick('elasticsearch-9', on17, small25)).toThrow(
      /needs Java 21 or newer with jdk\.jlink \(a full JDK\)/,
    );
    expect(() => pick('opensearch-3', small25)).toThrow(/with jdk\.incubator\.vector/);
    expect(() => pick('elasticsearch-7')).toThrow(/this machine has none/);
  });
});
