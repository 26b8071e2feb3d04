/** The time of a partition as the managed connector writes it: `11-21-2026 10`. */
export const PARTITION_WINDOWS = ['DAY', 'HOUR', 'MINUTE'] as const;
export type PartitionWindow = (typeof PARTITION_WINDOWS)[number];

/** How the day is written. */
export const PARTITION_FORMATS = ['MM-dd-yyyy', 'yyyy-MM-dd'] as const;
export type PartitionFormat = (typeof PARTITION_FORMATS)[number];

const BEHIND_DAY: Readonly<Record<PartitionWindow, string>> = { DAY: '', HOUR: ' HH', MINUTE: ' HH:mm' };

/** The pattern of `{window}`. Source: `use_new_partition_format` of https://github.com/aliyun/maxcompute-kafka-connector */
export function windowPattern(format: PartitionFormat, window: PartitionWindow): string {
  return format + BEHIND_DAY[window];
}
