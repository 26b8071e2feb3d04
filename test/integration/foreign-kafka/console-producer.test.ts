/** Records of `kafka-console-producer`, as people type them, read by our consumer. */
import { expect, it } from 'vitest';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { kafkaTools } from '../../helpers/foreign/kafka-tools.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { objectPaths, startRig, writtenRecords } from '../../helpers/pipeline.ts';

describeForeign("Kafka's console producer", await kafkaTools(), (tools) => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'compressed by %s arrives whole, tombstones and headers too',
    async (codec) => {
      announceForeignClient('Kafka console producer (Java tools)', tools.version);
      const rig = await startRig();
      const topic = await rig.createTopic(1);
      const lines = [
        'h:1,h:2\tk1\t{"城市":"杭州"}',
        'NULL\tk2\tNULL',
        'NULL\tNULL\tno key',
        ...Array.from({ length: 200 }, (_, i) => `n:${i}\tk\tv${i}`),
      ];
      const properties = ['parse.key=true', 'parse.headers=true', 'null.marker=NULL'].flatMap((p) => [
        '--reader-property',
        p,
      ]);
      const args = [
        '--bootstrap-server',
        rig.bootstrapServers,
        '--topic',
        topic,
        '--compression-codec',
        codec,
        ...properties,
      ];
      await tools.run('ConsoleProducer', args, `${lines.join('\n')}\n`);

      const fields = 'key,offset,partition,timestamp,topic,value,valueSize,headers,overflowFlag';
      const file = await rig.connectorFile(uniqueName('console'), { topics: topic, 'oss.output.fields': fields });
      expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);
      expect(await objectPaths(rig.bucketFolder)).toHaveLength(1);
      const written = await writtenRecords(rig.bucketFolder);
      expect(written.slice(0, 3)).toMatchObject([
        {
          key: 'k1',
          value: '{"城市":"杭州"}',
          headers: [
            { key: 'h', value: '1' },
            { key: 'h', value: '2' },
          ],
        },
        { key: 'k2', valueSize: 0, headers: [] },
        { value: 'no key', headers: [] },
      ]);
      expect(written[1]).not.toHaveProperty('value');
      expect(written[2]).not.toHaveProperty('key');
      expect(written.slice(3).map(({ value }) => value)).toEqual(Array.from({ length: 200 }, (_, i) => `v${i}`));
    },
  );
});
