"""`produce.py FILE`: writes what the plan in FILE asks for with librdkafka, and prints where each record went, as JSON.

The plan is {"bootstrap": ..., "sends": [{"topic", "codec", "transaction"?, "records": [...]}]}; the same file is the plan of Produce.java.
Keys, values and header values are base64 or null."""

import base64
import json
import sys

from confluent_kafka import Producer, libversion

FLUSH_SECONDS = 60


def bytes_of(text):
    return None if text is None else base64.b64decode(text)


def produce(producer, topic, records, places):
    def delivered(index):
        def report(error, message):
            if error is not None:
                sys.exit(f"record {index} of {topic}: {error}")
            places[index] = [message.partition(), message.offset()]

        return report

    for index, record in enumerate(records):
        producer.produce(
            topic,
            key=bytes_of(record["key"]),
            value=bytes_of(record["value"]),
            headers=[(name, bytes_of(value)) for name, value in record["headers"]],
            timestamp=record["timestamp"],
            partition=record["partition"],
            on_delivery=delivered(index),
        )
        producer.poll(0)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    answer = {"version": libversion()[0], "sends": []}
    for number, send in enumerate(plan["sends"]):
        settings = {
            "bootstrap.servers": plan["bootstrap"],
            "compression.type": send["codec"],
            "linger.ms": 50,
            "message.max.bytes": 4_000_000,
            "enable.idempotence": True,
        }
        transaction = send.get("transaction")
        if transaction is not None:
            settings["transactional.id"] = f"{send['topic']}-{number}"
        producer = Producer(settings)
        places = [None] * len(send["records"])
        if transaction is None:
            produce(producer, send["topic"], send["records"], places)
            producer.flush(FLUSH_SECONDS)
        else:
            producer.init_transactions(FLUSH_SECONDS)
            producer.begin_transaction()
            produce(producer, send["topic"], send["records"], places)
            # So that aborted records are in the log, too, and not only in the producer.
            producer.flush(FLUSH_SECONDS)
            if transaction == "commit":
                producer.commit_transaction(FLUSH_SECONDS)
            else:
                producer.abort_transaction(FLUSH_SECONDS)
        answer["sends"].append(places)
    print(json.dumps(answer))


main()
