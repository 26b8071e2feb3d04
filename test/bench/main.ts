/** `npm run bench -- NAME ARGS...`: measurements that stand apart from the tests, since they take minutes and want a quiet machine. */

const benches: Readonly<Record<string, () => Promise<{ main(args: readonly string[]): Promise<number> }>>> = {
  dispatcher: () => import('./dispatcher/main.ts'),
  lag: () => import('./lag/main.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = benches[name];
if (load === undefined) {
  console.error(`Which bench? npm run bench -- ${Object.keys(benches).join('|')}`);
  process.exitCode = 2;
} else {
  process.exitCode = await (await load()).main(args);
}
