import com.aliyun.oss.OSS;
import com.aliyun.oss.model.AbortMultipartUploadRequest;
import com.aliyun.oss.model.AppendObjectRequest;
import com.aliyun.oss.model.BucketVersioningConfiguration;
import com.aliyun.oss.model.CompleteMultipartUploadRequest;
import com.aliyun.oss.model.DeleteObjectsRequest;
import com.aliyun.oss.model.GetObjectRequest;
import com.aliyun.oss.model.InitiateMultipartUploadRequest;
import com.aliyun.oss.model.ListMultipartUploadsRequest;
import com.aliyun.oss.model.ListObjectsRequest;
import com.aliyun.oss.model.ListObjectsV2Request;
import com.aliyun.oss.model.ListObjectsV2Result;
import com.aliyun.oss.model.ListPartsRequest;
import com.aliyun.oss.model.MultipartUpload;
import com.aliyun.oss.model.OSSObject;
import com.aliyun.oss.model.OSSObjectSummary;
import com.aliyun.oss.model.OSSVersionSummary;
import com.aliyun.oss.model.ObjectListing;
import com.aliyun.oss.model.ObjectMetadata;
import com.aliyun.oss.model.PartETag;
import com.aliyun.oss.model.PartSummary;
import com.aliyun.oss.model.SetBucketVersioningRequest;
import com.aliyun.oss.model.SimplifiedObjectMeta;
import com.aliyun.oss.model.UploadPartRequest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The steps that every OSS client goes through. */
final class OssScenario {
  private static final int PART_BYTES = 100 * 1024;

  private interface Step {
    Map<String, Object> run() throws Exception;
  }

  private record Page(List<String> keys, List<String> prefixes) {}

  private interface Lister {
    List<Page> list(String delimiter, int maxKeys);
  }

  private final Oss.Target target;
  private final OSS client;
  private final String bucket;
  private final String prefix;
  private final String key;

  OssScenario(Oss.Target target, String prefix) {
    this.target = target;
    this.client = target.connect();
    this.bucket = target.bucket();
    this.prefix = prefix;
    this.key = prefix + "数据 é+1/a b'()*!~&=%41.txt";
  }

  void run() {
    Map<String, Step> steps = new LinkedHashMap<>();
    steps.put("put", () -> Oss.line("etag", write("hello 世界\n")));
    steps.put("overwrite", () -> Oss.line("etag", write("0123456789")));
    steps.put("forbid-overwrite", this::forbidOverwrite);
    steps.put("get", this::get);
    steps.put("range", this::range);
    steps.put("head", () -> head(key));
    steps.put("head-missing", () -> head(prefix + "missing"));
    steps.put("meta", this::meta);
    steps.put("copy", this::copy);
    steps.put("chunked", this::chunked);
    steps.put("list-v1", this::listV1Pages);
    steps.put("list-v1-folders", () -> folders(this::listV1));
    steps.put("list-v2", () -> pages(this::listV2));
    steps.put("list-v2-folders", () -> folders(this::listV2));
    steps.put("delete", this::delete);
    steps.put("delete-many", this::deleteMany);
    steps.put("append", this::append);
    steps.put("append-conflict", () -> Oss.line("next", append(1, "x")));
    steps.put("multipart", this::multipart);
    steps.put("multipart-abort", this::multipartAbort);
    steps.put("presigned", this::presigned);
    steps.put("wrong-secret", () -> as(target.withSecret("not the secret")));
    steps.put("unknown-key", () -> as(target.withKeyId("nobody")));
    steps.put("missing-bucket", () -> as(target.withBucket("no-such-bucket")));
    steps.put("sts", () -> roundTrip(target.temporary(Oss.env("OSS_STS_TOKEN")), "sts", "by a token"));
    steps.put("sts-wrong-token", () -> as(target.temporary("not the token")));
    steps.put("versioned", this::versioned);
    steps.put("clock-skew", () -> roundTrip(target.at(Oss.env("OSS_SKEWED_ENDPOINT")), "skewed", "in time"));
    steps.forEach(
        (name, step) -> {
          Map<String, Object> line = Oss.line("variant", target.variant(), "step", name);
          try {
            line.putAll(step.run());
          } catch (Exception error) {
            line.putAll(Oss.failure(error));
          }
          Oss.say(line);
        });
    client.shutdown();
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] bytes(OSSObject object) throws Exception {
    try (InputStream content = object.getObjectContent()) {
      return content.readAllBytes();
    }
  }

  private String text(String name) throws Exception {
    return new String(bytes(client.getObject(bucket, name)), StandardCharsets.UTF_8);
  }

  private List<String> relative(List<String> keys) {
    return keys.stream().map(name -> name.substring((prefix + "list/").length())).toList();
  }

