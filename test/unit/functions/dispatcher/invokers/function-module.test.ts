import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadFunction } from '../../../../../functions/dispatcher/invokers/function-module.ts';
import { temporaryFolder } from '../../../../helpers/temporary-folder.ts';

async function load(name: string, text: string) {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, text);
  return await loadFunction(path);
}

const CONTEXT = { requestId: 'r', function: { name: 'fn', handler: 'handler', timeout: 1 } } as const;

describe('loading a user function', () => {
  it.each([
    ['fn.mjs', 'export const handler = (event) => event.length;'],
    ['fn.mjs', 'export default { handler: (event) => event.length };'],
    ['fn.cjs', 'exports.handler = (event) => event.length;'],
    ['fn.cjs', 'module.exports = Object.assign({}, { handler: (event) => event.length });'],
  ])('finds the handler of %s: %s', async (name, text) => {
    const handler = await load(name, text);
    expect(handler(Buffer.from('abc'), CONTEXT)).toBe(3);
  });

  it.each([
    ['nothing', 'export const other = 1;', 'exports no handler'],
    ['no function', 'export const handler = 1;', 'exports a handler that is no function'],
    ['a mistake', 'export const handler = (;', 'cannot be loaded: '],
    ['a failure', "throw new Error('no table');", 'cannot be loaded: Error: no table'],
  ])('refuses a file with %s, by its name', async (_, text, what) => {
    const failed = load('fn.mjs', text);
    await expect(failed).rejects.toMatchObject({ code: 'FUNCTION_MODULE_INVALID' });
    await expect(failed).rejects.toThrow(/fn\.mjs/);
    await expect(failed).rejects.toThrow(what);
    await expect(failed).rejects.toThrow('exports handler(event, context)');
  });

  it('refuses a file that is not there, by its name', async () => {
    const path = join(await temporaryFolder(), 'nowhere.mjs');
    await expect(loadFunction(path)).rejects.toMatchObject({
      code: 'FUNCTION_MODULE_INVALID',
      message: expect.stringContaining(path),
    });
  });
});
