import { describe, expect, it } from 'vitest';
import { projectFiles } from '../../helpers/layout/source-file.ts';
import { page, tableRows } from './pages.ts';

/** Literals that look like codes and are none of ours: Kafka Connect's stages, security protocols, codes of Kafka, undici, fastify and Node.js, constants of
 *  generated modules, a type of MaxCompute's tables. */
const NOT_OURS = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'KEY_CONVERTER',
  'VALUE_CONVERTER',
  'TASK_PUT',
  'SASL_PLAINTEXT',
  'SASL_SSL',
  'UNSUPPORTED_VERSION',
  'BROKER_NOT_AVAILABLE',
  'REBALANCE_IN_PROGRESS',
  'THROTTLING_QUOTA_EXCEEDED',
  'INVALID_REPLICATION_FACTOR',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_CONNECT_TIMEOUT',
  'EAI_AGAIN',
  'FST_ERR_HANDLER_TIMEOUT',
  'KERNEL_WASM',
  'LZ4_BLOCK_WASM',
  'JSON_DOCUMENT_WASM',
  'MANAGED_TABLE',
]);
/** Two words or more anywhere but as the name of an environment variable; a single one where an error is made or a code is missing. */
const CODES = /(?<!env[[(])'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'|(?:(?:Error|Failure|kind)\(|code \?\?)\s*'([A-Z]+)'/g;
const MADE = /new (FatalError|RetriableError|RecordError|FunctionFailure)\(\s*'([A-Z0-9_]+)'/g;

const sources = projectFiles().filter(({ path }) => !path.startsWith('test/'));
const rows = tableRows(page('docs/errors.md')).filter(([code]) => /^[A-Z][A-Z0-9_]+$/.test(code));

function codesIn(text: string): string[] {
  return [...text.matchAll(CODES)].map((match) => match[1] ?? match[2] ?? '').filter((code) => !NOT_OURS.has(code));
}

describe('docs/errors.md', () => {
  it('has a row for every code in the sources, and no other', () => {
    const thrown = new Set(sources.flatMap(({ text }) => codesIn(text)));
    expect(rows.map(([code]) => code).sort()).toEqual([...thrown].sort());
  });

  it('says the class that the sources throw', () => {
    const documented = new Map(rows.map(([code, classes]) => [code, classes ?? '']));
    const made = sources.flatMap(({ text }) => [...text.matchAll(MADE)]);
    expect(made.length).toBeGreaterThan(30);
    for (const [, name = '', code = ''] of made) {
      expect(`${code}: ${documented.get(code)}`).toContain(`\`${name}\``);
    }
  });

  it('says of every code what it means and what to do', () => {
    for (const [code, ...cells] of rows) expect([code, cells.length, cells.includes('')]).toEqual([code, 3, false]);
  });

  it('finds codes in the ways that sources have them', () => {
    expect(codesIn("new FatalError(\n  'UNCLASSIFIED', `x`)")).toEqual(['UNCLASSIFIED']);
    expect(codesIn("errant('NULL_VALUE', 'x')")).toEqual(['NULL_VALUE']);
    expect(codesIn("first?.code ?? 'RETRY'")).toEqual(['RETRY']);
    expect(codesIn("process.env['KAFKA_JARS']; stage: 'TASK_PUT'; method: 'PUT'")).toEqual([]);
  });
});
