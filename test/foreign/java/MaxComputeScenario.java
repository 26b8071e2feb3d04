import com.aliyun.odps.Column;
import com.aliyun.odps.Instance;
import com.aliyun.odps.Odps;
import com.aliyun.odps.Partition;
import com.aliyun.odps.PartitionSpec;
import com.aliyun.odps.Table;
import com.aliyun.odps.TableSchema;
import com.aliyun.odps.data.Record;
import com.aliyun.odps.data.RecordReader;
import com.aliyun.odps.data.RecordWriter;
import com.aliyun.odps.task.SQLTask;
import com.aliyun.odps.tunnel.TableTunnel;
import com.aliyun.odps.tunnel.io.CompressOption;
import com.aliyun.odps.tunnel.streams.UpsertStream;
import com.aliyun.odps.type.TypeInfoFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The steps that odps-sdk-core goes through, see `test/helpers/foreign/maxcompute-scenario.ts`. */
final class MaxComputeScenario {
  private static final String PARTITION = "pt=a";
  private static final CompressOption PLAIN =
      new CompressOption(CompressOption.CompressAlgorithm.ODPS_RAW, 0, 0);

  private interface Step {
    Map<String, Object> run() throws Exception;
  }

  private final MaxCompute.Caller caller;
  private final String table;
  private final String keyed;
  private final Odps odps;
  private final TableTunnel tunnel;

  MaxComputeScenario(MaxCompute.Caller caller) {
    this.caller = caller;
    this.table = "java_" + caller.variant();
    this.keyed = table + "_keyed";
    this.odps = caller.connect();
    this.tunnel = new TableTunnel(odps);
  }

  void run() {
    Map<String, Step> steps = new LinkedHashMap<>();
    steps.put("absent", () -> exists(odps));
    steps.put("create-table", this::createTable);
    steps.put("partitions", this::partitions);
    steps.put("partition-again", this::partitionAgain);
    steps.put("write", this::write);
    steps.put("deflate", this::deflate);
    steps.put("overwrite", this::overwrite);
    steps.put("block-replaced", this::blockReplaced);
    steps.put("commit-without-block", this::commitWithoutBlock);
    steps.put("write-after-commit", this::writeAfterCommit);
    steps.put("missing-partition", () -> MaxCompute.line("id", session("pt=none", false).getId()));
    steps.put("missing-table", () -> MaxCompute.line("id", tunnel.createUploadSession(project(), "nowhere").getId()));
    steps.put("blank-in-partition", this::blankInPartition);
    steps.put("slice", this::slice);
    steps.put("row-range", this::rowRange);
    steps.put("stream", this::stream);
    steps.put("upsert", this::upsert);
    steps.put("upload-to-keyed", () -> MaxCompute.line("id", tunnel.createUploadSession(project(), keyed).getId()));
    steps.put("types", () -> new MaxComputeTypes(odps, tunnel, table + "_types").run());
    steps.put("count", this::count);
    steps.put("full-scan", () -> MaxCompute.line("values", select("SELECT COUNT(*) FROM " + table + ";")));
    steps.put("new-column", this::newColumn);
    steps.put("drop-partition", this::dropPartition);
    steps.put("wrong-key", () -> exists(caller.withKey("not the key").connect()));
    steps.put("unknown-id", () -> exists(caller.withId("nobody").connect()));
    steps.put("sts", () -> exists(caller.temporary(MaxCompute.env("MAXCOMPUTE_STS_TOKEN")).connect()));
    steps.put("sts-wrong-token", () -> exists(caller.temporary("not the token").connect()));
    steps.put("clock-skew", () -> exists(caller.at(MaxCompute.env("MAXCOMPUTE_SKEWED_ENDPOINT")).connect()));
    steps.put("drop", this::drop);
    steps.forEach(this::report);
  }

  private void report(String name, Step step) {
    Map<String, Object> line = MaxCompute.line("variant", caller.variant(), "step", name);
    try {
      line.putAll(step.run());
    } catch (Throwable error) { // whatever it is belongs into the result
      line.putAll(MaxCompute.failure(error));
    }
    MaxCompute.say(line);
  }

  private static String project() {
    return MaxCompute.env("MAXCOMPUTE_PROJECT");
  }

  private Map<String, Object> exists(Odps by) throws Exception {
    return MaxCompute.line("exists", by.tables().exists(table));
  }

  private TableTunnel.UploadSession session(String partition, boolean isOverwrite) throws Exception {
    return tunnel.createUploadSession(project(), table, new PartitionSpec(partition), isOverwrite);
  }

  private TableTunnel.DownloadSession download(String partition) throws Exception {
    return tunnel.createDownloadSession(project(), table, new PartitionSpec(partition));
  }

  private void upload(TableTunnel.UploadSession session, long block, CompressOption compression, long... ids)
      throws Exception {
    try (RecordWriter writer = session.openRecordWriter(block, compression)) {
      for (long id : ids) {
        Record record = session.newRecord();
        record.set("id", id);
        record.set("name", "é " + id);
        writer.write(record);
      }
    }
  }

