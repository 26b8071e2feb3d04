import { describe, expect, it } from 'vitest';
import { checkFc } from '../../../../cli/doctor/check-fc.ts';
import { fcSink } from '../../../../functions/dispatcher/fc-sink.ts';
import { fcFunctionOf } from '../../../../functions/dispatcher/invokers/fc/fc-function.ts';
import type { FcProbe } from '../../../../functions/dispatcher/invokers/fc/probe.ts';
import { parseConnector } from '../../../../shared/config/connector-keys.ts';
import { brief } from './facts.ts';

const FC = {
  name: 'orders',
  'connector.class': 'fc-sink',
  topics: 'orders',
  'fc.function.name': 'orders',
  'fc.endpoint': '123.cn-hangzhou.fc.aliyuncs.com',
};
const THERE: FcProbe = { aheadMs: 100, settings: { ok: true, value: { timeoutMs: 60_000, runtime: 'nodejs20' } } };
const failed = (code: string, message = 'it failed; do something') => ({ ok: false, code, message }) as const;
const task = { ok: true, value: { asyncTask: true, hasOnFailure: true } } as const;

function check(probe: FcProbe, raw: Readonly<Record<string, string>> = {}, userFunction = true) {
  const { connector } = parseConnector(fcSink, { ...FC, ...raw });
  return checkFc(fcFunctionOf(connector), connector, userFunction, probe);
}

describe('checkFc', () => {
  it('is content with a function that ends before it is given up', () => {
    expect(brief(check(THERE))).toEqual(['ok fc-reached', 'ok fc-clock', 'ok fc-function', 'ok fc-timeout']);
  });

  it('warns of one that may run longer than it is waited for', () => {
    const long = { ...THERE, settings: { ok: true, value: { timeoutMs: 600_000 } } } as const;
    const finding = check(long).at(-1);
    expect(finding).toMatchObject({ severity: 'warning', code: 'fc-timeout' });
    expect(finding?.action).toContain('use invoke.mode=async');
    const longer = { ...THERE, settings: { ok: true, value: { timeoutMs: 120_000 } } } as const;
    expect(check(longer).at(-1)?.action).toContain('set invoke.timeout.ms above 120000');
    expect(brief(check(long, { 'invoke.mode': 'async' }))).not.toContain('warning fc-timeout');
  });

  it('needs no right to look, and says which statement would give it', () => {
    const findings = check({ aheadMs: 0, settings: failed('FC_ACCESS_DENIED') });
    expect(brief(findings)).toEqual(['ok fc-reached', 'ok fc-clock', 'warning fc-rights']);
    expect(findings.at(-1)?.action).toContain(
      '{"Effect":"Allow","Action":["fc:InvokeFunction","fc:GetFunction"],"Resource":["acs:fc:cn-hangzhou:123:functions/orders"',
    );
  });

  it.each([
    ['TARGET_UNREACHABLE', 'fc-unreachable'],
    ['FC_ANSWER_DOUBTFUL', 'fc-unreachable'],
    ['FC_CREDENTIALS_REFUSED', 'fc-credentials'],
    ['FC_ROLE_REFUSED', 'fc-credentials'],
    ['FC_FUNCTION_MISSING', 'fc-function-missing'],
    ['FC_REQUEST_REFUSED', 'fc-refused'],
  ])('calls %s %s', (error, code) => {
    const [finding] = check({ aheadMs: undefined, settings: failed(error) });
    expect(finding).toMatchObject({ severity: 'problem', code, error, action: 'do something' });
  });

  it.each([
    [31_000, 'warning', '30 s ahead of'],
    [-3_600_000, 'problem', '60 minutes behind'],
  ])('calls a clock that is %d ms ahead: %s', (aheadMs, severity, words) => {
    const found = check({ ...THERE, aheadMs }).find(({ code }) => code === 'fc-clock');
    expect(found).toMatchObject({ severity, message: expect.stringContaining(words) });
  });

  describe('of asynchronous calls', () => {
    const async = { 'invoke.mode': 'async' };

    it('is content with task mode and an on-failure destination', () => {
      expect(brief(check({ ...THERE, asyncSettings: task }, async)).at(-1)).toBe('ok fc-async');
    });

    it('warns where ids mean nothing, and where failures vanish', () => {
      const found = brief(check({ ...THERE, asyncSettings: { ok: true, value: undefined } }, async));
      expect(found.slice(-2)).toEqual(['warning fc-async', 'warning fc-async']);
      const noIds = { ...async, 'fc.async.task.id': 'none' };
      expect(brief(check({ ...THERE, asyncSettings: { ok: true, value: undefined } }, noIds)).slice(3)).toEqual([
        'ok fc-async',
        'warning fc-async',
      ]);
    });

    it('tells the author of a function that nobody reads its answer', () => {
      const found = check({ ...THERE, asyncSettings: task }, async).filter(({ code }) => code === 'fc-async');
      expect(found.map(({ message }) => message)).toContainEqual(expect.stringContaining('invocationSource'));
    });

    it('says what is missing to ask for it', () => {
      const found = check({ ...THERE, asyncSettings: failed('FC_ACCESS_DENIED') }, async).at(-1);
      expect(found?.action).toContain('"fc:GetFunctionAsyncInvokeConfig"');
    });

    it('refuses a sink of ours that would answer to nobody', () => {
      const settings = (environmentVariables: object) =>
        ({ ok: true, value: { environmentVariables: { ...environmentVariables } } }) as const;
      const silent = check({ ...THERE, settings: settings({}), asyncSettings: task }, async, false);
      expect(silent.find(({ severity }) => severity === 'problem')?.action).toContain('INVOCATION_SOURCE=platform');
      const told = settings({ INVOCATION_SOURCE: 'platform' });
      expect(brief(check({ ...THERE, settings: told, asyncSettings: task }, async, false))).not.toContain(
        'problem fc-async',
      );
    });
  });
});
