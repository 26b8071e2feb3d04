/** Findings as text for people, as JSON for programs, and as an exit code. */
import { counted, type Section, type Severity } from './finding.ts';

const WIDTH = 'problem'.length;

/** One line a finding, what to do below it; a summary at the end. Ends with a line break. */
export function formatSections(
  sections: readonly Section[],
  mark: (severity: Severity, text: string) => string,
): string {
  const shown = sections.filter(({ findings }) => findings.length > 0);
  const blocks = shown.map(({ title, findings }) =>
    [
      title,
      ...findings.flatMap(({ severity, message, action }) => [
        `  ${mark(severity, severity.padEnd(WIDTH))}  ${message}`,
        ...(action === undefined ? [] : [`  ${' '.repeat(WIDTH)}  -> ${action}`]),
      ]),
    ].join('\n'),
  );
  return `${[...blocks, summary(sections)].join('\n\n')}\n`;
}

function summary(sections: readonly Section[]): string {
  const count = (severity: Severity) =>
    sections.flatMap(({ findings }) => findings).filter((finding) => finding.severity === severity).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (problems > 0) return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}`;
  return warnings > 0 ? `no problems, ${counted(warnings, 'warning')}` : 'no problems, no warnings';
}

/** One JSON list of findings, each with the title of its section and, where it is about one, the connector's name. */
export function formatJson(sections: readonly Section[]): string {
  const list = sections.flatMap(({ title, connector, findings }) =>
    findings.map(({ severity, code, message, action, error }) => ({
      section: title,
      ...(connector === undefined ? {} : { connector }),
      severity,
      code,
      message,
      ...(action === undefined ? {} : { action }),
      ...(error === undefined ? {} : { error }),
    })),
  );
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** 2 when no bootstrap server could be reached, 1 when something would fail, else 0. */
export function exitCode(sections: readonly Section[]): 0 | 1 | 2 {
  const problems = sections.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'problem');
  if (problems.some(({ code }) => code === 'bootstrap-unreachable')) return 2;
  return problems.length > 0 ? 1 : 0;
}
