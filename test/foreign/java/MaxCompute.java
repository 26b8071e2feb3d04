// `MaxCompute scenario <variant>...`, where a variant is `v2` or `v4`, see ../README.md. Compiled by javac against the class path of pom.xml.

import com.aliyun.odps.Odps;
import com.aliyun.odps.OdpsException;
import com.aliyun.odps.account.Account;
import com.aliyun.odps.account.AliyunAccount;
import com.aliyun.odps.account.StsAccount;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public final class MaxCompute {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().serializeNulls().create();
  private static final String POM = "/META-INF/maven/com.aliyun.odps/odps-sdk-core/pom.properties";

  /** Who asks, and by which version of signatures. */
  record Caller(String variant, String endpoint, String id, String key, String token) {
    static Caller of(String variant) {
      return new Caller(variant, env("MAXCOMPUTE_ENDPOINT"), env("MAXCOMPUTE_ACCESS_ID"), env("MAXCOMPUTE_ACCESS_KEY"), null);
    }

    private Account account() {
      String region = variant.equals("v4") ? env("MAXCOMPUTE_REGION") : null;
      return token == null ? new AliyunAccount(id, key, region) : new StsAccount(id, key, token, region);
    }

    Odps connect() {
      Odps odps = new Odps(account());
      odps.setEndpoint(endpoint);
      odps.setTunnelEndpoint(endpoint.replace("/api", ""));
      odps.setDefaultProject(env("MAXCOMPUTE_PROJECT"));
      odps.getRestClient().setRetryTimes(0);
      Map<String, String> settings = Map.of("odps.sql.type.system.odps2", "true", "odps.sql.type.json.enable", "true");
      odps.setGlobalSettings(new LinkedHashMap<>(settings));
      return odps;
    }

    Caller withId(String other) {
      return new Caller(variant, endpoint, other, key, token);
    }

    Caller withKey(String other) {
      return new Caller(variant, endpoint, id, other, token);
    }

    Caller at(String other) {
      return new Caller(variant, other, id, key, token);
    }

    Caller temporary(String withToken) {
      return new Caller(variant, endpoint, env("MAXCOMPUTE_STS_ID"), env("MAXCOMPUTE_STS_KEY"), withToken);
    }
  }

  static String env(String name) {
    String value = System.getenv(name);
    if (value == null) throw new IllegalStateException(name + " is not set");
    return value;
  }

  static void say(Map<String, ?> line) {
    System.out.println(GSON.toJson(line));
  }

  static Map<String, Object> line(Object... namesAndValues) {
    Map<String, Object> line = new LinkedHashMap<>();
    for (int at = 0; at < namesAndValues.length; at += 2) line.put((String) namesAndValues[at], namesAndValues[at + 1]);
    return line;
  }

  /** What a failed step prints: the code of a refusal, or whatever else went wrong. */
  static Map<String, Object> failure(Throwable error) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      String code = at instanceof OdpsException refused ? refused.getErrorCode() : null;
      if (code != null && !code.equals("Local Error")) return line("code", code);
    }
    // Statements that fail carry their code in the text only.
    Matcher code = Pattern.compile("ODPS-\\d+").matcher(String.valueOf(error.getMessage()));
    return code.find() ? line("code", code.group()) : line("error", error.toString());
  }

  private static String version() throws IOException {
    try (InputStream pom = Odps.class.getResourceAsStream(POM)) {
      Properties properties = new Properties();
      properties.load(pom);
      return properties.getProperty("version");
    }
  }

  public static void main(String[] args) throws Exception {
    System.setOut(new java.io.PrintStream(System.out, true, "UTF-8"));
    say(line("client", "odps-sdk-core (Java)", "version", version()));
    for (String variant : Arrays.asList(args).subList(1, args.length)) new MaxComputeScenario(Caller.of(variant)).run();
    // It leaves threads behind.
    System.exit(0);
  }
}
