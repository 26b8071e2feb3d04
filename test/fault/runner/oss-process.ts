/** The OSS stand-in as a process of its own: `node oss-process.mjs DIR PORT`. Ends when it is killed. */
import { startOss } from '../../../infra/local/oss/server.ts';
import { BUCKET, CREDENTIALS } from './oss-account.ts';

const [dir = '', port = ''] = process.argv.slice(2);
await startOss({ dir, port: Number(port), credentials: [CREDENTIALS], buckets: [BUCKET] });
process.stderr.write('ready\n');
