package spillway.local;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** What the mapping of the {@code .security} index asks for: without it API keys cannot be stored. */
final class Analysis {
  private Analysis() {}

  private record Filter(String name, UnaryOperator<TokenStream> filter) implements TokenFilterFactory {
    @Override
    public TokenStream create(TokenStream tokens) {
      return filter.apply(tokens);
    }
  }

  static Map<String, AnalysisProvider<TokenFilterFactory>> tokenFilters() {
    return Map.of(
        "pattern_capture",
            (index, environment, name, settings) -> {
              boolean keep = settings.getAsBoolean("preserve_original", true);
              Pattern[] patterns =
                  Stream.of(settings.getAsList("patterns").toArray(new String[0]))
                      .map(Pattern::compile)
                      .toArray(Pattern[]::new);
              return new Filter(name, tokens -> new PatternCaptureGroupTokenFilter(tokens, keep, patterns));
            },
        "unique", (index, environment, name, settings) -> new Filter(name, RemoveDuplicatesTokenFilter::new));
  }

  static Map<String, AnalysisProvider<TokenizerFactory>> tokenizers() {
    return Map.of(
        "uax_url_email",
        (index, environment, name, settings) -> TokenizerFactory.newFactory(name, UAX29URLEmailTokenizer::new));
  }
}
