import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { javaProgram } from '../../helpers/foreign/java-program.ts';
import { MAXCOMPUTE_EXPECTED } from '../../helpers/foreign/maxcompute-scenario.ts';
import { JAVA_ROWS } from '../../helpers/foreign/maxcompute-values.ts';
import { describeClient } from './describe-client.ts';
import { standInForFile } from './stand-in.ts';

/** Steps of pyodps for which this client has no call. */
const NOT_HERE = ['zstd', 'block-id', 'short-way', 'two-partition-columns'];

const standIn = standInForFile();

describeForeign('Java client of MaxCompute', await javaProgram(), ({ java, classPath }) => {
  const common = Object.keys(MAXCOMPUTE_EXPECTED).filter((step) => !NOT_HERE.includes(step));
  const steps = common.toSpliced(common.indexOf('upload-to-keyed') + 1, 0, 'types');
  const program = { command: java, args: ['-cp', classPath, '-Dfile.encoding=UTF-8', 'MaxCompute'] };
  const differently = {
    types: { rows: 3, differences: [] },
    slice: { names: ['é 2'], count: 2 },
    'new-column': { name: null, extra: 'more' },
    'drop-partition': { listed: ['pt=2026-01-01 10:00', 'pt=a', 'pt=replaced', 'pt=stream'] },
    sts: { exists: true },
  };
  const typesTable = (variant: string) => `java_${variant}_types`;
  const name = 'odps-sdk-core';
  describeClient({ name, version: '0.57.1-public', program, steps, differently, typesTable, rows: JAVA_ROWS }, standIn);
});
