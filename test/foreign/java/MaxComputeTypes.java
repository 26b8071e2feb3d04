import com.aliyun.odps.Column;
import com.aliyun.odps.Odps;
import com.aliyun.odps.TableSchema;
import com.aliyun.odps.data.Binary;
import com.aliyun.odps.data.Char;
import com.aliyun.odps.data.Record;
import com.aliyun.odps.data.RecordReader;
import com.aliyun.odps.data.RecordWriter;
import com.aliyun.odps.data.SimpleJsonValue;
import com.aliyun.odps.data.SimpleStruct;
import com.aliyun.odps.data.Varchar;
import com.aliyun.odps.tunnel.TableTunnel;
import com.aliyun.odps.type.StructTypeInfo;
import com.aliyun.odps.type.TypeInfo;
import com.aliyun.odps.type.TypeInfoFactory;
import com.aliyun.odps.type.TypeInfoParser;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Every type a column may have, written, and read back: the same objects must come. `MaxComputeScenario` runs it; what must lie in the
 *  stand-in, `test/helpers/foreign/maxcompute-values.ts` says. */
final class MaxComputeTypes {
  private static final StructTypeInfo STRUCT = (StructTypeInfo) TypeInfoParser.getTypeInfoFromTypeString("struct<x:int,y:string>");

  private final Odps odps;
  private final TableTunnel tunnel;
  private final String table;
  private final Map<String, String> types = new LinkedHashMap<>();
  private final List<Object> most = new ArrayList<>();
  private final List<Object> least = new ArrayList<>();

  MaxComputeTypes(Odps odps, TableTunnel tunnel, String table) {
    this.odps = odps;
    this.tunnel = tunnel;
    this.table = table;
    column("ti", "tinyint", (byte) 127, (byte) -128);
    column("si", "smallint", (short) 32767, (short) -32768);
    column("i", "int", Integer.MAX_VALUE, Integer.MIN_VALUE);
    column("b", "bigint", Long.MAX_VALUE, -Long.MAX_VALUE);
    column("bo", "boolean", true, false);
    column("f", "float", Float.MAX_VALUE, -Float.MIN_VALUE);
    column("d", "double", Double.MAX_VALUE, Double.NEGATIVE_INFINITY);
    column("s", "string", "é世界\u0000\n\"😀", "");
    column("bi", "binary", new Binary(new byte[] {0, -1}), new Binary(new byte[0]));
    column("j", "json", new SimpleJsonValue("{\"a\":[1,null]}"), new SimpleJsonValue("[]"));
    column("da", "date", LocalDate.of(9999, 12, 31), LocalDate.of(1, 1, 1));
    column("dt", "datetime", utc("9999-12-31T23:59:59.999"), utc("0001-01-01T00:00:00.001"));
    column("ts", "timestamp", Instant.parse("9999-12-31T23:59:59.999999999Z"), Instant.parse("1969-12-31T23:59:59.5Z"));
    LocalDateTime late = LocalDateTime.parse("9999-12-31T23:59:59.999999999");
    column("tn", "timestamp_ntz", late, LocalDateTime.parse("0001-01-01T00:00:00.000000001"));
    column("de", "decimal(38,18)", number("99999999999999999999.999999999999999999"), number("-0.000000000000000001"));
    column("vc", "varchar(4)", new Varchar("世界é", 4), new Varchar("", 4));
    column("ch", "char(3)", new Char("abc", 3), new Char("", 3));
    column("ab", "array<bigint>", Arrays.asList(1L, null, -Long.MAX_VALUE), List.of());
    Map<String, Long> map = new LinkedHashMap<>();
    map.put("k", Long.MAX_VALUE);
    map.put("n", null);
    column("m", "map<string,bigint>", map, Map.of());
    column("st", "struct<x:int,y:string>", struct(Integer.MIN_VALUE, null), struct(0, ""));
  }

  private static ZonedDateTime utc(String text) {
    return LocalDateTime.parse(text).atZone(ZoneOffset.UTC);
  }

  private static BigDecimal number(String text) {
    return new BigDecimal(text);
  }

  private static SimpleStruct struct(Object... members) {
    return new SimpleStruct(STRUCT, Arrays.asList(members));
  }

  private void column(String name, String type, Object high, Object low) {
    types.put(name, type);
    most.add(high);
    least.add(low);
  }

  private TableSchema schema() {
    TableSchema schema = new TableSchema();
    types.forEach((name, type) -> {
      TypeInfo info = type.equals("timestamp_ntz") ? TypeInfoFactory.TIMESTAMP_NTZ : TypeInfoParser.getTypeInfoFromTypeString(type);
      schema.addColumn(new Column(name, info));
    });
    return schema;
  }

  /** Times are instants: the client answers them in a zone of its own. */
  private static Object comparable(Object value) {
    if (value instanceof ZonedDateTime time) return time.toInstant();
    if (value instanceof SimpleStruct struct) return struct.getFieldValues();
    // So it reads a string.
    if (value instanceof byte[] bytes) return new String(bytes, StandardCharsets.UTF_8);
    return value instanceof Map || value instanceof List || value instanceof Number ? value : String.valueOf(value);
  }

  Map<String, Object> run() throws Exception {
    String project = MaxCompute.env("MAXCOMPUTE_PROJECT");
    odps.tables().create(project, table, schema(), true);
    TableTunnel.UploadSession session = tunnel.createUploadSession(project, table);
    List<List<Object>> rows = List.of(most, least, Arrays.asList(new Object[most.size()]));
    try (RecordWriter writer = session.openRecordWriter(0)) {
      for (List<Object> row : rows) {
        Record record = session.newRecord();
        for (int at = 0; at < row.size(); at++) record.set(at, row.get(at));
        writer.write(record);
      }
    }
    session.commit(new Long[] {0L});
    List<String> differences = new ArrayList<>();
    TableTunnel.DownloadSession read = tunnel.createDownloadSession(project, table);
    try (RecordReader reader = read.openRecordReader(0, read.getRecordCount())) {
      for (List<Object> row : rows) {
        Record record = reader.read();
        for (int at = 0; at < row.size(); at++) {
          Object expected = comparable(row.get(at));
          Object found = comparable(record.get(at));
          if (!Objects.equals(expected, found)) differences.add(at + ": " + found + " where " + expected + " was written");
        }
      }
    }
    return MaxCompute.line("rows", read.getRecordCount(), "differences", differences);
  }
}
