import { expect, it } from 'vitest';
import { EXTREMES } from '../../helpers/maxcompute-extremes.ts';
import { block, setup } from './setup.ts';

it.each(EXTREMES)('%s comes through, its extremes and null too', async (type, values) => {
  const { client, table, rows, call } = await setup({ columns: `(id BIGINT, v ${type}, tail STRING)` });
  const session = await client.createUpload(table, undefined, call);
  const all = [...values, [null, null] as const];
  const sent = all.map(([value], index) => [index, value, 'tail']);
  await session.uploadBlock(0, await block(session.schema.columns, ...sent), call);
  await session.commit(call);
  expect(rows()).toEqual(all.map(([, shown], index) => ({ id: String(index), v: shown, tail: 'tail' })));
});
