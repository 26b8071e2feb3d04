import { expect, it } from 'vitest';
import { readXml } from '../../../infra/local/oss/xml-reader.ts';
import { codeOf, rowsOf, tableForTest } from './fixture.ts';
import { type RawAnswer, type RawQuery, sendRaw } from './raw-client.ts';

const job = (query: string, uuid = 'u1', settings = '{}') => `<?xml version="1.0"?>
<Instance><Job><Priority>9</Priority><Tasks><SQL><Name>AnonymousSQLTask</Name><Config>
<Property><Name>settings</Name><Value>${settings}</Value></Property><Property><Name>uuid</Name><Value>${uuid}</Value></Property>
</Config><Query>${query}</Query></SQL></Tasks><DAG><RunMode>Sequence</RunMode></DAG></Job></Instance>`;

async function serviceForTest(options: Parameters<typeof tableForTest>[0] = {}) {
  const { server } = await tableForTest(options);
  const root = `/api/projects/${server.project}`;
  const ask = (below: string, query: RawQuery = {}) => sendRaw(server, 'GET', `${root}${below}`, query);
  const submit = (body: string) =>
    sendRaw(server, 'POST', `${root}/instances`, {}, { body, headers: { 'content-type': 'application/xml' } });
  return { server, ask, submit };
}

/** Texts of all elements of a name, wherever they are. */
function texts({ body }: RawAnswer, name: string): string[] {
  const found: string[] = [];
  const visit = (node: ReturnType<typeof readXml>): void => {
    if (node.name === name) found.push(node.text);
    for (const child of node.children) visit(child);
  };
  visit(readXml(body));
  return found;
}

const idOf = ({ headers }: RawAnswer): string => String(headers.location).split('/').at(-1) ?? '';

it('runs a statement, whose result waits for whoever asks', async () => {
  const { server, ask, submit } = await serviceForTest({ sqlPolls: 1 });
  const added = await submit(job('ALTER TABLE t ADD PARTITION (pt=&apos;b&apos;);'));
  expect(added.status).toBe(201);
  expect(String(added.headers.location)).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+\/api\/projects\/local_project\/instances\/\w+$/,
  );
  const instance = `/instances/${idOf(added)}`;
  expect(texts(await ask(instance), 'Status')).toEqual(['Running']);
  expect(texts(await ask(instance), 'Status')).toEqual(['Terminated']);
  expect(texts(await ask(instance, { taskstatus: undefined }), 'Status')).toEqual(['Terminated', 'Success']);
  const counted = await submit(job("<![CDATA[SELECT COUNT(*) FROM t WHERE pt = 'b';]]>", 'u2'));
  await ask(`/instances/${idOf(counted)}`);
  const [result = ''] = texts(await ask(`/instances/${idOf(counted)}`, { result: undefined }), 'Result');
  expect(Buffer.from(result, 'base64').toString()).toBe('"_c0"\n0\n');
  expect(server.stats().byOperation['sql.submit']).toBe(2);
});

it('runs a job that is submitted twice once', async () => {
  const { submit } = await serviceForTest();
  const [first, second] = [
    await submit(job("ALTER TABLE t ADD PARTITION (pt='b');")),
    await submit(job("ALTER TABLE t ADD PARTITION (pt='b');")),
  ];
  expect(idOf(first)).toBe(idOf(second));
});

it('fails a statement in its result', async () => {
  const { ask, submit } = await serviceForTest();
  const instance = `/instances/${idOf(await submit(job('DROP TABLE nowhere;')))}`;
  expect(texts(await ask(instance, { taskstatus: undefined }), 'Status')).toEqual(['Terminated', 'Failed']);
  const [result = ''] = texts(await ask(instance, { result: undefined }), 'Result');
  expect(Buffer.from(result, 'base64').toString()).toContain('ODPS-0130131');
});

it.each(['not XML', '<Instance/>', job('x').replace('<Query>x</Query>', ''), job('x', 'u', 'not JSON')])(
  'refuses a job that is none: %s',
  async (body) => {
    const { submit } = await serviceForTest();
    const refused = await submit(body);
    expect([refused.status, texts(refused, 'Code')]).toEqual([400, ['ParseError']]);
  },
);

