/** How far the clocks of a place are from UTC. */

const OFFSET = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** Seconds east of UTC at a point in time, in epoch ms. */
export type ZoneOffset = (epochMs: number) => number;

/** @param timeZone an IANA name that `timeZoneProblem` finds nothing wrong with */
export function zoneOffset(timeZone: string): ZoneOffset {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  return (epochMs) => {
    const name = format.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')?.value;
    const [, sign, hours, minutes, seconds] = OFFSET.exec(name ?? '') ?? [];
    const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
    return sign === '-' ? -size : size;
  };
}
