import { expect, it } from 'vitest';
import { readSchema } from '../../../../../functions/maxcompute-sink/tunnel/table-schema.ts';

it('reads what the service and the tunnel say', () => {
  const service = { name: 'Id', type: 'BIGINT', isNullable: false };
  const tunnel = { name: 'v', type: 'string', nullable: 'false' };
  const silent = { name: 'w', type: 'geography' };
  expect(readSchema({ columns: [service, tunnel, silent], partitionKeys: [{ name: 'pt', type: 'string' }] })).toEqual({
    columns: [
      { name: 'Id', type: { kind: 'bigint' }, nullable: false },
      { name: 'v', type: { kind: 'string' }, nullable: false },
      { name: 'w', type: { kind: 'other', text: 'geography' }, nullable: true },
    ],
    partitionKeys: [{ name: 'pt', type: { kind: 'string' }, nullable: true }],
  });
  expect(readSchema({ columns: [] })).toEqual({ columns: [], partitionKeys: [] });
});

it.each([
  undefined,
  null,
  'x',
  [],
  {},
  { columns: 3 },
  { columns: [{ name: 'a' }] },
  { columns: [], partitionKeys: [7] },
])('makes nothing of %j', (document) => {
  expect(readSchema(document)).toBeUndefined();
});
