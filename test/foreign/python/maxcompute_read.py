"""`maxcompute_read.py TABLE [PARTITION...]`: prints the client, then each row of a table as `{"partition":…,"row":{…}}`, read by pyodps through
download sessions. All partitions, when none is named; `""` for tables that have none. See ../README.md."""

import sys

from maxcompute_cells import cell
from maxcompute_client import connect, say, say_client
from odps.tunnel import TableTunnel


def rows(client, table, partition):
    """Rows of one partition, each a dict of cells by column. Checksums are verified by the client."""
    named = {"partition_spec": partition} if partition else {}
    session = TableTunnel(client).create_download_session(table, **named)
    if session.count == 0:
        return
    kinds = {column.name: column.type for column in session.schema.simple_columns}
    with session.open_record_reader(0, session.count) as reader:
        for record in reader:
            yield {name: cell(record[name], kind) for name, kind in kinds.items()}


def partitions_of(client, table):
    found = client.get_table(table)
    if not found.table_schema.partitions:
        return [""]
    return sorted(",".join(f"{name}={value}" for name, value in each.partition_spec.kv.items()) for each in found.partitions)


def main():
    table, *partitions = sys.argv[1:]
    client = connect()
    say_client()
    for partition in partitions or partitions_of(client, table):
        for row in rows(client, table, partition):
            say(partition=partition, row=row)


if __name__ == "__main__":
    main()
