import { expect, it } from 'vitest';
import { ALI_OSS_VERSION, aliOssScenario } from '../../helpers/foreign/ali-oss-scenario.ts';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import { VARIANTS } from '../../helpers/foreign/oss-scenario.ts';
import { expectSteps } from './describe-client.ts';
import { standInForFile } from './stand-in.ts';

const target = standInForFile();

it.each(VARIANTS)('ali-oss goes through the scenario, %s', async (variant) => {
  announceForeignClient('ali-oss (npm)', ALI_OSS_VERSION);
  expect(ALI_OSS_VERSION).toMatch(/^6\./);
  expectSteps(await aliOssScenario(target(), variant, `ali-oss/${variant}/`));
});