  private List<String> ids(String partition) throws Exception {
    List<String> ids = new ArrayList<>();
    TableTunnel.DownloadSession session = download(partition);
    if (session.getRecordCount() == 0) return ids;
    try (RecordReader reader = session.openRecordReader(0, session.getRecordCount(), true)) {
      for (Record record = reader.read(); record != null; record = reader.read()) ids.add(record.get("id").toString());
    }
    return ids;
  }

  private List<String> listed() {
    List<String> listed = new ArrayList<>();
    for (Partition partition : odps.tables().get(table).getPartitions()) {
      listed.add(partition.getPartitionSpec().toString(false, true));
    }
    listed.sort(Comparator.naturalOrder());
    return listed;
  }

  private Map<String, Object> createTable() throws Exception {
    TableSchema schema = new TableSchema();
    schema.addColumn(new Column("id", TypeInfoFactory.BIGINT));
    schema.addColumn(new Column("name", TypeInfoFactory.STRING));
    schema.addPartitionColumn(new Column("pt", TypeInfoFactory.STRING));
    for (int time = 0; time < 2; time++) odps.tables().create(project(), table, schema, true);
    Table made = odps.tables().get(table);
    List<List<String>> columns = new ArrayList<>();
    for (Column column : made.getSchema().getColumns()) {
      columns.add(List.of(column.getName(), column.getTypeInfo().getTypeName().toLowerCase()));
    }
    List<String> keys = made.getSchema().getPartitionColumns().stream().map(Column::getName).toList();
    return MaxCompute.line("columns", columns, "partitions", keys);
  }

  private Map<String, Object> partitions() throws Exception {
    Table made = odps.tables().get(table);
    for (String one : List.of(PARTITION, PARTITION, "pt=2026-01-01 10:00")) {
      made.createPartition(new PartitionSpec(one), true);
    }
    List<Boolean> exists = new ArrayList<>();
    for (String one : List.of(PARTITION, "pt=none")) exists.add(made.hasPartition(new PartitionSpec(one)));
    return MaxCompute.line("exists", exists, "listed", listed());
  }

  private Map<String, Object> partitionAgain() throws Exception {
    odps.tables().get(table).createPartition(new PartitionSpec(PARTITION));
    return MaxCompute.line();
  }

  private Map<String, Object> write() throws Exception {
    TableTunnel.UploadSession session = session(PARTITION, false);
    upload(session, 0, PLAIN, 1, 2, 3);
    List<String> before = ids(PARTITION);
    session.commit(new Long[] {0L});
    return MaxCompute.line("before", before, "ids", ids(PARTITION));
  }

  private Map<String, Object> deflate() throws Exception {
    TableTunnel.UploadSession session = session(PARTITION, false);
    upload(session, 0, new CompressOption(), 4);
    upload(session, 1, new CompressOption(), 5);
    session.commit(new Long[] {0L, 1L});
    return MaxCompute.line("ids", ids(PARTITION));
  }

  private Map<String, Object> overwrite() throws Exception {
    TableTunnel.UploadSession session = session(PARTITION, true);
    upload(session, 0, PLAIN, 7);
    session.commit(new Long[] {0L});
    return MaxCompute.line("ids", ids(PARTITION));
  }

  private Map<String, Object> blockReplaced() throws Exception {
    odps.tables().get(table).createPartition(new PartitionSpec("pt=replaced"));
    TableTunnel.UploadSession session = session("pt=replaced", false);
    upload(session, 3, PLAIN, 1, 2);
    upload(session, 3, PLAIN, 3);
    session.commit(new Long[] {3L});
    return MaxCompute.line("ids", ids("pt=replaced"));
  }

  private Map<String, Object> commitWithoutBlock() throws Exception {
    TableTunnel.UploadSession session = session(PARTITION, false);
    upload(session, 0, PLAIN, 8);
    try {
      session.commit(new Long[] {0L, 1L});
    } catch (Exception error) {
      return MaxCompute.line("refused", true, "ids", ids(PARTITION));
    }
    return MaxCompute.line("refused", false);
  }

  private Map<String, Object> writeAfterCommit() throws Exception {
    TableTunnel.UploadSession session = session(PARTITION, false);
    session.commit(new Long[] {});
    upload(session, 0, PLAIN, 9);
    return MaxCompute.line();
  }

  private Map<String, Object> blankInPartition() throws Exception {
    TableTunnel.UploadSession session = session("pt=2026-01-01 10:00", false);
    upload(session, 0, PLAIN, 10);
    session.commit(new Long[] {0L});
    return MaxCompute.line("ids", ids("pt=2026-01-01 10:00"));
  }

