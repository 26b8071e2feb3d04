import { describe, expect, it } from 'vitest';
import {
  checkGroup,
  checkMetadata,
  checkPositions,
  type PartitionPosition,
} from '../../../../cli/doctor/check-group.ts';
import { encodeCommitMetadata } from '../../../../functions/dispatcher/commit-metadata.ts';
import { PROTOCOL_NAME } from '../../../../shared/kafka/group-protocol.ts';
import { NO_GROUP } from '../../../../shared/kafka/inspect/group-request.ts';
import { brief, parsed } from './facts.ts';

const config = parsed().connector;

function position(partition: number, offset?: number, metadata = ''): PartitionPosition {
  const committed = offset === undefined ? undefined : { offset, metadata };
  return { topic: 'orders', partition, earliest: 10, latest: 20, committed };
}

describe('checkMetadata', () => {
  it('finds a broker that takes less than exactly-once may store', () => {
    const [finding] = checkMetadata(config, 512);
    expect(finding).toMatchObject({ severity: 'problem', code: 'group-metadata', error: 'OFFSET_METADATA_TOO_LARGE' });
    expect(finding?.message).toContain(' 512 bytes ');
    expect(finding?.action).toContain('offset.metadata.max.bytes of every broker to 4096');
  });

  it('says nothing where it is enough, where it is not told, and where nothing is planned', () => {
    const planless = parsed({ 'delivery.guarantee': 'at-least-once' }).connector;
    expect([checkMetadata(config, 4_096), checkMetadata(config, undefined), checkMetadata(planless, 512)]).toEqual([
      [],
      [],
      [],
    ]);
  });
});

describe('checkGroup', () => {
  const running = {
    ...NO_GROUP,
    state: 'Stable',
    protocolType: 'consumer',
    members: ['a at 10.0.0.1', 'a at 10.0.0.1'],
  };

  it('tells an idle group from one of ours and from one of a stranger', () => {
    expect(brief(checkGroup('g', NO_GROUP))).toEqual(['ok group-state']);
    const [ours] = checkGroup('g', { ...running, protocol: PROTOCOL_NAME });
    expect(ours).toMatchObject({ severity: 'warning', code: 'group-active' });
    expect(ours?.message).toBe('2 members of group g run already: a at 10.0.0.1');
    expect(brief(checkGroup('g', { ...running, protocol: 'range' }))).toEqual(['problem group-foreign']);
    expect(brief(checkGroup('g', { ...running, protocolType: 'connect' }))).toEqual(['problem group-foreign']);
  });

  it('finds that it may be seen and not used', () => {
    const [finding] = checkGroup('g', { ...NO_GROUP, authorizedOperations: 1 << 8 });
    expect(finding).toMatchObject({ code: 'right-missing', action: expect.stringContaining('READ on group g') });
  });
});

describe('checkPositions', () => {
  it('says where partitions begin that nothing is committed for', () => {
    const [start] = checkPositions(config, [position(0), position(1)]);
    expect(start?.message).toBe(
      '2 partitions of 2 begin at consumer.start.offset=latest: nothing is committed for their topics',
    );
    expect(checkPositions(config, [])).toEqual([]);
  });

  it('says where others go on, and that later partitions begin at their beginning', () => {
    const findings = checkPositions(config, [position(0, 15), position(1)]);
    expect(findings.map(({ message }) => message)).toEqual([
      '1 partition of 2 go on at the committed offset; lag 5 offsets',
      '1 partition of 2 begin at their beginning, for they were added later: orders-1',
    ]);
  });

  it('finds offsets past the end, offsets that are gone, and stopped partitions', () => {
    const stopped = encodeCommitMetadata(0, { stopped: { offset: 12, code: 'VALUE_NOT_UTF8' }, plan: [] });
    const findings = checkPositions(config, [
      position(0, 21),
      position(1, 9),
      position(2, 12, stopped),
      position(3, 20),
    ]);
    expect(brief(findings)).toEqual([
      'ok position-resumed',
      'problem position-past-end',
      'warning position-gap',
      'problem position-stopped',
    ]);
    expect(findings[3]).toMatchObject({
      error: 'VALUE_NOT_UTF8',
      message: expect.stringMatching(/^orders-2 is stopped at offset 12 /),
    });
  });
});
