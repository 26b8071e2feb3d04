// `Connect scenario`: drives a worker of Kafka Connect by org.sourcelab's client, see ../README.md. Compiled by javac against the class path of
// pom.xml.

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.sourcelab.kafka.connect.apiclient.Configuration;
import org.sourcelab.kafka.connect.apiclient.KafkaConnectClient;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPluginConfigDefinition;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorStatus;
import org.sourcelab.kafka.connect.apiclient.request.dto.NewConnectorDefinition;
import org.sourcelab.kafka.connect.apiclient.request.post.PostConnectorRestart;
import org.sourcelab.kafka.connect.apiclient.rest.exceptions.InvalidRequestException;

public final class Connect {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LIMIT_MS = 60_000;
  private static final long LOOK_EVERY_MS = 50;

  private interface Step {
    Map<String, Object> run() throws Exception;
  }

  private final String name = System.getenv("CONNECT_NAME");
  private final Map<String, String> config;
  private final String plugin;
  private final KafkaConnectClient client =
      new KafkaConnectClient(new Configuration(System.getenv("CONNECT_URL")).useRequestTimeoutInSeconds(60));

  private Connect(Map<String, String> config) {
    this.config = config;
    plugin = config.get("connector.class");
  }

  public static void main(String[] args) throws Exception {
    Properties of = new Properties();
    try (InputStream in =
        Connect.class.getResourceAsStream("/META-INF/maven/org.sourcelab/kafka-connect-client/pom.properties")) {
      of.load(in);
    }
    print(Map.of("client", "kafka-connect-client (Java)", "version", of.getProperty("version")));
    new Connect(JSON.readValue(System.getenv("CONNECT_CONFIG"), new TypeReference<Map<String, String>>() {})).run();
  }

  private void run() {
    Map<String, Step> steps = new LinkedHashMap<>();
    steps.put("cluster", () -> Map.of("answered", !client.getConnectServerVersion().getKafkaClusterId().isEmpty()));
    steps.put(
        "plugins",
        () -> Map.of("known", client.getConnectorPlugins().stream().anyMatch(one -> one.getClassName().equals(plugin))));
    steps.put("validate", () -> errors(config));
    steps.put("validate-wrong", () -> errors(with("batch.size", "many")));
    steps.put(
        "create",
        () -> {
          var made = client.addConnector(new NewConnectorDefinition(name, config));
          return Map.of("type", made.getType(), "tasks", made.getConfig().get("tasks.max"));
        });
    steps.put("create-again", () -> done(client.addConnector(new NewConnectorDefinition(name, config))));
    steps.put(
        "create-wrong",
        () -> done(client.addConnector(new NewConnectorDefinition(name + "-wrong", with("batch.size", "many")))));
    steps.put("running", () -> settled("RUNNING", 2));
    steps.put("list", () -> Map.of("listed", client.getConnectors().contains(name)));
    steps.put(
        "list-with-status",
        () -> Map.of("state", stateOf(client.getConnectorsWithExpandedStatus().getStatusForConnector(name))));
    steps.put("get-config", () -> Map.of("tasks", client.getConnectorConfig(name).get("tasks.max")));
    steps.put(
        "tasks",
        () -> Map.of("ids", client.getConnectorTasks(name).stream().map(task -> task.getId().getTask()).toList()));
    steps.put("task-status", () -> Map.of("state", client.getConnectorTaskStatus(name, 1).getState()));
    steps.put(
        "update",
        () -> {
          var updated = client.updateConnectorConfig(name, with("tasks.max", "1"));
          return Map.of("tasks", updated.getConfig().get("tasks.max"));
        });
    steps.put("updated", () -> settled("RUNNING", 1));
    steps.put("pause", () -> settled(client.pauseConnector(name), "PAUSED", 1));
    steps.put("resume", () -> settled(client.resumeConnector(name), "RUNNING", 1));
    steps.put("stop", () -> settled(client.stopConnector(name), "STOPPED", 0));
    steps.put("resume-stopped", () -> settled(client.resumeConnector(name), "RUNNING", 1));
    steps.put("restart", () -> Map.of("done", client.restartConnector(name)));
    steps.put(
        "restart-with-tasks",
        () -> {
          var request = new PostConnectorRestart(name).withIncludeTasks(true).withOnlyFailed(false);
          return settled(client.restartConnector(request), "RUNNING", 1);
        });
    steps.put("restart-task", () -> settled(client.restartConnectorTask(name, 0), "RUNNING", 1));
    steps.put("topics", () -> Map.of("answered", client.getConnectorTopics(name).getName().equals(name)));
    steps.put("reset-topics", () -> Map.of("done", client.resetConnectorTopics(name)));
    steps.put(
        "delete",
        () -> {
          client.deleteConnector(name);
          return Map.of("listed", client.getConnectors().contains(name));
        });
    steps.put("get-missing", () -> done(client.getConnector(name)));
    steps.forEach(this::say);
  }

  private void say(String step, Step what) {
    Map<String, Object> line = new LinkedHashMap<>(Map.of("variant", "connect", "step", step));
    try {
      line.putAll(what.run());
    } catch (InvalidRequestException refused) {
      line.put("status", refused.getErrorCode());
    } catch (Exception failure) {
      line.put("error", failure.toString());
    }
    print(line);
  }

  private static void print(Map<String, Object> line) {
    try {
      System.out.println(JSON.writeValueAsString(line));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private Map<String, String> with(String key, String value) {
    Map<String, String> changed = new LinkedHashMap<>(config);
    changed.put("name", name);
    changed.put(key, value);
    return changed;
  }

  private Map<String, Object> errors(Map<String, String> given) {
    Map<String, String> named = new LinkedHashMap<>(given);
    named.put("name", name);
    var results = client.validateConnectorPluginConfig(new ConnectorPluginConfigDefinition(plugin, named));
    List<String> wrong =
        results.getConfigs().stream()
            .map(one -> one.getValue())
            .filter(value -> !value.getErrors().isEmpty())
            .map(value -> value.getName())
            .toList();
    return Map.of("errors", wrong);
  }

  private Map<String, Object> done(Object answer) {
    return Map.of("done", answer != null);
  }

  private Map<String, Object> settled(boolean accepted, String state, int tasks) throws InterruptedException {
    return accepted ? settled(state, tasks) : Map.of("accepted", false);
  }

  /** The states once they are as given, or as they are when time is up. */
  private Map<String, Object> settled(String state, int tasks) throws InterruptedException {
    Map<String, Object> wanted = Map.of("state", state, "tasks", Collections.nCopies(tasks, state));
    long giveUpAt = System.nanoTime() + LIMIT_MS * 1_000_000;
    while (true) {
      Map<String, Object> seen = states();
      if (seen.equals(wanted) || System.nanoTime() > giveUpAt) return seen;
      Thread.sleep(LOOK_EVERY_MS);
    }
  }

  private Map<String, Object> states() {
    try {
      ConnectorStatus status = client.getConnectorStatus(name);
      List<String> tasks = status.getTasks().stream().map(task -> task.getState()).toList();
      return Map.of("state", stateOf(status), "tasks", tasks);
    } catch (InvalidRequestException refused) {
      // There is no status until a worker took the connector up.
      return Map.of("status", refused.getErrorCode());
    }
  }

  private static String stateOf(ConnectorStatus status) {
    return status.getConnector().get("state");
  }
}