  private String write(String body) {
    ObjectMetadata metadata = new ObjectMetadata();
    metadata.setContentType("text/plain; charset=utf-8");
    metadata.addUserMetadata("note", "a b");
    metadata.setContentLength(body.getBytes(StandardCharsets.UTF_8).length);
    return client.putObject(bucket, key, stream(body), metadata).getETag();
  }

  private Map<String, Object> forbidOverwrite() {
    ObjectMetadata metadata = new ObjectMetadata();
    metadata.setHeader("x-oss-forbid-overwrite", "true");
    return Oss.line("etag", client.putObject(bucket, key, stream("never"), metadata).getETag());
  }

  private Map<String, Object> get() throws Exception {
    OSSObject object = client.getObject(bucket, key);
    ObjectMetadata metadata = object.getObjectMetadata();
    String body = new String(bytes(object), StandardCharsets.UTF_8);
    return Oss.line("body", body, "contentType", metadata.getContentType(), "note", metadata.getUserMetadata().get("note"));
  }

  private Map<String, Object> range() throws Exception {
    GetObjectRequest request = new GetObjectRequest(bucket, key);
    request.setRange(2, 4);
    return Oss.line("body", new String(bytes(client.getObject(request)), StandardCharsets.UTF_8));
  }

  private Map<String, Object> head(String name) {
    ObjectMetadata head = client.headObject(bucket, name);
    return Oss.line(
        "length", head.getContentLength(),
        "contentType", head.getContentType(),
        "note", head.getUserMetadata().get("note"),
        "type", head.getObjectType());
  }

  private Map<String, Object> meta() {
    SimplifiedObjectMeta meta = client.getSimplifiedObjectMeta(bucket, key);
    return Oss.line("length", meta.getSize(), "etag", meta.getETag());
  }

  private Map<String, Object> copy() throws Exception {
    client.copyObject(bucket, key, bucket, prefix + "copy");
    return Oss.line("body", text(prefix + "copy"));
  }

  /** A stream without a length goes out chunked. */
  private Map<String, Object> chunked() throws Exception {
    client.putObject(bucket, prefix + "chunked", new SequenceInputStream(stream("ab"), stream("cd")));
    return Oss.line("body", text(prefix + "chunked"));
  }

  private Map<String, Object> listV1Pages() {
    for (String name : List.of("a/1", "a/2", "b", "c/1", "数据 +&<")) {
      client.putObject(bucket, prefix + "list/" + name, stream(name));
    }
    return pages(this::listV1);
  }

  private static Page page(List<OSSObjectSummary> objects, List<String> prefixes) {
    return new Page(objects.stream().map(OSSObjectSummary::getKey).toList(), prefixes);
  }

  private List<Page> listV1(String delimiter, int maxKeys) {
    List<Page> pages = new ArrayList<>();
    String marker = null;
    do {
      ObjectListing found =
          client.listObjects(new ListObjectsRequest(bucket, prefix + "list/", marker, delimiter, maxKeys));
      pages.add(page(found.getObjectSummaries(), found.getCommonPrefixes()));
      marker = found.isTruncated() ? found.getNextMarker() : null;
    } while (marker != null);
    return pages;
  }

  private List<Page> listV2(String delimiter, int maxKeys) {
    List<Page> pages = new ArrayList<>();
    ListObjectsV2Request request = new ListObjectsV2Request(bucket).withPrefix(prefix + "list/").withMaxKeys(maxKeys);
    if (delimiter != null) request.setDelimiter(delimiter);
    do {
      ListObjectsV2Result found = client.listObjectsV2(request);
      pages.add(page(found.getObjectSummaries(), found.getCommonPrefixes()));
      request.setContinuationToken(found.isTruncated() ? found.getNextContinuationToken() : null);
    } while (request.getContinuationToken() != null);
    return pages;
  }

  private Map<String, Object> pages(Lister lister) {
    return Oss.line("pages", lister.list(null, 2).stream().map(page -> relative(page.keys())).toList());
  }

  private Map<String, Object> folders(Lister lister) {
    List<Page> pages = lister.list("/", 1000);
    List<String> keys = pages.stream().flatMap(page -> page.keys().stream()).toList();
    List<String> prefixes = pages.stream().flatMap(page -> page.prefixes().stream()).toList();
    return Oss.line("keys", relative(keys), "prefixes", relative(prefixes));
  }

  private Map<String, Object> delete() throws Exception {
    client.deleteObject(bucket, prefix + "list/b");
    return Oss.line("body", text(prefix + "list/b"));
  }

  private Map<String, Object> deleteMany() {
    List<String> names = List.of("a/1", "a/2", "数据 +&<", "never there");
    List<String> keys = names.stream().map(name -> prefix + "list/" + name).toList();
    List<String> deleted = client.deleteObjects(new DeleteObjectsRequest(bucket).withKeys(keys)).getDeletedObjects();
    List<String> left = listV2(null, 1000).stream().flatMap(page -> page.keys().stream()).toList();
    return Oss.line("deleted", relative(deleted).stream().sorted().toList(), "left", relative(left));
  }

