import com.aliyun.oss.OSS;
import com.aliyun.oss.model.OSSObject;
import com.aliyun.oss.model.OSSObjectSummary;
import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** One line an object: what the client sees of it. */
final class OssReadBack {
  private final Oss.Target target;
  private final String prefix;

  OssReadBack(Oss.Target target, String prefix) {
    this.target = target;
    this.prefix = prefix;
  }

  void run() throws Exception {
    OSS client = target.connect();
    for (OSSObjectSummary summary : client.listObjectsV2(target.bucket(), prefix).getObjectSummaries()) {
      OSSObject object = client.getObject(target.bucket(), summary.getKey());
      byte[] stored;
      try (InputStream content = object.getObjectContent()) {
        stored = content.readAllBytes();
      }
      Map<String, String> ours = new TreeMap<>();
      object.getObjectMetadata().getUserMetadata().forEach((name, value) -> {
        if (name.startsWith("spillway-")) ours.put(name, value);
      });
      Oss.say(
          Oss.line(
              "key", summary.getKey().substring(prefix.length()),
              "contentType", object.getObjectMetadata().getContentType(),
              "metadata", ours,
              "storedMd5", HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(stored)),
              "content", Base64.getEncoder().encodeToString(decompressed(summary.getKey(), stored))));
    }
    client.shutdown();
  }

  private static byte[] decompressed(String key, byte[] stored) throws Exception {
    InputStream raw = new ByteArrayInputStream(stored);
    try (InputStream content = key.endsWith(".gz") ? new GZIPInputStream(raw) : key.endsWith(".zst") ? new ZstdInputStream(raw) : raw) {
      return content.readAllBytes();
    }
  }
}
