import { describe, expect, it } from 'vitest';
import { signingKeyV4, signV2, signV4, stringToSign } from '../../../../../functions/maxcompute-sink/tunnel/sign.ts';

/** Made with pyodps 0.13.1. */
const KEY = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };
const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const JANUARY_1 = Date.parse('2026-01-01T00:00:00Z');

const UPLOAD = stringToSign({
  method: 'PUT',
  path: '/projects/proj/tables/t1',
  query: { uploadid: 'abc', blockid: '0', partition: 'pt=x y,ds=é', curr_project: 'proj' },
  headers: {
    'content-type': 'application/octet-stream',
    'odps-tunnel-date-transform': 'v1',
    'content-encoding': 'deflate',
    date: DATE,
    'x-odps-tunnel-version': '6',
    'user-agent': 'spillway',
  },
});

describe('the text that is signed', () => {
  it('holds what is signed, and nothing else', () => {
    expect(UPLOAD).toBe(
      [
        'PUT',
        '',
        'application/octet-stream',
        DATE,
        'x-odps-tunnel-version:6',
        '/projects/proj/tables/t1?blockid=0&curr_project=proj&partition=pt=x y,ds=é&uploadid=abc',
      ].join('\n'),
    );
  });

  it('sorts headers of the vendor', () => {
    const headers = { date: DATE, 'x-odps-user-agent': 'b', 'x-odps-bearer': 'a' };
    expect(stringToSign({ method: 'GET', path: '/p', query: {}, headers })).toBe(
      `GET\n\n\n${DATE}\nx-odps-bearer:a\nx-odps-user-agent:b\n/p`,
    );
  });
});

it('signs with version 2', () => {
  expect(signV2(KEY, UPLOAD)).toBe('ODPS testid:HfuGpfa9FNFbdY2SSs/eDobhBQA=');
  const query = { service: '', curr_project: 'proj' };
  const discovery = stringToSign({ method: 'GET', path: '/projects/proj/tunnel', query, headers: { date: DATE } });
  expect(discovery).toBe(`GET\n\n\n${DATE}\n/projects/proj/tunnel?curr_project=proj&service`);
  expect(signV2(KEY, discovery)).toBe('ODPS testid:/TFOU2DR1k1mO9WaY0wU5dhkcDg=');
});

it('signs with version 4', () => {
  expect(signingKeyV4('testsecret', '20260101', 'cn-hangzhou').toString('hex')).toBe(
    '838951dbcd71ecadcdf6ad44afee3616e707e3b7ae724c8e6c7c836e6eda6cb5',
  );
  expect(signV4(KEY, 'cn-hangzhou', JANUARY_1, UPLOAD)).toBe(
    'ODPS testid/20260101/cn-hangzhou/odps/aliyun_v4_request:iCZg/m5K0eESnIGD7uSJQnrxJBw=',
  );
  // The day is that of UTC.
  expect(signV4(KEY, 'cn-hangzhou', JANUARY_1 - 1, UPLOAD)).toContain('testid/20251231/');
});
