import { describe, expect, it } from 'vitest';
import { oldestPossibleRelease } from '../../../../../shared/kafka/inspect/broker-age.ts';

const supporting = (versions: Readonly<Record<number, readonly [number, number]>>) => (apiKey: number) => {
  const [minVersion, maxVersion] = versions[apiKey] ?? [-1, -1];
  return maxVersion < 0 ? undefined : { minVersion, maxVersion };
};

describe('oldestPossibleRelease', () => {
  it.each([
    [{ 1: [4, 18], 60: [0, 2] }, '4.0'],
    [{ 1: [0, 15], 60: [0, 0] }, '3.5'],
    [{ 1: [0, 13], 60: [0, 0] }, '3.1'],
    [{ 1: [0, 12], 60: [0, 0] }, '2.8'],
    [{ 1: [0, 11] }, '2.3'],
    [{ 1: [0, 5] }, '0.11'],
    [{ 1: [0, 3] }, undefined],
  ] as const)('of %j is %s', (versions, release) => {
    expect(oldestPossibleRelease(supporting(versions))).toBe(release);
  });
});
