/** `npm run bench -- [NAME] ARGS...`: measurements that stand apart from the tests, since they take minutes and want a quiet machine. Without a
 *  name: the table of `docs/performance.md`. */

const table = () => import('./table/main.ts');
const benches: Readonly<Record<string, () => Promise<{ main(args: readonly string[]): Promise<number> }>>> = {
  latency: () => import('./latency.ts'),
  many: () => import('./many.ts'),
  idle: () => import('./idle.ts'),
  backlog: () => import('./backlog/main.ts'),
  elasticsearch: () => import('./elasticsearch/main.ts'),
  maxcompute: () => import('./maxcompute/main.ts'),
  fc: () => import('./fc/main.ts'),
};

const args = process.argv.slice(2);
const [name = ''] = args;
const load = name === '' || name.startsWith('-') ? table : benches[name];
if (load === undefined) {
  console.error(`Which bench? npm run bench, or npm run bench -- ${Object.keys(benches).join('|')}`);
  process.exitCode = 2;
} else {
  process.exitCode = await (await load()).main(load === table ? args : args.slice(1));
}
