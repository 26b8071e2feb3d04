import { fileURLToPath } from 'node:url';
import { pythonVenv } from '../../../infra/local/foreign/python-venv.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { describeClient } from './describe-client.ts';
import { standInForFile } from './stand-in.ts';

const PROGRAM = fileURLToPath(new URL('../../foreign/python/oss.py', import.meta.url));

/** `alibabacloud-oss-v2` 1.4.1 sends the token of temporary credentials as `security-token` where it signs by version 1; the service's pages
 *  know `x-oss-security-token` only. To the service such a request has no token. */
const NO_TOKEN = { status: 403, code: 'InvalidAccessKeyId' };
const V2_BY_V1 = { sts: NO_TOKEN, 'sts-wrong-token': NO_TOKEN };

const target = standInForFile();

describeForeign('Python clients', await pythonVenv(), ({ python, versions }) => {
  const program = (client: string) => ({ command: python, args: ['-B', PROGRAM, client] });
  const version = (name: string) => versions[name] ?? '(not installed)';

  describeClient({ name: 'oss2', version: version('oss2'), program: program('oss2') }, target);

  const name = 'alibabacloud-oss-v2';
  const differently = (variant: string) => (variant.startsWith('v1') ? V2_BY_V1 : {});
  describeClient({ name, version: version(name), program: program('v2'), differently }, target);
});
