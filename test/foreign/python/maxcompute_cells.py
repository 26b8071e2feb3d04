"""Values as pyodps answers them, in the JSON in which the stand-in keeps its rows (infra/local/maxcompute/cell-text.ts), so that the two can be
compared: nothing is lost, 64-bit numbers are text."""

import base64
import json
import math
from decimal import Decimal

from odps import types


def cell(value, kind):
    """One value of a column's type, or of a type inside of it."""
    if value is None:
        return None
    if isinstance(kind, types.Array):
        return [cell(each, kind.value_type) for each in value]
    if isinstance(kind, types.Map):
        return [[cell(key, kind.key_type), cell(each, kind.value_type)] for key, each in value.items()]
    if isinstance(kind, types.Struct):
        members = value._asdict() if hasattr(value, "_asdict") else value
        return {name: cell(members[name], each) for name, each in kind.field_types.items()}
    if isinstance(kind, types.Decimal):
        return format(Decimal(value), "f")
    if isinstance(kind, types.SizeLimitedString):
        return text(value)
    name = kind.name.lower()
    return KINDS.get(name, lambda same: same)(value)


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def bytes_cell(value):
    return {"base64": base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()}


def json_cell(value):
    if isinstance(value, (str, bytes)):
        return text(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def float_cell(value):
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def day(value):
    return f"{value.year:04}-{value.month:02}-{value.day:02}"


def second(value):
    return f"{day(value)}T{value.hour:02}:{value.minute:02}:{value.second:02}"


def datetime_cell(value):
    return f"{second(value)}.{value.microsecond // 1000:03}Z"


def nanos(value):
    return f"{value.microsecond * 1000 + value.nanosecond:09}"


def interval_cell(value):
    # Of pandas: days and seconds from below, then the rest.
    total = ((value.days * 86400 + value.seconds) * 1000000 + value.microseconds) * 1000 + value.nanoseconds
    sign = "-" if total < 0 else ""
    return f"{sign}{abs(total) // 10**9}.{abs(total) % 10**9:09}"


KINDS = {
    "bigint": str,
    "string": text,
    "binary": bytes_cell,
    "json": json_cell,
    "float": float_cell,
    "double": float_cell,
    "date": day,
    "datetime": datetime_cell,
    "timestamp": lambda value: f"{second(value)}.{nanos(value)}Z",
    "timestamp_ntz": lambda value: f"{second(value)}.{nanos(value)}",
    "interval_day_time": interval_cell,
    "interval_year_month": lambda value: value.total_months(),
}
