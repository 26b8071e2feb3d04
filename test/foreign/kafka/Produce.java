import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.AppInfoParser;

/** `java -cp JARS Produce.java FILE`: writes what the plan in FILE asks for with Kafka's own client, and prints where each record went, as
 *  JSON. The plan is that of produce.py. */
public class Produce {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        JsonNode plan = JSON.readTree(new File(args[0]));
        List<Object> sends = new ArrayList<>();
        int number = 0;
        for (JsonNode send : plan.get("sends")) {
            sends.add(carryOut(plan.get("bootstrap").asText(), send, number++));
        }
        System.out.println(JSON.writeValueAsString(Map.of("version", AppInfoParser.getVersion(), "sends", sends)));
    }

    private static List<Object> carryOut(String bootstrap, JsonNode send, int number) throws Exception {
        String transaction = send.path("transaction").asText("");
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("compression.type", send.get("codec").asText());
        settings.put("linger.ms", 50);
        settings.put("max.request.size", 4_000_000);
        if (!transaction.isEmpty()) settings.put("transactional.id", send.get("topic").asText() + "-" + number);
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            if (!transaction.isEmpty()) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            for (JsonNode record : send.get("records")) sent.add(producer.send(recordOf(send.get("topic").asText(), record)));
            // So that aborted records are in the log, too, and not only in the producer.
            producer.flush();
            if (transaction.equals("commit")) producer.commitTransaction();
            if (transaction.equals("abort")) producer.abortTransaction();
        }
        List<Object> places = new ArrayList<>();
        for (Future<RecordMetadata> future : sent) places.add(List.of(future.get().partition(), future.get().offset()));
        return places;
    }

    private static ProducerRecord<byte[], byte[]> recordOf(String topic, JsonNode record) {
        RecordHeaders headers = new RecordHeaders();
        for (JsonNode header : record.get("headers")) headers.add(header.get(0).asText(), bytesOf(header.get(1)));
        return new ProducerRecord<>(
                topic,
                record.get("partition").asInt(),
                record.get("timestamp").asLong(),
                bytesOf(record.get("key")),
                bytesOf(record.get("value")),
                headers);
    }

    private static byte[] bytesOf(JsonNode text) {
        return text.isNull() ? null : Base64.getDecoder().decode(text.asText());
    }
}
