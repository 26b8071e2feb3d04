import { describe, expect, it } from 'vitest';
import { dependsOnSearchServer, usesSharedServers } from '../../helpers/search-files.ts';
import { isSecured, searchHas, serverOf, testedServers } from '../../helpers/search-names.ts';

describe('testedServers', () => {
  it.each([
    [undefined, ['elasticsearch-8', 'opensearch-2']],
    ['', ['elasticsearch-8', 'opensearch-2']],
    ['opensearch-3', ['opensearch-3']],
    ['elasticsearch-7,opensearch-2-secured', ['elasticsearch-7', 'opensearch-2-secured']],
  ])('of %j', (value, expected) => {
    expect(testedServers({ SPILLWAY_TEST_SEARCH_SERVERS: value })).toEqual(expected);
  });

  it('refuses a name it does not know', () => {
    expect(() => testedServers({ SPILLWAY_TEST_SEARCH_SERVERS: 'solr' })).toThrow(/names solr, expected some of/);
  });
});

it('a secured server is the same server', () => {
  expect(serverOf('opensearch-2-secured')).toBe('opensearch-2');
  expect(isSecured('opensearch-2-secured')).toBe(true);
  expect(isSecured('opensearch-2')).toBe(false);
  expect(searchHas('elasticsearch-8-secured', 'api-keys')).toBe(true);
  expect(searchHas('opensearch-2', 'pipelines')).toBe(false);
});

it.each([
  ['test/integration/local/search-shared.test.ts', true, true],
  ['test/integration/local-kafka.test.ts', false, false],
  ['test/unit/functions/elasticsearch-sink/config.test.ts', false, false],
  // By name alone: they are not read.
  ['/repo/test/conformance/elasticsearch-sink.test.ts', true, true],
  ['/elasticsearch-repo/test/unit/any.test.ts', false, false],
  ['test/fault/search-blocked.test.ts', false, true],
])('%s: uses shared servers %s, depends on the server %s', async (path, uses, depends) => {
  expect(await usesSharedServers(path)).toBe(uses);
  expect(await dependsOnSearchServer(path)).toBe(depends);
});
