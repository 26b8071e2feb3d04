/** The Function Compute stand-in as a process of its own: `node fc-process.mjs DIR PORT FUNCTIONS`, the last a file of functions as JSON. Ends when
 *  it is killed, and all instances with it. */
import { readFileSync } from 'node:fs';
import { type FcFunction, startFc } from '../../../infra/local/fc/server.ts';
import { FC_KEYS } from './fc-account.ts';

const [dir = '', port = '', functions = ''] = process.argv.slice(2);
const { accountId, ...credential } = FC_KEYS;
await startFc({
  dir,
  port: Number(port),
  accountId,
  credentials: [credential],
  functions: JSON.parse(readFileSync(functions, 'utf8')) as FcFunction[],
});
process.stderr.write('ready\n');
