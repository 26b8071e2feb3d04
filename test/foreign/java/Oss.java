// `Oss scenario <variant>...` or `Oss read-back <variant>`, see ../README.md. Compiled by javac against the class path of pom.xml.

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.auth.CredentialsProvider;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.common.utils.VersionInfoUtils;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

public final class Oss {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  /** Where a client shall go, and as whom. */
  record Target(String standIn, String variant, String keyId, String secret, String token, String bucket) {
    boolean isVirtualHost() {
      return variant.endsWith("vhost");
    }

    OSS connect() {
      ClientBuilderConfiguration config = new ClientBuilderConfiguration();
      config.setSignatureVersion(variant.startsWith("v4") ? SignVersion.V4 : SignVersion.V1);
      String endpoint = standIn;
      if (isVirtualHost()) {
        URI proxy = URI.create(standIn);
        config.setProxyHost(proxy.getHost());
        config.setProxyPort(proxy.getPort());
        endpoint = "http://oss-" + env("OSS_REGION") + ".aliyuncs.com";
      } else {
        config.setSLDEnabled(true);
      }
      CredentialsProvider credentials = new DefaultCredentialProvider(keyId, secret, token);
      return OSSClientBuilder.create()
          .endpoint(endpoint)
          .region(env("OSS_REGION"))
          .credentialsProvider(credentials)
          .clientConfiguration(config)
          .build();
    }

    Target withKeyId(String other) {
      return new Target(standIn, variant, other, secret, token, bucket);
    }

    Target withSecret(String other) {
      return new Target(standIn, variant, keyId, other, token, bucket);
    }

    Target withBucket(String other) {
      return new Target(standIn, variant, keyId, secret, token, other);
    }

    Target at(String other) {
      return new Target(other, variant, keyId, secret, token, bucket);
    }

    Target temporary(String withToken) {
      return new Target(standIn, variant, env("OSS_STS_KEY_ID"), env("OSS_STS_KEY_SECRET"), withToken, bucket);
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

  /** What a failed step prints: a refusal by the service, or whatever else went wrong. */
  static Map<String, Object> failure(Exception error) {
    if (!(error instanceof OSSException refused)) return line("error", error.toString());
    // This client does not tell the status of an answer.
    return line("code", refused.getErrorCode());
  }

  public static void main(String[] args) throws Exception {
    System.setOut(new java.io.PrintStream(System.out, true, "UTF-8"));
    say(line("client", "aliyun-sdk-oss (Java)", "version", VersionInfoUtils.getVersion()));
    for (String variant : Arrays.asList(args).subList(1, args.length)) {
      Target target =
          new Target(env("OSS_ENDPOINT"), variant, env("OSS_KEY_ID"), env("OSS_KEY_SECRET"), null, env("OSS_BUCKET"));
      String prefix = env("OSS_PREFIX");
      if (args[0].equals("read-back")) new OssReadBack(target, prefix).run();
      else new OssScenario(target, prefix + variant + "/").run();
    }
  }
}
