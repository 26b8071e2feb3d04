/** A function at Function Compute, as a connector would find it. It is not called. */
import {
  ASYNC_CONFIG_ACTION,
  type FcFunction,
  functionText,
  missingStatement,
} from '../../functions/dispatcher/invokers/fc/fc-function.ts';
import type { AsyncSettings, FcProbe, FcProbeStep } from '../../functions/dispatcher/invokers/fc/probe.ts';
import { LONGEST_FC_CALL_MS } from '../../shared/config/connector/fc-checks.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { type Finding, fromError, ok, problem, warning } from './finding.ts';

/** What Function Compute accepts between a signature's time and its own clock. */
const ACCEPTED_SKEW_MS = 15 * 60_000;
/** Differences below it are the network's, and the header's whole seconds. */
const UNIMPORTANT_SKEW_MS = 5_000;

/** Our codes by what they are about. */
const ABOUT = {
  FC_CREDENTIALS_REFUSED: 'fc-credentials',
  FC_CREDENTIALS_MISSING: 'fc-credentials',
  FC_CREDENTIALS_UNREACHABLE: 'fc-credentials',
  FC_ROLE_REFUSED: 'fc-credentials',
  FC_CLOCK_SKEWED: 'fc-clock',
  FC_FUNCTION_MISSING: 'fc-function-missing',
  TARGET_UNREACHABLE: 'fc-unreachable',
  INVOKE_TIMEOUT: 'fc-unreachable',
  FC_ANSWER_DOUBTFUL: 'fc-unreachable',
} as const;

/** `userFunction`: it is no sink of ours. */
export function checkFc(fn: FcFunction, config: ConnectorConfig, userFunction: boolean, probe: FcProbe): Finding[] {
  const { settings, aheadMs, asyncSettings } = probe;
  const clock = aheadMs === undefined ? [] : [checkClock(aheadMs)];
  if (!settings.ok) {
    if (settings.code === 'FC_ACCESS_DENIED') return [reached(fn), ...clock, mayNotLook(fn)];
    return [...clock, refusal(settings)];
  }
  const { timeoutMs, runtime } = settings.value;
  const found = ok(
    'fc-function',
    `${functionText(fn)} is there${runtime === undefined ? '' : `, runtime ${runtime}`}; it was not called, so whether the credentials may call it (fc:InvokeFunction) is not known`,
  );
  const common = [reached(fn), ...clock, found];
  if (config['invoke.mode'] === 'sync') return [...common, ...checkTimeout(timeoutMs, config['invoke.timeout.ms'])];
  return [
    ...common,
    ...checkSource(settings.value.environmentVariables, userFunction),
    ...(asyncSettings === undefined ? [] : checkAsync(fn, config, asyncSettings)),
  ];
}

function reached({ origin }: FcFunction): Finding {
  return ok('fc-reached', `${origin} answers`);
}

function checkClock(aheadMs: number): Finding {
  const off = Math.abs(aheadMs);
  if (off < UNIMPORTANT_SKEW_MS) return ok('fc-clock', 'the clock agrees with that of Function Compute, within 5 s');
  const rounded = off < 120_000 ? `${Math.round(off / 5_000) * 5} s` : `${Math.round(off / 60_000)} minutes`;
  const text = `the clock of this machine is ${rounded} ${aheadMs < 0 ? 'behind' : 'ahead of'} that of Function Compute`;
  const action = 'set the clock of this machine (NTP)';
  return off <= ACCEPTED_SKEW_MS
    ? warning('fc-clock', `${text}; from 15 minutes on every request is refused`, action)
    : problem('fc-clock', `${text}, which refuses every request from 15 minutes on`, action, 'FC_CLOCK_SKEWED');
}

/** A caller needs no such right. */
function mayNotLook(fn: FcFunction): Finding {
  return warning(
    'fc-rights',
    `${functionText(fn)} may not be looked at, so neither whether it is there nor its timeout is known`,
    `add to the policy of the caller: ${missingStatement(fn, 'fc:InvokeFunction', 'fc:GetFunction')}`,
  );
}

function checkTimeout(timeoutMs: number | undefined, invokeTimeoutMs: number): Finding[] {
  if (timeoutMs === undefined) return [];
  if (timeoutMs <= invokeTimeoutMs) {
    return [
      ok('fc-timeout', `the function ends after ${timeoutMs} ms, before it is given up after ${invokeTimeoutMs} ms`),
    ];
  }
  return [
    warning(
      'fc-timeout',
      `the function may run for ${timeoutMs} ms and is given up after ${invokeTimeoutMs} ms: its records are sent again while it still runs`,
      timeoutMs < LONGEST_FC_CALL_MS
        ? `set invoke.timeout.ms above ${timeoutMs}, or lower the timeout of the function`
        : `lower the timeout of the function below ${LONGEST_FC_CALL_MS} ms, or use invoke.mode=async`,
    ),
  ];
}

/** Nobody reads what a function answers to an asynchronous call. Of one of the user's own only its author knows what it then does. */
function checkSource(env: Readonly<Record<string, unknown>> | undefined, userFunction: boolean): Finding[] {
  if (userFunction) {
    const what = 'nobody reads what the function answers to an asynchronous call';
    const made = 'one made with defineSink does so where its option invocationSource is platform';
    return [ok('fc-async', `${what}: whether it fails the call for what it did not write is not known; ${made}`)];
  }
  if (env === undefined) return [];
  if (env['INVOCATION_SOURCE'] === 'platform') {
    return [ok('fc-async', 'INVOCATION_SOURCE=platform: what the sink does not write fails the call, and comes again')];
  }
  return [
    problem(
      'fc-async',
      'nobody reads what the sink answers to an asynchronous call: what it does not write would be lost',
      'set INVOCATION_SOURCE=platform in the environment of the function, or use invoke.mode=sync',
    ),
  ];
}

function checkAsync(
  fn: FcFunction,
  config: ConnectorConfig,
  settings: FcProbeStep<AsyncSettings | undefined>,
): Finding[] {
  if (!settings.ok) {
    const statement = missingStatement(fn, ASYNC_CONFIG_ACTION);
    const what = 'what becomes of asynchronous calls that fail may not be asked';
    return [warning('fc-async', what, `add to the policy of the caller: ${statement}`)];
  }
  const { asyncTask = false, hasOnFailure = false } = settings.value ?? {};
  const findings: Finding[] = [];
  if (config['fc.async.task.id'] === 'offsets' && !asyncTask) {
    findings.push(
      warning(
        'fc-async',
        'the function is not in async task mode, so ids of calls (fc.async.task.id=offsets) mean nothing there, or are refused',
        'set asyncTask: true in the asynchronous settings of the function, or fc.async.task.id=none',
      ),
    );
  }
  if (!hasOnFailure) {
    findings.push(
      warning(
        'fc-async',
        'the function has no on-failure destination: what it fails for good is gone',
        'set an on-failure destination in the asynchronous settings of the function',
      ),
    );
  }
  if (findings.length > 0) return findings;
  return [ok('fc-async', 'asynchronous calls that fail for good go to the on-failure destination of the function')];
}

function refusal(failed: Extract<FcProbeStep<unknown>, { ok: false }>): Finding {
  const code = Object.hasOwn(ABOUT, failed.code) ? ABOUT[failed.code as keyof typeof ABOUT] : 'fc-refused';
  return fromError('problem', code, failed);
}
