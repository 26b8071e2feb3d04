/** A program: serves the stand-in for OSS from the folder of its first argument and tells its parent where. */
import { startOss } from '../../../infra/local/oss/server.ts';
import { BUCKET, CREDENTIALS } from './target.ts';

const { endpoint, region } = await startOss({
  dir: process.argv[2] ?? '',
  credentials: [CREDENTIALS],
  buckets: [BUCKET],
});
process.send?.({ endpoint, region });
process.on('disconnect', () => process.exit());
