import { describe, expect, it } from 'vitest';
import { checkOss } from '../../../../cli/doctor/check-oss.ts';
import type { OssProbe } from '../../../../functions/oss-sink/handler.ts';
import { brief } from './facts.ts';

const done = { ok: true, value: undefined } as const;
const failed = (code: string, message = 'it failed; do something') => ({ ok: false, code, message }) as const;

function probe(extra: Partial<OssProbe> = {}): OssProbe {
  return {
    endpoint: 'https://oss',
    region: 'cn-hangzhou',
    reached: { ok: true, value: 100 },
    versioning: { ok: true, value: '' },
    read: done,
    temporary: false,
    ...extra,
  };
}
const codes = (extra?: Partial<OssProbe>) => brief(checkOss('my-bucket', probe(extra)));
const FINE = ['ok oss-reached', 'ok oss-clock', 'ok oss-bucket', 'ok oss-versioning'];

describe('checkOss', () => {
  it('is content with a bucket that is as it should be', () => {
    expect(codes()).toEqual(FINE);
    expect(codes({ temporary: true })).toContain('ok oss-temporary');
  });

  it('says nothing more of what cannot be reached', () => {
    expect(codes({ reached: failed('ECONNREFUSED') })).toEqual(['problem oss-unreachable']);
  });

  it.each([
    [4_000, 'ok', 'within 5 s'],
    [-31_000, 'warning', '30 s behind'],
    [600_000, 'warning', '10 minutes ahead of'],
    [3_600_500, 'problem', '60 minutes ahead of'],
    [-3_599_500, 'problem', '60 minutes behind'],
  ])('calls a clock that is %d ms ahead: %s', (value, severity, words) => {
    const clock = checkOss('b', probe({ reached: { ok: true, value } })).find(({ code }) => code === 'oss-clock');
    expect(clock).toMatchObject({ severity, message: expect.stringContaining(words) });
  });

  it('blames a clock that is off by too much for every refusal', () => {
    expect(codes({ reached: { ok: true, value: 3_600_000 }, versioning: failed('OSS_CLOCK_SKEWED') })).toEqual([
      'ok oss-reached',
      'problem oss-clock',
    ]);
  });

  it.each([
    ['OSS_CREDENTIALS_REFUSED', 'oss-credentials'],
    ['OSS_BUCKET_MISSING', 'oss-bucket'],
    ['OSS_WRONG_ENDPOINT', 'oss-bucket'],
    ['OSS_ACCESS_DENIED', 'oss-rights'],
    ['OSS_UNCLASSIFIED', 'oss-refused'],
  ])('%s is one problem, %s, whichever request met it', (code, finding) => {
    for (const refused of [{ versioning: failed(code), read: failed(code) }, { read: failed(code) }]) {
      const findings = checkOss('my-bucket', probe(refused));
      expect(brief(findings).slice(2)).toEqual([`problem ${finding}`]);
      expect(findings[2]).toMatchObject({ message: 'it failed', action: 'do something', error: code });
    }
  });

  it('leaves numbers of requests out, so that two runs say the same', () => {
    const read = failed('OSS_ACCESS_DENIED', 'HTTP 403 AccessDenied (request 5F1C); look');
    expect(checkOss('b', probe({ read })).at(-1)?.message).toBe('HTTP 403 AccessDenied');
  });

  it('warns of versioning, and of not knowing', () => {
    expect(codes({ versioning: { ok: true, value: 'Enabled' } })).toContain('warning oss-versioning');
    expect(codes({ versioning: { ok: true, value: undefined } })).toContain('warning oss-versioning');
  });

  it('says what became of the object that was written', () => {
    expect(codes({ write: done, cleanUp: done })).toEqual([...FINE, 'ok oss-write']);
    expect(codes({ write: failed('OSS_ACCESS_DENIED') })).toEqual([...FINE, 'problem oss-write']);
    expect(codes({ write: done, cleanUp: failed('OSS_ACCESS_DENIED') })).toEqual([...FINE, 'warning oss-write']);
  });
});
