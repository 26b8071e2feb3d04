"""Two rows with every type a column may have: the ends of each type, and nulls. `test/helpers/foreign/maxcompute-values.ts` has them as they must arrive."""

from datetime import date, datetime
from decimal import Decimal

import pandas
from odps.compat import Monthdelta

COLUMNS = """ti tinyint, si smallint, i int, b bigint, bo boolean, f float, d double, s string, bi binary, j json, da date, dt datetime,
ts timestamp, tn timestamp_ntz, de decimal(38,18), d2 decimal(10,2), vc varchar(4), ch char(3), ab array<bigint>, aa array<array<string>>,
m map<string,bigint>, md map<bigint,decimal(10,2)>, st struct<x:int,y:string,z:struct<q:array<double>>>,
ym interval_year_month, dm interval_day_time"""

MOST = [
    127,
    32767,
    2147483647,
    9223372036854775807,
    True,
    3.4028234663852886e38,
    1.7976931348623157e308,
    "é世界\u0000\n\"😀",
    bytes(range(256)),
    {"a": [1, None, "é"]},
    date(9999, 12, 31),
    datetime(9999, 12, 31, 23, 59, 59, 999000),
    pandas.Timestamp("2262-04-11T23:47:16.854775807"),
    pandas.Timestamp("2024-01-02T03:04:05.000000001"),
    Decimal("99999999999999999999.999999999999999999"),
    Decimal("12.30"),
    "世界é😀",
    "abc",
    [1, None, -9223372036854775807],
    [["a", None], [], None],
    {"k": 9223372036854775807, "": None},
    {-1: Decimal("-0.01")},
    (-2147483648, None, ([0.5, None],)),
    Monthdelta(119999),
    pandas.Timedelta(days=100000, nanoseconds=1),
]

LEAST = [
    -128,
    -32768,
    -2147483648,
    -9223372036854775807,
    False,
    -1.401298464324817e-45,
    float("-inf"),
    "",
    b"",
    [],
    date(1, 1, 1),
    datetime(1, 1, 1, 0, 0, 0, 1000),
    pandas.Timestamp("1970-01-01T00:00:00.000000001"),
    pandas.Timestamp("1970-01-01T00:00:00"),
    Decimal("-99999999999999999999.999999999999999999"),
    Decimal("-99999999.99"),
    "",
    "",
    [],
    [],
    {},
    {},
    (0, "", ([],)),
    Monthdelta(-119999),
    pandas.Timedelta(days=-1, seconds=1, nanoseconds=1),
]

ROWS = [MOST, LEAST, [None] * len(MOST)]
