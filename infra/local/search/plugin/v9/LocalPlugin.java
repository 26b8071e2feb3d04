package spillway.local;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.ingest.Processor;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.IngestPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.RestHandler;

/** What the archive of Elasticsearch 9 lacks. */
public final class LocalPlugin extends Plugin implements ActionPlugin, AnalysisPlugin, IngestPlugin {
  @Override
  public Collection<RestHandler> getRestHandlers(
      ActionPlugin.RestHandlersServices services, Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
    Settings settings = services.settings();
    return List.of(new RootHandler(settings.get("node.name"), settings.get("cluster.name")));
  }

  @Override
  public Map<String, Processor.Factory> getProcessors(Processor.Parameters parameters) {
    Map<String, Processor.Factory> factories = new HashMap<>();
    Processors.makers()
        .forEach(
            (type, maker) ->
                factories.put(
                    type, (others, tag, description, config, project) -> maker.make(tag, description, config)));
    return factories;
  }

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    return Analysis.tokenFilters();
  }

  @Override
  public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
    return Analysis.tokenizers();
  }
}
