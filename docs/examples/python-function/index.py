"""Keeps a shop's orders at an HTTP API: a record is the state of the order that its key names, a tombstone deletes it.

Needs nothing but Python 3.9 or newer. Reads the envelope of a dispatcher (invoke.target=fc or http) and answers one outcome for each
record. Delivery is at least once, so a record may come again: the API is told its topic, partition and offset, and ignores what it has seen.
"""
import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request

API = os.environ.get("ORDERS_API", "")
# Nobody reads the answer of an asynchronous call: what is not safe must then fail the whole call, so that the platform sends it again.
NOBODY_READS = os.environ.get("INVOCATION_SOURCE") == "platform"


class BadRecord(Exception):
    """This record alone is bad, and no retry helps."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def handler(event, context):
    """event: bytes of the envelope, a JSON array of records of one topic-partition in offset order.

    What carry() raises leaves this function: the batch fails, and comes again, first whole and then in halves, until the record to blame
    stands alone. So records reach the API in order, whatever fails.
    """
    outcomes = [carry(record) for record in json.loads(event)]
    errant = [each for each in outcomes if each["status"] == "errant"]
    if NOBODY_READS and errant:
        raise RuntimeError(f"{len(errant)} of {len(outcomes)} records are errant, first: {errant[0]}")
    return json.dumps({"version": 1, "outcomes": outcomes})


def carry(record):
    """Brings one record to the API and says what became of it."""
    try:
        key = text_of(record, "key")
        if key is None:
            raise BadRecord("ORDER_WITHOUT_KEY", "the key must be the id of the order")
        if record["overflowFlag"]:
            # Its value is not here; with overflow.policy=claim-check it could be fetched from record["valueRef"].
            raise BadRecord("ORDER_TOO_LARGE", f"the order has {record['valueSize']} bytes")
        send(key, order_of(record), place_of(record))
    except BadRecord as bad:
        return outcome(record, "errant", code=bad.code, message=str(bad))
    except urllib.error.HTTPError as answer:
        if answer.code == 429 or answer.code >= 500:
            raise
        return outcome(record, "errant", code="ORDER_REFUSED", message=f"the API answered {answer.code}")
    return outcome(record, "written")


def text_of(record, field):
    """A key or a value; None when the record has none. An absent field is null; an empty text is not."""
    text = record.get(field)
    if text is None or record.get(field + "Encoding") != "base64":
        return text
    try:
        return base64.b64decode(text).decode()
    except UnicodeDecodeError:
        raise BadRecord("NOT_TEXT", f"the {field} is no UTF-8") from None


def order_of(record):
    """The order as a dict; None for a tombstone."""
    text = text_of(record, "value")
    if text is None:
        return None
    try:
        order = json.loads(text)
    except ValueError:
        raise BadRecord("ORDER_INVALID", "the value is no JSON") from None
    if not isinstance(order, dict) or not isinstance(order.get("pieces"), int):
        raise BadRecord("ORDER_INVALID", "an order has an id and a number of pieces")
    return {"id": order.get("id"), "pieces": order["pieces"]}


def place_of(record):
    """The same whenever the same record comes again, and of no other."""
    return f"{record['topic']}+{record['partition']}+{record['offset']}"


def send(key, order, place):
    """Raises HTTPError or another OSError when the API does not take it."""
    request = urllib.request.Request(
        f"{API}/orders/{urllib.parse.quote(key, safe='')}",
        method="DELETE" if order is None else "PUT",
        data=None if order is None else json.dumps(order).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": place},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def outcome(record, status, **reason):
    return {"topic": record["topic"], "partition": record["partition"], "offset": record["offset"], "status": status, **reason}