it('tells of tables and partitions, quoted', async () => {
  const { server, ask } = await serviceForTest();
  const [schema = ''] = texts(await ask('/tables/t'), 'Schema');
  expect(JSON.parse(schema)).toMatchObject({
    columns: [{ name: 'id', type: 'bigint', isNullable: true }, { name: 'name' }],
    partitionKeys: [{ name: 'pt', type: 'string' }],
  });
  const [extended = ''] = texts(await ask('/tables/t', { extended: undefined }), 'Schema');
  const { Reserved } = JSON.parse(extended) as { Reserved: string };
  expect(JSON.parse(Reserved)).toEqual({ schema_version: '1', Transactional: 'false', PrimaryKey: [] });
  expect((await ask('/tables/t', { partition: "pt='a'" })).status).toBe(200);
  const codes = async (query: RawQuery, table = 't') => texts(await ask(`/tables/${table}`, query), 'Code');
  expect(await codes({ partition: "pt='none'" })).toEqual(['NoSuchPartition']);
  expect(await codes({ partition: 'pt=a' })).toEqual(['InvalidPartitionSpec']);
  expect(await codes({}, 'nowhere')).toEqual(['NoSuchObject']);
  const elsewhere = await sendRaw(server, 'GET', '/api/projects/elsewhere/tables/t');
  expect([elsewhere.status, texts(elsewhere, 'Code')]).toEqual([404, ['NoSuchProject']]);
});

it('lists partitions page by page', async () => {
  const { server, ask } = await serviceForTest();
  server.runSql("ALTER TABLE t ADD PARTITION (pt='b') PARTITION (pt='c');");
  const first = await ask('/tables/t', { partitions: undefined, expectmarker: 'true', maxitems: 2 });
  expect(first.body.match(/Value="\w"/g)).toEqual(['Value="a"', 'Value="b"']);
  const [marker = ''] = texts(first, 'Marker');
  const second = await ask('/tables/t', { partitions: undefined, expectmarker: 'true', maxitems: 2, marker });
  expect([second.body.match(/Value="\w"/g), texts(second, 'Marker')]).toEqual([['Value="c"'], ['']]);
});

it('says where the tunnel is', async () => {
  const { server, ask } = await serviceForTest();
  expect((await ask('/tunnel', { service: undefined })).body).toBe(`127.0.0.1:${server.port}`);
  expect(texts(await ask(''), 'Name')).toEqual([server.project]);
  expect(texts(await ask('/nothing'), 'Code')).toEqual(['NoSuchObject']);
});

it('shows a download what was there when it began', async () => {
  const t = await tableForTest();
  const upload = async (overwrite: string) => {
    const id = await t.create({ overwrite });
    await t.put(id, 0, rowsOf(1));
    await t.commit(id);
  };
  const partition = 'pt=a';
  const download = JSON.parse((await t.send('POST', { downloads: undefined, partition })).body) as {
    DownloadID: string;
  };
  const downloadid = download.DownloadID;
  await upload('false');
  expect(JSON.parse((await t.send('GET', { downloadid, partition })).body)).toMatchObject({ RecordCount: 0 });
  const data = (rowrange: string, id = downloadid) =>
    t.send('GET', { data: undefined, downloadid: id, rowrange, partition });
  expect((await data('(0,0)')).status).toBe(200);
  expect(codeOf(await data('(0,1)'))).toBe('400 InvalidRowRange');
  expect(codeOf(await data('all'))).toBe('400 InvalidRowRange');
  expect(codeOf(await data('(0,0)', 'none'))).toBe('404 NoSuchDownload');
  const next = JSON.parse((await t.send('POST', { downloads: undefined, partition })).body) as { DownloadID: string };
  expect((await data('(0,1)', next.DownloadID)).status).toBe(200);
  await upload('true');
  expect(codeOf(await data('(0,1)', next.DownloadID))).toBe('409 TableModified');
});
