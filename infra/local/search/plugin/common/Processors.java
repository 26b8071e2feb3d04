package spillway.local;

import static org.elasticsearch.ingest.ConfigurationUtils.readObject;
import static org.elasticsearch.ingest.ConfigurationUtils.readOptionalStringProperty;
import static org.elasticsearch.ingest.ConfigurationUtils.readStringProperty;

import java.util.Map;
import org.elasticsearch.ingest.AbstractProcessor;
import org.elasticsearch.ingest.IngestDocument;
import org.elasticsearch.ingest.Processor;

/** The processors {@code drop}, {@code fail} and {@code set} of the server's module ingest-common, without scripts: {@code when_field} and
 *  {@code when_value} stand in for {@code if}. */
final class Processors {
  private Processors() {}

  /** Makes a processor of what a pipeline says about it. */
  interface Maker {
    Processor make(String tag, String description, Map<String, Object> config);
  }

  /** Does its part; null drops the document. */
  private interface Action {
    IngestDocument apply(IngestDocument document);
  }

  static Map<String, Maker> makers() {
    return Map.of(
        "drop", (tag, description, config) -> processor("drop", tag, description, config, document -> null),
        "fail",
            (tag, description, config) -> {
              String message = readStringProperty("fail", tag, config, "message");
              return processor(
                  "fail",
                  tag,
                  description,
                  config,
                  document -> {
                    throw new FailProcessorException(message);
                  });
            },
        "set",
            (tag, description, config) -> {
              String field = readStringProperty("set", tag, config, "field");
              Object value = readObject("set", tag, config, "value");
              return processor(
                  "set",
                  tag,
                  description,
                  config,
                  document -> {
                    document.setFieldValue(field, value);
                    return document;
                  });
            });
  }

  private static Processor processor(
      String type, String tag, String description, Map<String, Object> config, Action action) {
    String whenField = readOptionalStringProperty(type, tag, config, "when_field");
    String whenValue = readOptionalStringProperty(type, tag, config, "when_value");
    return new AbstractProcessor(tag, description) {
      @Override
      public String getType() {
        return type;
      }

      @Override
      public IngestDocument execute(IngestDocument document) {
        boolean concerned =
            whenField == null
                || (document.hasField(whenField)
                    && String.valueOf(document.getFieldValue(whenField, Object.class)).equals(whenValue));
        return concerned ? action.apply(document) : document;
      }
    };
  }
}
