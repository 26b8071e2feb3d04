import { expect, it } from 'vitest';
import {
  partitionText,
  quotedPartition,
  sqlPartition,
} from '../../../../../functions/maxcompute-sink/tunnel/partition-spec.ts';

const SPEC = [
  { name: 'pt', value: '11-17-2020 15:30' },
  { name: 'ds', value: "o'clock\\" },
];

it('spells a partition for the tunnel, the service and SQL', () => {
  expect(partitionText(SPEC)).toBe("pt=11-17-2020 15:30,ds=o'clock\\");
  expect(quotedPartition(SPEC)).toBe("pt='11-17-2020 15:30',ds='o\\'clock\\\\'");
  expect(sqlPartition(SPEC)).toBe("(`pt`='11-17-2020 15:30',`ds`='o\\'clock\\\\')");
});
