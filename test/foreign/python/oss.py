"""`oss.py <oss2|v2> scenario <variant>...` or `oss.py <oss2|v2> read-back <variant>`, see ../README.md."""

import importlib
import os
import sys

from scenario import Scenario, read_back, say


def main():
    name, command, *variants = sys.argv[1:]
    adapter = importlib.import_module({"oss2": "oss2_adapter", "v2": "oss_v2_adapter"}[name])
    say(client=adapter.NAME, version=adapter.VERSION)
    for variant in variants:
        signature, address = variant.split("-")

        def connect(key_id=None, secret=None, token=None, bucket=None, skewed=False):
            endpoint = os.environ["OSS_SKEWED_ENDPOINT" if skewed else "OSS_ENDPOINT"]
            # Both clients take their proxy from the environment, at each request.
            os.environ.pop("http_proxy", None)
            if address == "vhost":
                os.environ["http_proxy"] = endpoint
                endpoint = f"http://oss-{os.environ['OSS_REGION']}.aliyuncs.com"
            return adapter.Client(
                endpoint=endpoint,
                region=os.environ["OSS_REGION"],
                signature=signature,
                key_id=key_id or os.environ["OSS_KEY_ID"],
                secret=secret or os.environ["OSS_KEY_SECRET"],
                token=token,
                bucket=bucket or os.environ["OSS_BUCKET"],
            )

        if command == "read-back":
            read_back(connect(), os.environ["OSS_PREFIX"])
        else:
            Scenario(connect, variant, f"{os.environ['OSS_PREFIX']}{variant}/").run()


main()
