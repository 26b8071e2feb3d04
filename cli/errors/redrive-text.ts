/** What a redrive would do, and what it did, for a person. */
import type { RedriveReport } from '../../functions/dispatcher/redrive/redrive-report.ts';
import type { Rehearsal } from '../../functions/dispatcher/redrive/rehearsal.ts';
import { printable } from '../shown-bytes.ts';

/** Ends with a line break. */
export function rehearsalText(rehearsals: readonly Rehearsal[], to: 'topic' | 'sink', command: string): string {
  const lines = rehearsals.flatMap((rehearsal) => rehearsalLines(rehearsal, to));
  const anything = rehearsals.some(({ send, parked }) => send.length > 0 || parked > 0);
  const end = anything ? ['', 'Nothing was sent. To send it:', `  ${command}`] : ['nothing to send'];
  return `${[...lines, ...end].map(printable).join('\n')}\n`;
}

function rehearsalLines(rehearsal: Rehearsal, to: 'topic' | 'sink'): string[] {
  const { topic, group, resumes, send, parked, parkingTopic, failed, foreign } = rehearsal;
  const lines = [
    ...send.map(({ topic: name, records }) =>
      to === 'sink'
        ? `${counted(records)} of ${name} would go to the sink`
        : `${counted(records)} would go back to ${name}`,
    ),
    ...(parked === 0 ? [] : [`${counted(parked)} failed too often and would go to ${parkingTopic}`]),
    ...failed.map(({ code, message, records }) => `${counted(records)} cannot be sent: ${code}: ${message}`),
    ...(foreign === 0
      ? []
      : [`${counted(foreign)} would be skipped: no connector wrote them, nobody knows where they came from`]),
    ...(resumes ? ['an interrupted run would be gone on with; what it sent already is not sent again'] : []),
  ];
  return lines.length === 0 ? [] : [`${topic} (position in group ${group})`, ...lines.map((line) => `  ${line}`)];
}

/** Ends with a line break. */
export function reportText(reports: readonly RedriveReport[]): string {
  if (reports.length === 0) return 'nothing to send\n';
  return `${reports.flatMap(reportLines).map(printable).join('\n')}\n`;
}

function reportLines(report: RedriveReport): string[] {
  const { topic, group, complete, sent, dropped, parked, returned, failed, foreign, sentBefore, deleted } = report;
  const counts: readonly (readonly [number, string])[] = [
    [sentBefore, 'sent by the run that was interrupted'],
    [dropped, "dropped by the connector's own policy"],
    [parked, 'failed too often and went to the parking topic'],
    [returned, 'refused again by the sink and in the error topic anew'],
    [failed, 'could not be sent and stay where they are'],
    [foreign, 'skipped: no connector wrote them'],
    [deleted, 'offsets that Kafka deleted before'],
  ];
  return [
    `${topic}: ${counted(sent)} sent`,
    ...counts.filter(([count]) => count > 0).map(([count, what]) => `  ${count} ${what}`),
    ...report.failures.map((f) => `  ${f.partition}:${f.offset} ${f.outcome}: ${f.code}: ${f.message}`),
    ...(complete ? [] : [`  not all: the same command goes on (position in group ${group})`]),
  ];
}

function counted(records: number): string {
  return `${records} ${records === 1 ? 'record' : 'records'}`;
}
