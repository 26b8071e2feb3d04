import { describe, expect, it } from 'vitest';
import { connectorHelp, workerHelp } from '../../../cli/commands/keys.ts';
import { SINKS } from '../../../cli/sinks.ts';
import { connectorKeys } from '../../../shared/config/connector-keys.ts';
import { workerKeys } from '../../../shared/config/worker-keys.ts';

describe('help on keys', () => {
  it.each(SINKS)('names every key of $connectorClass with its text', (sink) => {
    const help = connectorHelp(sink);
    for (const [key, { doc }] of Object.entries({ ...connectorKeys(sink), ...sink.keys })) {
      expect(help).toContain(`  ${key}: `);
      expect(help).toContain(doc);
    }
  });

  it('names every worker setting with its variable', () => {
    const help = workerHelp();
    for (const key of Object.keys(workerKeys)) expect(help).toContain(`  ${key} (SPILLWAY_`);
    expect(help).toContain('memory.budget.bytes (SPILLWAY_MEMORY_BUDGET_BYTES): LONG, bytes, default 100663296');
  });
});
