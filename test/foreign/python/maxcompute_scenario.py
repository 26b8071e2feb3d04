"""The steps that pyodps goes through, see ../README.md and `test/helpers/foreign/maxcompute-scenario.ts`."""

import os

import maxcompute_values as values
from maxcompute_client import connect, say
from maxcompute_read import partitions_of, rows
from odps.tunnel import TableTunnel

PARTITION = "pt=a"


class Scenario:
    def __init__(self, variant):
        self.variant = variant
        self.region = os.environ["MAXCOMPUTE_REGION"] if variant == "v4" else None
        self.table = f"py_{variant}"
        self.keyed = f"py_{variant}_keyed"
        self.client = connect(region=self.region)
        self.tunnel = TableTunnel(self.client)

    def run(self):
        steps = [getattr(self, name) for name in dir(self) if name.startswith("step_")]
        for step in sorted(steps, key=lambda method: method.__func__.__code__.co_firstlineno):
            name = step.__name__.removeprefix("step_").replace("_", "-")
            try:
                result = step()
            except Exception as error:  # whatever it is belongs into the result
                code = getattr(error, "code", None) or getattr(error, "status_code", None)
                result = {"code": code} if code else {"error": repr(error)}
            say(variant=self.variant, step=name, **result)

    def ids(self, partition=PARTITION):
        return {"ids": [row["id"] for row in rows(self.client, self.table, partition)]}

    def session(self, partition=PARTITION, **how):
        return self.tunnel.create_upload_session(self.table, partition_spec=partition, **how)

    def upload(self, session, block, *records, **how):
        with session.open_record_writer(block, **how) as writer:
            for record in records:
                writer.write(session.new_record(record))

    def step_absent(self):
        return {"exists": self.client.exist_table(self.table)}

    def step_create_table(self):
        self.client.create_table(self.table, ("id bigint,\nname string", "pt string"), if_not_exists=True)
        self.client.create_table(self.table, ("id bigint,\nname string", "pt string"), if_not_exists=True)
        schema = self.client.get_table(self.table).table_schema
        columns = [[column.name, column.type.name.lower()] for column in schema.simple_columns]
        return {"columns": columns, "partitions": [column.name for column in schema.partitions]}

    def step_partitions(self):
        table = self.client.get_table(self.table)
        table.create_partition(PARTITION, if_not_exists=True)
        table.create_partition(PARTITION, if_not_exists=True)
        table.create_partition("pt=2026-01-01 10:00", if_not_exists=True)
        exists = [table.exist_partition(one) for one in (PARTITION, "pt=none")]
        return {"exists": exists, "listed": partitions_of(self.client, self.table)}

    def step_partition_again(self):
        self.client.get_table(self.table).create_partition(PARTITION)
        return {}

    def step_write(self):
        session = self.session()
        self.upload(session, 0, [1, "one"], [2, "zwei é"], [3, None])
        before = self.ids()["ids"]
        session.commit([0])
        return {"before": before, **self.ids()}

    def step_deflate(self):
        session = self.session(compress_algo="zlib")
        self.upload(session, 0, [4, "x"], compress=True)
        self.upload(session, 1, [5, "y"], compress=True)
        session.commit([0, 1])
        return self.ids()

    def step_zstd(self):
        session = self.session(compress_algo="zstd")
        self.upload(session, 0, [6, "z" * 1000], compress=True)
        session.commit([0])
        return self.ids()

    def step_overwrite(self):
        session = self.session(overwrite=True)
        self.upload(session, 0, [7, "only"])
        session.commit([0])
        return self.ids()

    def step_block_replaced(self):
        session = self.session("pt=replaced", create_partition=True)
        self.upload(session, 3, [1, "first"], [2, "first"])
        self.upload(session, 3, [3, "second"])
        session.commit([3])
        return self.ids("pt=replaced")

    def step_commit_without_block(self):
        session = self.session()
        self.upload(session, 0, [8, "never"])
        try:
            session.commit([0, 1])
        except Exception as error:
            return {"refused": "blocks" in str(error).lower(), **self.ids()}
        return {"refused": False}

    def step_write_after_commit(self):
        session = self.session()
        session.commit([])
        self.upload(session, 0, [9, "late"])
        return {}

    def step_block_id(self):
        self.upload(self.session(), 20000, [9, "one too many"])
        return {}

    def step_missing_partition(self):
        self.session("pt=none")
        return {}

    def step_missing_table(self):
        self.tunnel.create_upload_session("nowhere")
        return {}

    def step_blank_in_partition(self):
        session = self.session("pt=2026-01-01 10:00")
        self.upload(session, 0, [10, "ten"])
        session.commit([0])
        return self.ids("pt=2026-01-01 10:00")

    def step_short_way(self):
        self.client.write_table(self.table, [[1, "a"], [2, "b"]], partition="pt=short", create_partition=True)
        read = self.client.read_table(self.table, partition="pt=short")
        return {"ids": [str(record["id"]) for record in read]}

    def step_slice(self):
        session = self.tunnel.create_download_session(self.table, partition_spec="pt=short", compress_option=None)
        with session.open_record_reader(1, 1, compress=True, columns=["name"]) as reader:
            return {"names": [record["name"].decode() for record in reader], "count": session.count}

    def step_row_range(self):
        session = self.tunnel.create_download_session(self.table, partition_spec="pt=short")
        with session.open_record_reader(1, 9) as reader:
            return {"rows": len(list(reader))}

    def step_stream(self):
        session = self.tunnel.create_stream_upload_session(
            self.table, partition_spec="pt=stream", create_partition=True
        )
        for id in (1, 2):
            with session.open_record_writer() as writer:
                writer.write(session.new_record([id, "streamed"]))
        session.abort()
        return self.ids("pt=stream")

    def step_upsert(self):
        self.client.create_table(
            self.keyed, "id bigint not null, v string", transactional=True, primary_key=["id"], if_not_exists=True
        )
        for id, value in ((1, "first"), (1, "second")):
            self.upsert(upserts=[[id, value], *([number, f"v{number}"] for number in range(2, 40))], deletes=[3])
        self.upsert(upserts=[], deletes=[2])
        read = sorted(rows(self.client, self.keyed, ""), key=lambda row: int(row["id"]))
        return {"count": len(read), "first": read[:2]}

    def upsert(self, upserts, deletes):
        session = self.tunnel.create_upsert_session(self.keyed)
        stream = session.open_upsert_stream()
        for record in upserts:
            stream.upsert(session.new_record(record))
        for id in deletes:
            stream.delete(session.new_record([id, None]))
        stream.flush()
        stream.close()
        session.commit()

    def step_upload_to_keyed(self):
        self.tunnel.create_upload_session(self.keyed)
        return {}

    def step_types(self):
        table = f"{self.table}_types"
        self.client.create_table(table, values.COLUMNS)
        session = self.tunnel.create_upload_session(table)
        with session.open_record_writer(0) as writer:
            for row in values.ROWS:
                writer.write(session.new_record(row))
        session.commit([0])
        return {"rows": list(rows(self.client, table, ""))}

    def step_two_partition_columns(self):
        table = f"{self.table}_two"
        self.client.create_table(table, ("id bigint", "ds string, hh bigint"))
        session = self.tunnel.create_upload_session(table, partition_spec="ds=2026-01-01,hh=7", create_partition=True)
        self.upload(session, 0, [1])
        session.commit([0])
        return {"listed": partitions_of(self.client, table)}

    def step_count(self):
        where = f"WHERE pt = 'short' AND id >= 1 AND id <= 9"
        instance = self.client.execute_sql(f"SELECT COUNT(*), MIN(id), MAX(id) FROM {self.table} {where};")
        with instance.open_reader(tunnel=False) as reader:
            return {"values": [[int(value) for value in record.values] for record in reader]}

    def step_full_scan(self):
        self.client.execute_sql(f"SELECT COUNT(*) FROM {self.table};")
        return {}

    def step_new_column(self):
        self.client.execute_sql(f"ALTER TABLE {self.table} ADD COLUMNS (extra string);")
        session = self.session("pt=wider", create_partition=True)
        self.upload(session, 0, [1, "a", "more"])
        session.commit([0])
        return {"rows": list(rows(self.client, self.table, "pt=wider"))}

    def step_drop_partition(self):
        self.client.get_table(self.table).delete_partition("pt=wider")
        return {"listed": partitions_of(self.client, self.table)}

    def step_wrong_key(self):
        return {"exists": connect(access_key="not the key", region=self.region).exist_table(self.table)}

    def step_unknown_id(self):
        return {"exists": connect(access_id="nobody", region=self.region).exist_table(self.table)}

    def temporary(self, token):
        return connect(os.environ["MAXCOMPUTE_STS_ID"], os.environ["MAXCOMPUTE_STS_KEY"], token, region=self.region)

    def step_sts(self):
        client = self.temporary(os.environ["MAXCOMPUTE_STS_TOKEN"])
        client.write_table(self.table, [[1, "a", None]], partition="pt=sts", create_partition=True)
        return self.ids("pt=sts")

    def step_sts_wrong_token(self):
        return {"exists": self.temporary("not the token").exist_table(self.table)}

    def step_clock_skew(self):
        skewed = connect(region=self.region, endpoint=os.environ["MAXCOMPUTE_SKEWED_ENDPOINT"])
        return {"exists": skewed.exist_table(self.table)}

    def step_drop(self):
        self.client.delete_table(self.table)
        return {"exists": self.client.exist_table(self.table)}
