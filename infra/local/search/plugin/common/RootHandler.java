package spillway.local;

import java.io.IOException;
import java.util.List;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/** {@code GET /} and {@code HEAD /}, with the fields that clients look at. */
final class RootHandler extends BaseRestHandler {
  private final String nodeName;
  private final String clusterName;

  RootHandler(String nodeName, String clusterName) {
    this.nodeName = nodeName;
    this.clusterName = clusterName;
  }

  @Override
  public String getName() {
    return "spillway_root";
  }

  @Override
  public List<Route> routes() {
    return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
  }

  @Override
  protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) throws IOException {
    return channel -> {
      Build build = Build.current();
      channel.sendResponse(
          new RestResponse(
              RestStatus.OK,
              channel
                  .newBuilder()
                  .startObject()
                  .field("name", nodeName)
                  .field("cluster_name", clusterName)
                  .field("cluster_uuid", "_na_")
                  .startObject("version")
                  .field("number", build.version())
                  .field("build_flavor", "default")
                  .field("build_type", "zip")
                  .field("build_hash", build.hash())
                  .field("build_date", build.date())
                  .field("build_snapshot", build.isSnapshot())
                  .field("lucene_version", IndexVersion.current().luceneVersion().toString())
                  .endObject()
                  .field("tagline", "You Know, for Search")
                  .endObject()));
    };
  }
}
