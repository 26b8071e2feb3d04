/** A program for a test to kill: starts the search server that its first argument names, whose data go to the folder of the second, prints
 *  its process id, waits for ever. */
import type { SearchServerName } from '../../infra/local/search/servers.ts';
import { startSearch } from '../../infra/local/search/start-search.ts';

const search = await startSearch({ server: process.argv[2] as SearchServerName, dir: process.argv[3] ?? '' });
console.log(search.pid);
setInterval(() => undefined, 60_000);
