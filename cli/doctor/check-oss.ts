/** A bucket, as the sink would find it. */
import type { OssProbe, OssProbeStep } from '../../functions/oss-sink/handler.ts';
import { type Finding, fromError, ok, problem, warning } from './finding.ts';

/** What OSS accepts between a signature's time and its own clock. */
const ACCEPTED_SKEW_MS = 15 * 60_000;
/** Differences below it are the network's, and the header's whole seconds. */
const UNIMPORTANT_SKEW_MS = 5_000;

/** `prefix` as configured; keys are named in the findings as the sink's (`oss`) or those of claim checks spell them. */
export function checkOss(bucket: string, probe: OssProbe): Finding[] {
  const { reached, versioning, read } = probe;
  if (!reached.ok) return [fromError('problem', 'oss-unreachable', reached)];
  const clock = checkClock(reached.value);
  const findings = [ok('oss-reached', `${probe.endpoint} (region ${probe.region}) answers`), clock];
  // With such a clock every signed request is refused for that, and says nothing else.
  if (clock.severity === 'problem') return findings;
  const refused = [versioning, read].find((step) => step !== undefined && !step.ok);
  if (refused !== undefined && !refused.ok) {
    // Versioning is asked first, and fails for what concerns the bucket and the credentials as a whole.
    return [...findings, refusal(refused)];
  }
  return [
    ...findings,
    ok('oss-bucket', `bucket ${bucket} is there, and the credentials may read objects in it`),
    ...checkTemporary(probe),
    ...(versioning?.ok === true ? [checkVersioning(bucket, versioning.value)] : []),
    ...checkWrite(probe),
  ];
}

function checkClock(aheadMs: number | undefined): Finding {
  if (aheadMs === undefined) return ok('oss-clock', 'OSS does not tell its time, so the clock was not compared');
  const off = Math.abs(aheadMs);
  if (off < UNIMPORTANT_SKEW_MS) return ok('oss-clock', 'the clock agrees with that of OSS, within 5 s');
  const text = `the clock of this machine is ${duration(off)} ${aheadMs < 0 ? 'behind' : 'ahead of'} that of OSS`;
  const action = 'set the clock of this machine (NTP)';
  if (off <= ACCEPTED_SKEW_MS) {
    return warning('oss-clock', `${text}; from 15 minutes on every request is refused`, action);
  }
  return problem('oss-clock', `${text}: OSS refuses every request from 15 minutes on`, action, 'OSS_CLOCK_SKEWED');
}

/** Rounded so that two runs say the same. */
function duration(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 5_000) * 5} s` : `${Math.round(ms / 60_000)} minutes`;
}

/** Our codes of refusals by what they are about. */
const ABOUT = {
  OSS_CREDENTIALS_REFUSED: 'oss-credentials',
  OSS_CREDENTIALS_MISSING: 'oss-credentials',
  CONFIG_INVALID: 'oss-credentials',
  OSS_BUCKET_MISSING: 'oss-bucket',
  OSS_WRONG_ENDPOINT: 'oss-bucket',
  OSS_ACCESS_DENIED: 'oss-rights',
} as const;

function refusal(failed: Extract<OssProbeStep, { ok: false }>): Finding {
  const code = Object.hasOwn(ABOUT, failed.code) ? ABOUT[failed.code as keyof typeof ABOUT] : 'oss-refused';
  return fromError('problem', code, failed);
}

function checkTemporary({ temporary }: OssProbe): Finding[] {
  if (temporary !== true) return [];
  return [
    ok(
      'oss-temporary',
      'the credentials are temporary and valid now; when they end is not in them, so whoever hands them out must renew them',
    ),
  ];
}

function checkVersioning(bucket: string, state: string | undefined): Finding {
  if (state === '') return ok('oss-versioning', `bucket ${bucket} has no versioning: it refuses to overwrite objects`);
  if (state === undefined) {
    return warning(
      'oss-versioning',
      `whether bucket ${bucket} has versioning may not be asked: the sink looks before each put, one request more an object`,
      'grant oss:GetBucketVersioning on the bucket',
    );
  }
  return warning(
    'oss-versioning',
    `bucket ${bucket} has versioning (${state}), and then OSS ignores the request not to overwrite: the sink looks before each put, and another writer could come in between`,
    'let nobody else write below oss.object.prefix, or use a bucket that never had versioning',
  );
}

function checkWrite({ write, cleanUp }: OssProbe): Finding[] {
  if (write === undefined) return [];
  if (!write.ok) return [fromError('problem', 'oss-write', write)];
  if (cleanUp?.ok === false) {
    return [
      warning(
        'oss-write',
        'an empty object was written, and could not be deleted again',
        'delete it by hand: it lies below oss.object.prefix under spillway-doctor/; the sink itself never deletes',
      ),
    ];
  }
  return [ok('oss-write', 'an empty object was written and deleted again')];
}
