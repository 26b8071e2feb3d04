import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { javaProgram } from '../../helpers/foreign/java-program.ts';
import { EXPECTED } from '../../helpers/foreign/oss-scenario.ts';
import { describeClient } from './describe-client.ts';
import { standInForFile } from './stand-in.ts';

/** The client does not tell the status of a refusal. */
const WITHOUT_STATUS = Object.fromEntries(
  Object.entries(EXPECTED)
    .filter(([, result]) => 'code' in result)
    .map(([step, { code }]) => [step, { code }]),
);

const target = standInForFile();

describeForeign('Java clients', await javaProgram(), ({ java, classPath }) => {
  const program = { command: java, args: ['-cp', classPath, '-Dfile.encoding=UTF-8', 'Oss'] };
  const differently = () => WITHOUT_STATUS;
  describeClient({ name: 'aliyun-sdk-oss', version: '3.18.5', program, differently }, target);
});
