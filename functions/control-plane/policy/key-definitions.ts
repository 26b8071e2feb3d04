/** Definitions of a connector's keys by every spelling that is read. */
import { connectorKeys } from '../../../shared/config/connector-keys.ts';
import type { KeyDefinition } from '../../../shared/config/definition.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';

const known = new WeakMap<SinkDefinition, ReadonlyMap<string, KeyDefinition>>();

/** Keys of all connectors and those of `sink`, aliases included. */
export function definitionsBySpelling(sink: SinkDefinition): ReadonlyMap<string, KeyDefinition> {
  let definitions = known.get(sink);
  if (definitions === undefined) {
    const all = Object.entries({ ...connectorKeys(sink), ...sink.keys });
    definitions = new Map(
      all.flatMap(([key, definition]) =>
        [key, ...(definition.aliases ?? [])].map((spelling) => [spelling, definition] as const),
      ),
    );
    known.set(sink, definitions);
  }
  return definitions;
}
