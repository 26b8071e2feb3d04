"""How the programs for MaxCompute reach it, see ../README.md."""

import json
import os

import odps
from odps import ODPS, options
from odps.accounts import StsAccount

# One refusal is one request.
options.retry_times = 0
# Times without a zone are UTC, and are answered as such.
options.local_timezone = False
options.allow_antique_date = True
# Strings come as bytes: pyodps cannot decode a BINARY column otherwise.
options.tunnel.string_as_binary = True
options.sql.use_odps2_extension = True
options.sql.settings = {"odps.sql.type.json.enable": "true"}


def say(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


def say_client():
    say(client="pyodps", version=odps.__version__)


def connect(access_id=None, access_key=None, token=None, region=None, endpoint=None):
    endpoint = endpoint or os.environ["MAXCOMPUTE_ENDPOINT"]
    access_id = access_id or os.environ["MAXCOMPUTE_ACCESS_ID"]
    access_key = access_key or os.environ["MAXCOMPUTE_ACCESS_KEY"]
    where = {"project": os.environ["MAXCOMPUTE_PROJECT"], "endpoint": endpoint}
    if region:
        where["region_name"] = region
    if token:
        return ODPS(account=StsAccount(access_id, access_key, token), **where)
    return ODPS(access_id, access_key, **where)
