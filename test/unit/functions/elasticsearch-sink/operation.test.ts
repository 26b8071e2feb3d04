import { describe, expect, it } from 'vitest';
import { isSkipped, operationPlanner, uniformOperation } from '../../../../functions/elasticsearch-sink/operation.ts';
import type { RecordBlock } from '../../../../shared/records.ts';
import { blockOf, type ShortRecord } from '../../../helpers/records.ts';
import { elasticsearchConfig } from './config-of.ts';

type Raw = Readonly<Record<string, unknown>>;

const BY_KEY = { 'id.strategy': 'record-key' };

function plan(raw: Raw, record: Omit<ShortRecord, 'offset'> = {}, block?: RecordBlock) {
  return operationPlanner(elasticsearchConfig(raw))(block ?? blockOf([{ offset: 42, value: '{}', ...record }]), 0);
}

function codeOf(raw: Raw, record: Omit<ShortRecord, 'offset'>) {
  const planned = plan(raw, record);
  return isSkipped(planned) && planned.status === 'errant' ? planned.error.code : planned;
}

describe('the operation for a record', () => {
  it('by default indexes it under topic, partition and offset', () => {
    expect(plan({})).toEqual({
      action: 'index',
      index: 'orders',
      id: 'orders+0+42',
      ownId: true,
      routing: undefined,
      pipeline: undefined,
      version: undefined,
      versionType: undefined,
      document: 'plain',
      requireAlias: false,
    });
  });

  it.each([
    ['index', 'index', 'plain'],
    ['create', 'create', 'plain'],
    ['upsert', 'update', 'upsert'],
    ['update', 'update', 'update'],
    ['delete', 'delete', 'none'],
  ])('under %s is %s with %s', (mode, action, document) => {
    expect(plan({ ...BY_KEY, 'write.mode': mode }, { key: 'k' })).toMatchObject({
      action,
      document,
      id: 'k',
      ownId: false,
    });
  });

  it.each([
    [BY_KEY, 'key/1'],
    [{ 'id.strategy': 'field', 'id.field': '/a{b' }, '5'],
    [{ 'id.strategy': 'template', 'id.template': '{topic}/{value:/c}' }, 'orders/x'],
    [{ 'id.strategy': 'server' }, undefined],
  ])('of %j has the id %s', (raw, id) => {
    expect(plan(raw, { key: 'key/1', value: '{"a{b":5,"c":"x"}' })).toMatchObject({ id, ownId: false });
  });

  it('goes where the templates say', () => {
    const raw = {
      index: '{topic}-{timestamp:yyyy}',
      routing: '{value:/r}',
      pipeline: 'p-{header:h}',
      'time.zone': 'UTC',
    };
    const record = { value: '{"r":"shard"}', timestamp: 0, headers: [{ key: 'h', value: Buffer.from('x') }] };
    expect(plan(raw, record)).toMatchObject({ index: 'orders-1970', routing: 'shard', pipeline: 'p-x' });
  });

  it('has the version, and how it is compared', () => {
    const byTime = plan({ ...BY_KEY, version: 'record-timestamp' }, { key: 'k', timestamp: 5 });
    expect(byTime).toMatchObject({ version: '5', versionType: 'external_gte' });
    const byOffset = plan({ ...BY_KEY, version: 'offset', 'version.partitions': 1 }, { key: 'k' });
    expect(byOffset).toMatchObject({ version: '42', versionType: 'external' });
  });

  it('requires an alias where one is meant', () => {
    const raw = { ...BY_KEY, 'target.type': 'alias' };
    expect(plan(raw, { key: 'k' })).toMatchObject({ action: 'index', requireAlias: true });
    expect(plan(raw, { key: 'k', value: null })).toMatchObject({ action: 'delete', requireAlias: false });
  });

  it('for a tombstone deletes the document of its key, with its version and no pipeline', () => {
    const raw = { ...BY_KEY, version: 'record-timestamp', pipeline: '{value:/p}', routing: '{key}' };
    expect(plan(raw, { key: 'k', value: null, timestamp: 9 })).toEqual({
      action: 'delete',
      index: 'orders',
      id: 'k',
      ownId: false,
      routing: 'k',
      pipeline: undefined,
      version: '9',
      versionType: 'external_gte',
      document: 'none',
      requireAlias: false,
    });
  });

  it('for a value that travels apart is no delete', () => {
    const block = blockOf([{ offset: 42, key: 'k', value: null, overflow: { valueSize: 9 } }]);
    expect(plan(BY_KEY, {}, block)).toMatchObject({ action: 'index', document: 'plain' });
  });
});

describe('a record is errant', () => {
  it.each([
    ['NULL_VALUE', {}, { value: null }],
    ['NULL_VALUE', { 'id.strategy': 'server' }, { value: null }],
    ['NULL_VALUE', { ...BY_KEY, 'target.type': 'data-stream' }, { key: 'k', value: null }],
    ['TEMPLATE_UNRESOLVED', BY_KEY, {}],
    ['TEMPLATE_UNRESOLVED', BY_KEY, { key: '' }],
    ['TEMPLATE_UNRESOLVED', { 'id.strategy': 'field', 'id.field': '/id' }, {}],
    ['TEMPLATE_UNRESOLVED', { routing: '{header:r}' }, {}],
    ['VALUE_NOT_JSON', { routing: '{value:/r}' }, { value: 'plain text' }],
    ['ELASTICSEARCH_BAD_ID', BY_KEY, { key: 'k'.repeat(513) }],
    ['ELASTICSEARCH_BAD_INDEX_NAME', { index: '{value:/i}' }, { value: '{"i":"Capital"}' }],
    ['ELASTICSEARCH_BAD_INDEX_NAME', { index: '{value:/i}' }, { value: '{"i":"a,b"}' }],
    ['ELASTICSEARCH_BAD_VERSION', { ...BY_KEY, version: 'header:v' }, { key: 'k' }],
  ])('with %s, example %#', (code, raw, record) => {
    expect(codeOf(raw, record)).toBe(code);
  });

  it('without a word of what it holds', () => {
    const planned = plan({ index: '{value:/i}' }, { value: '{"i":"Hunter2"}' });
    expect(isSkipped(planned) && planned.status === 'errant' && planned.error.message).toMatch(
      /^orders-0 at offset 42: the index name that elasticsearch.index gives contains capitals/,
    );
  });

  it('and the next is not', () => {
    const planner = operationPlanner(elasticsearchConfig({ index: '{value:/i}' }));
    const block = blockOf([
      { offset: 0, value: '{"i":"Bad"}' },
      { offset: 1, value: '{"i":"good"}' },
      { offset: 2, value: '{"i":"good"}' },
      { offset: 3, value: '{"i":"Bad"}' },
    ]);
    expect([0, 1, 2, 3].map((index) => isSkipped(planner(block, index)))).toEqual([true, false, false, true]);
  });
});

describe('the one operation of all records', () => {
  it('is what each would have, but for the id', () => {
    const raw = { 'write.mode': 'create', routing: 'r', pipeline: 'p', 'target.type': 'alias', index: 'Orders' };
    expect(uniformOperation(elasticsearchConfig(raw))).toEqual({ ...plan(raw), id: undefined });
  });

  it.each([
    [BY_KEY],
    [{ 'id.strategy': 'server' }],
    [{ version: 'record-timestamp' }],
    [{ index: '{topic}' }],
    [{ routing: '{key}' }],
    [{ pipeline: '{header:p}' }],
  ])('is none with %j', (raw) => {
    expect(uniformOperation(elasticsearchConfig(raw))).toBeUndefined();
  });
});
