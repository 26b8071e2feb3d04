import { describe, expect, it } from 'vitest';
import { doctorCommand } from '../../../cli/commands/doctor.ts';
import { FINDING_CODES } from '../../../cli/doctor/finding.ts';
import { projectFiles } from '../../helpers/layout/source-file.ts';
import { page, tableRows } from './pages.ts';

const text = page('docs/doctor.md');

describe('docs/doctor.md', () => {
  it('explains every finding, and no other', () => {
    const documented = tableRows(text.slice(text.indexOf('## Findings'))).map(([code]) => code);
    expect(documented.sort()).toEqual([...FINDING_CODES].sort());
  });

  it('lists findings that the checks really make', () => {
    const checks = projectFiles().filter(({ path }) => path.startsWith('cli/doctor/') && !path.endsWith('/finding.ts'));
    const sources = checks.map((file) => file.text).join('\n');
    expect(FINDING_CODES.filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });

  it('shows the options of spillway doctor', () => {
    const shown = /^spillway doctor .*$/m.exec(text)?.[0] ?? '';
    const options = doctorCommand().options.map(({ long }) => long);
    expect([...shown.matchAll(/--[a-z-]+/g)].map(([option]) => option).sort()).toEqual([...options].sort());
  });
});
