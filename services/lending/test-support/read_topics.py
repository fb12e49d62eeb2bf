"""Reads topics as a stock consumer does and prints each message as one line of JSON.

Arguments: BROKERS REGISTRY_URL COUNT TOPIC...
"""
import datetime
import decimal
import json
import sys
import time
import uuid

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def plain(value):
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return str(value)
    raise TypeError(f"no JSON form for {type(value)}")


brokers, registry_url, count, *topics = sys.argv[1:]
deserialize = AvroDeserializer(SchemaRegistryClient({"url": registry_url}))
consumer = Consumer(
    {
        "bootstrap.servers": brokers,
        "group.id": f"stock-{uuid.uuid4()}",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        "isolation.level": "read_committed",
    }
)
consumer.subscribe(topics)
deadline = time.monotonic() + 60
left = int(count)
try:
    while left > 0 and time.monotonic() < deadline:
        message = consumer.poll(0.5)
        if message is None:
            continue
        if message.error():
            print(message.error(), file=sys.stderr)
            continue
        value = deserialize(message.value(), SerializationContext(message.topic(), MessageField.VALUE))
        print(
            json.dumps(
                {
                    "topic": message.topic(),
                    "partition": message.partition(),
                    "timestamp": message.timestamp()[1],
                    "key": message.key().decode(),
                    "headers": {name: text.decode() for name, text in message.headers()},
                    "value": value,
                },
                default=plain,
            )
        )
        left -= 1
finally:
    consumer.close()
sys.exit(0 if left == 0 else 1)
