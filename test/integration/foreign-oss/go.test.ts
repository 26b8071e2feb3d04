import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { goProgram } from '../../helpers/foreign/go-program.ts';
import { CLOCK_CORRECTED } from '../../helpers/foreign/oss-scenario.ts';
import { describeClient } from './describe-client.ts';
import { standInForFile } from './stand-in.ts';

const target = standInForFile();

describeForeign('Go clients', await goProgram(), ({ program: command }) => {
  describeClient({ name: 'aliyun-oss-go-sdk', version: '3.0.2', program: { command, args: ['v1'] } }, target);

  const differently = () => ({ 'clock-skew': CLOCK_CORRECTED });
  const program = { command, args: ['v2'] };
  describeClient({ name: 'alibabacloud-oss-go-sdk-v2', version: '1.6.1', program, differently }, target);
});
