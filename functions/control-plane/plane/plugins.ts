/** The sinks of this build, as Kafka Connect lists its plugins. Every worker of a cluster has the same ones. */
import type { SinkDefinition } from '../../../shared/sink.ts';
import type { StoredConfig } from '../config-state.ts';
import type { ConfigKeyInfo, PluginInfo } from '../connect-shapes.ts';
import { Refused } from '../refused.ts';
import { definitionsOf, keyInfos } from './key-info.ts';
import { shortened } from './shortened.ts';

export class Plugins {
  /** @param version of all of them: they are part of the program */
  constructor(
    private readonly sinks: readonly SinkDefinition[],
    private readonly version: string,
  ) {}

  list(): readonly PluginInfo[] {
    return this.sinks
      .map(({ connectorClass }) => ({ class: connectorClass, type: 'sink' as const, version: this.version }))
      .sort((a, b) => (a.class < b.class ? -1 : 1));
  }

  /** @param version as KIP-891 has it; any when absent
   *  @throws Refused 404 for an unknown plugin, 400 for a version that is not there */
  keys(plugin: string, version?: string): readonly ConfigKeyInfo[] {
    const sink = this.sinks.find(({ connectorClass }) => connectorClass === plugin);
    if (sink === undefined) throw new Refused(404, `Unknown plugin ${shortened(plugin)}.`);
    if (version !== undefined && version !== this.version) {
      const range = `[${shortened(version)},${shortened(version)}]`;
      throw new Refused(
        400,
        `Plugin ${plugin} not found that matches the version range ${range}, available versions: [${this.version}]`,
      );
    }
    return keyInfos(definitionsOf(sink));
  }

  /** The sink that `config` names.
   *  @throws Refused 400 */
  named(config: StoredConfig): SinkDefinition {
    const given = config['connector.class'];
    const known = this.sinks.map(({ connectorClass }) => connectorClass).sort();
    if (given === undefined) {
      throw new Refused(
        400,
        `Connector config contains no connector type: set connector.class to one of ${known.join(', ')}`,
      );
    }
    const sink = this.sinks.find(({ connectorClass }) => connectorClass === given);
    if (sink !== undefined) return sink;
    throw new Refused(
      400,
      `Failed to find any class that implements Connector and which name matches ${shortened(given)}, available connectors are: ${known.join(', ')}`,
    );
  }
}
