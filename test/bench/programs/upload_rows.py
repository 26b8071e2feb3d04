"""A program: uploads rows with pyodps' own writer. Its records are made before the clock starts."""

import json
import sys
import time

import odps
from odps import ODPS
from odps.models import Record
from odps.tunnel import CompressOption, TableTunnel
from odps.tunnel.io.writer import BaseRecordWriter

KEY_BYTES = 16


class Nowhere:
    """Takes bytes and counts them."""

    def __init__(self):
        self.bytes = 0

    def write(self, data):
        self.bytes += len(data)

    def flush(self):
        pass

    def close(self):
        pass


def records_of(plan, schema):
    record_bytes = KEY_BYTES + plan["valueBytes"]
    for row in range(plan["rows"]):
        key = "key-%012d" % row
        text = (key * (record_bytes // KEY_BYTES + 1))[:record_bytes]
        values = ["orders", 3, row, text[:KEY_BYTES], text[KEY_BYTES:], 1_700_000_000_000 + row]
        yield Record(schema=schema, values=values)


def encode(plan, schema, records):
    out = Nowhere()
    before = time.process_time()
    for _ in range(plan["blocks"]):
        writer = BaseRecordWriter(schema, out)
        for record in records:
            writer.write(record)
        writer.close()
    return time.process_time() - before, out.bytes


def main():
    plan = json.loads(sys.argv[1])
    client = ODPS(plan["accessId"], plan["accessKey"], project=plan["project"], endpoint=plan["endpoint"])
    columns = "topic string, `partition` bigint, `offset` bigint, key string, value string, insert_time bigint"
    client.execute_sql("CREATE TABLE %s (%s)" % (plan["table"], columns))
    schema = client.get_table(plan["table"]).table_schema
    records = list(records_of(plan, schema))
    # As the other program does.
    encode(plan, schema, records)
    encode_cpu_seconds, encoded = encode(plan, schema, records)

    algorithm = {"none": None, "deflate": CompressOption.CompressAlgorithm.ODPS_ZLIB}[plan["compression"]]
    option = None if algorithm is None else CompressOption(compress_algo=algorithm, level=1)
    started = time.perf_counter()
    before = time.process_time()
    session = TableTunnel(client).create_upload_session(plan["table"], compress_option=option)
    blocks = list(range(plan["blocks"]))
    for block in blocks:
        with session.open_record_writer(block, compress=algorithm is not None) as writer:
            for record in records:
                writer.write(record)
    session.commit(blocks)
    cpu_seconds = time.process_time() - before
    seconds = time.perf_counter() - started
    cost = {
        "rows": plan["rows"] * plan["blocks"],
        "bytes": encoded,
        "encodeCpuSeconds": encode_cpu_seconds,
        "seconds": seconds,
        "cpuSeconds": cpu_seconds,
        "version": "pyodps %s" % odps.__version__,
    }
    print(json.dumps(cost))


main()
