/** How much memory a process holds, as Linux tells. */
import { readFileSync } from 'node:fs';

export interface ProcessMemory {
  readonly nowMb: number;
  readonly peakMb: number;
}

const NOTHING: ProcessMemory = { nowMb: 0, peakMb: 0 };

/** Zeros where nobody knows: the process is gone, or this is no Linux. */
export function processMemory(pid: number): ProcessMemory {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return NOTHING;
  }
  const megabytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}
