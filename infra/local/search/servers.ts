/** The search servers that can be started here: where each comes from and what it needs. */

/** An archive as Maven names it. */
export interface Archive {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  /** Of the zip file, in hexadecimal. */
  readonly sha256: string;
}

export type SearchFlavor = 'elasticsearch' | 'opensearch';

/** What not every one of these servers can do: their archives are stripped, and those of version 7 are older than data streams there. */
export type SearchFeature = 'data-streams' | 'pipelines' | 'scripts' | 'api-keys';

export interface SearchServer {
  readonly flavor: SearchFlavor;
  readonly archive: Archive;
  /** Versions of Java that run it, both included. */
  readonly java: { readonly oldest: number; readonly newest: number };
  /** Modules of Java that runtimes often lack. */
  readonly javaModules: readonly string[];
  /** Folder of `plugin/` with the sources that fit the server's classes; undefined where the archive lacks nothing. */
  readonly plugin?: 'v8' | 'v9';
  /** Makes `security: true` possible in an archive that has no security of its own. */
  readonly securityPlugin?: Archive;
  readonly features: readonly SearchFeature[];
}

export const SEARCH_SERVER_NAMES = [
  'elasticsearch-8',
  'opensearch-2',
  'elasticsearch-7',
  'opensearch-3',
  'elasticsearch-9',
] as const;
export type SearchServerName = (typeof SEARCH_SERVER_NAMES)[number];

const elasticsearch = (version: string, sha256: string): Archive => ({
  group: 'org.elasticsearch.distribution.integ-test-zip',
  name: 'elasticsearch',
  version,
  sha256,
});

const opensearch = (version: string, sha256: string): Archive => ({
  group: 'org.opensearch.distribution.integ-test-zip',
  name: 'opensearch',
  version,
  sha256,
});

/** Java 24 took away the security manager, without which these do not start. */
const WITH_SECURITY_MANAGER = { oldest: 17, newest: 23 };
const ANY_NEWER = Number.POSITIVE_INFINITY;

export const searchServers: Readonly<Record<SearchServerName, SearchServer>> = {
  'elasticsearch-7': {
    flavor: 'elasticsearch',
    archive: elasticsearch('7.17.29', '841ee00be1a72ba8e707b5a2fb55f23fe7a4184369b4585393238b1c903eedaf'),
    java: WITH_SECURITY_MANAGER,
    javaModules: [],
    features: [],
  },
  'elasticsearch-8': {
    flavor: 'elasticsearch',
    archive: elasticsearch('8.19.21', '215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a'),
    java: { oldest: 17, newest: ANY_NEWER },
    javaModules: ['jdk.jlink'],
    plugin: 'v8',
    features: ['data-streams', 'pipelines', 'api-keys'],
  },
  'elasticsearch-9': {
    flavor: 'elasticsearch',
    archive: elasticsearch('9.5.3', 'bec49f3b8d00e75c8d1cec85c35298635ec9fbd3ae80ef5aeb6bc05abdb3db2d'),
    java: { oldest: 21, newest: ANY_NEWER },
    javaModules: ['jdk.jlink'],
    plugin: 'v9',
    features: ['data-streams', 'pipelines', 'api-keys'],
  },
  'opensearch-2': {
    flavor: 'opensearch',
    archive: opensearch('2.19.4', '3902e642715210d1d9d7cbdcc8f5abd6f931d1d7a679cea3750937becf16c406'),
    java: WITH_SECURITY_MANAGER,
    javaModules: [],
    securityPlugin: {
      group: 'org.opensearch.plugin',
      name: 'opensearch-security',
      version: '2.19.4.0',
      sha256: '1f673622c462c4171a8c53f9b1ad20e5b839834cb79b0d3b388da180a0e514e8',
    },
    features: ['data-streams'],
  },
  'opensearch-3': {
    flavor: 'opensearch',
    archive: opensearch('3.6.0', 'a91faa1dc1cadc78cb278b4f63847e19e1627a4e9de698e14e7efc14ee37b286'),
    java: { oldest: 21, newest: ANY_NEWER },
    javaModules: ['jdk.incubator.vector'],
    features: ['data-streams', 'pipelines', 'scripts'],
  },
};
