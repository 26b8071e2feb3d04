import type { Plugin } from '../../../functions/control-plane/main.ts';
import { FatalError } from '../../../shared/errors.ts';
import type { SinkDefinition, SinkWriter } from '../../../shared/sink.ts';
import { failureOf } from './golden-plugins.ts';

/** A sink of `golden-plugins.ts` that writes nowhere, and fails as its configuration tells it to. */
export function writesNowhere(definition: SinkDefinition): Plugin {
  const fail = () => {
    throw new FatalError('TOLD_TO_FAIL', 'it was told to');
  };
  return {
    definition,
    writer: ({ raw }): SinkWriter => {
      const failure = failureOf(raw);
      return {
        open: async () => (failure?.at === 'start' ? fail() : undefined),
        write: async (batch) => (failure?.at === 'put' ? fail() : { all: 'written', count: batch.count }),
        close: async () => undefined,
      };
    },
  };
}