  private long append(long position, String body) {
    AppendObjectRequest request = new AppendObjectRequest(bucket, prefix + "appended", stream(body));
    request.setPosition(position);
    return client.appendObject(request).getNextPosition();
  }

  private Map<String, Object> append() throws Exception {
    List<Long> next = List.of(append(0, "abc"), append(3, "def"));
    return Oss.line("next", next, "body", text(prefix + "appended"), "type", head(prefix + "appended").get("type"));
  }

  private String initiate(String name) {
    return client.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, name)).getUploadId();
  }

  private PartETag uploadPart(String name, String upload, int number, String body) {
    long length = body.getBytes(StandardCharsets.UTF_8).length;
    return client.uploadPart(new UploadPartRequest(bucket, name, upload, number, stream(body), length)).getPartETag();
  }

  private List<String> uploads() {
    ListMultipartUploadsRequest request = new ListMultipartUploadsRequest(bucket);
    request.setPrefix(prefix);
    List<MultipartUpload> found = client.listMultipartUploads(request).getMultipartUploads();
    return found.stream().map(upload -> upload.getKey().substring(prefix.length())).toList();
  }

  private Map<String, Object> multipart() throws Exception {
    String name = prefix + "parts";
    String upload = initiate(name);
    List<PartETag> parts = new ArrayList<>();
    for (String body : List.of("a".repeat(PART_BYTES), "b".repeat(PART_BYTES), "end")) {
      parts.add(uploadPart(name, upload, parts.size() + 1, body));
    }
    List<PartSummary> seen = client.listParts(new ListPartsRequest(bucket, name, upload)).getParts();
    List<String> uploads = uploads();
    client.completeMultipartUpload(new CompleteMultipartUploadRequest(bucket, name, upload, parts));
    byte[] body = bytes(client.getObject(bucket, name));
    String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body));
    List<Integer> numbers = seen.stream().map(PartSummary::getPartNumber).toList();
    return Oss.line("parts", numbers, "uploads", uploads, "length", body.length, "md5", md5);
  }

  private Map<String, Object> multipartAbort() {
    String name = prefix + "aborted";
    String upload = initiate(name);
    uploadPart(name, upload, 1, "x");
    client.abortMultipartUpload(new AbortMultipartUploadRequest(bucket, name, upload));
    return Oss.line("uploads", uploads());
  }

  private Map<String, Object> presigned() throws Exception {
    URL url = client.generatePresignedUrl(bucket, key, new Date(System.currentTimeMillis() + 600_000));
    Proxy proxy = Proxy.NO_PROXY;
    if (target.isVirtualHost()) {
      URI standIn = URI.create(Oss.env("OSS_ENDPOINT"));
      proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress(standIn.getHost(), standIn.getPort()));
    }
    HttpURLConnection connection = (HttpURLConnection) url.openConnection(proxy);
    try (InputStream body = connection.getInputStream()) {
      String text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      return Oss.line("status", connection.getResponseCode(), "body", text);
    }
  }

  /** Reads the first object as somebody else, or from somewhere else. */
  private Map<String, Object> as(Oss.Target other) throws Exception {
    OSS connected = other.connect();
    try {
      return Oss.line("body", new String(bytes(connected.getObject(other.bucket(), key)), StandardCharsets.UTF_8));
    } finally {
      connected.shutdown();
    }
  }

  /** Writes and reads an object as somebody else, or somewhere else. */
  private Map<String, Object> roundTrip(Oss.Target other, String name, String body) throws Exception {
    OSS connected = other.connect();
    try {
      connected.putObject(bucket, prefix + name, stream(body));
      byte[] read = bytes(connected.getObject(bucket, prefix + name));
      return Oss.line("body", new String(read, StandardCharsets.UTF_8));
    } finally {
      connected.shutdown();
    }
  }

  private Map<String, Object> versioned() {
    String versioned = Oss.env("OSS_VERSIONED_BUCKET");
    String name = prefix + "versioned";
    ObjectMetadata forbid = new ObjectMetadata();
    forbid.setHeader("x-oss-forbid-overwrite", "true");
    BucketVersioningConfiguration enabled = new BucketVersioningConfiguration(BucketVersioningConfiguration.ENABLED);
    client.setBucketVersioning(new SetBucketVersioningRequest(versioned, enabled));
    client.putObject(versioned, name, stream("first"));
    client.putObject(versioned, name, stream("second"), forbid);
    client.deleteObject(versioned, name);
    List<OSSVersionSummary> found = client.listVersions(versioned, prefix).getVersionSummaries();
    long markers = found.stream().filter(OSSVersionSummary::isDeleteMarker).count();
    return Oss.line("versions", found.size() - markers, "markers", markers);
  }
}