  private Map<String, Object> slice() throws Exception {
    TableTunnel.UploadSession session = session("pt=replaced", true);
    upload(session, 0, PLAIN, 1, 2);
    session.commit(new Long[] {0L});
    TableTunnel.DownloadSession read = download("pt=replaced");
    List<String> names = new ArrayList<>();
    List<Column> columns = List.of(read.getSchema().getColumn("name"));
    try (RecordReader reader = read.openRecordReader(1, 1, true, columns)) {
      for (Record record = reader.read(); record != null; record = reader.read()) names.add(record.getString("name"));
    }
    return MaxCompute.line("names", names, "count", read.getRecordCount());
  }

  private Map<String, Object> rowRange() throws Exception {
    try (RecordReader reader = download("pt=replaced").openRecordReader(1, 9)) {
      return MaxCompute.line("row", reader.read().toString());
    }
  }

  private Map<String, Object> stream() throws Exception {
    TableTunnel.StreamUploadSession session =
        tunnel.buildStreamUploadSession(project(), table).setPartitionSpec("pt=stream").setCreatePartition(true).build();
    for (long id = 1; id <= 2; id++) {
      TableTunnel.StreamRecordPack pack = session.newRecordPack(new CompressOption());
      Record record = session.newRecord();
      record.set("id", id);
      pack.append(record);
      pack.flush();
    }
    return MaxCompute.line("ids", ids("pt=stream"));
  }

  private Map<String, Object> upsert() throws Exception {
    TableSchema schema = new TableSchema();
    schema.addColumn(Column.newBuilder("id", TypeInfoFactory.BIGINT).notNull().build());
    schema.addColumn(new Column("v", TypeInfoFactory.STRING));
    odps.tables().newTableCreator(project(), keyed, schema).ifNotExists().transactionTable()
        .withPrimaryKeys(List.of("id")).withDeltaTableBucketNum(4).create();
    for (String first : List.of("first", "second")) {
      try (TableTunnel.UpsertSession session = tunnel.buildUpsertSession(project(), keyed).build()) {
        UpsertStream stream = session.buildUpsertStream().build();
        for (long id = 1; id < 40; id++) stream.upsert(keyedRecord(session, id, id == 1 ? first : "v" + id));
        stream.delete(keyedRecord(session, 2, null));
        stream.delete(keyedRecord(session, 3, null));
        stream.flush();
        stream.close();
        session.commit(false);
      }
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    TableTunnel.DownloadSession read = tunnel.createDownloadSession(project(), keyed);
    try (RecordReader reader = read.openRecordReader(0, read.getRecordCount())) {
      for (Record record = reader.read(); record != null; record = reader.read()) {
        rows.add(MaxCompute.line("id", record.get("id").toString(), "v", record.getString("v")));
      }
    }
    rows.sort(Comparator.comparing(row -> Long.parseLong((String) row.get("id"))));
    return MaxCompute.line("count", rows.size(), "first", rows.subList(0, 2));
  }

  private static Record keyedRecord(TableTunnel.UpsertSession session, long id, String value) {
    Record record = session.newRecord();
    record.set("id", id);
    record.set("v", value);
    return record;
  }

  private List<List<Integer>> select(String sql) throws Exception {
    Instance instance = SQLTask.run(odps, sql);
    instance.waitForSuccess();
    List<List<Integer>> rows = new ArrayList<>();
    for (Record record : SQLTask.getResult(instance)) {
      List<Integer> row = new ArrayList<>();
      for (int at = 0; at < record.getColumnCount(); at++) row.add(Integer.valueOf(record.getString(at)));
      rows.add(row);
    }
    return rows;
  }

  private Map<String, Object> count() throws Exception {
    String where = " WHERE pt = 'replaced' AND id >= 1 AND id <= 9;";
    return MaxCompute.line("values", select("SELECT COUNT(*), MIN(id), MAX(id) FROM " + table + where));
  }

  private Map<String, Object> newColumn() throws Exception {
    SQLTask.run(odps, "ALTER TABLE " + table + " ADD COLUMNS (extra string);").waitForSuccess();
    odps.tables().get(table).createPartition(new PartitionSpec("pt=wider"));
    TableTunnel.UploadSession session = session("pt=wider", false);
    try (RecordWriter writer = session.openRecordWriter(0)) {
      Record record = session.newRecord();
      record.set("id", 1L);
      record.set("extra", "more");
      writer.write(record);
    }
    session.commit(new Long[] {0L});
    TableTunnel.DownloadSession read = download("pt=wider");
    try (RecordReader reader = read.openRecordReader(0, 1)) {
      Record record = reader.read();
      return MaxCompute.line("name", record.getString("name"), "extra", record.getString("extra"));
    }
  }

  private Map<String, Object> dropPartition() throws Exception {
    odps.tables().get(table).deletePartition(new PartitionSpec("pt=wider"), true);
    return MaxCompute.line("listed", listed());
  }

  private Map<String, Object> drop() throws Exception {
    odps.tables().delete(table);
    return exists(odps);
  }
}
