"""`fc.py <aliyun-fc2|alibabacloud-fc20230330> scenario <2.0|3.0>`, see ../README.md."""

import base64
import importlib
import json
import logging
import os
import sys

EVENT = '[{"a":"\u00e9"}]'.encode()
MIB = 1024 * 1024
TOO_LARGE = 6 * MIB + 1
TOO_LARGE_ASYNC = 128 * 1024 + 1

adapter = importlib.import_module({"aliyun-fc2": "fc2_adapter", "alibabacloud-fc20230330": "fc3_adapter"}[sys.argv[1]])


def say(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


def connect(endpoint=None, key_id=None, secret=None, token=None):
    return adapter.Client(
        endpoint or os.environ["FC_ENDPOINT"],
        key_id or os.environ["FC_KEY_ID"],
        secret or os.environ["FC_KEY_SECRET"],
        token,
    )


def temporary(token):
    return connect(None, os.environ["FC_STS_KEY_ID"], os.environ["FC_STS_KEY_SECRET"], token)


class Scenario:
    def __init__(self, api):
        self.api = api
        self.client = connect()
        self.task_id = f"by-python-{sys.argv[1]}"

    def run(self):
        steps = [getattr(self, name) for name in dir(self) if name.startswith("step_")]
        for step in sorted(steps, key=lambda method: method.__func__.__code__.co_firstlineno):
            name = step.__name__.removeprefix("step_").replace("_", "-")
            try:
                result = step()
            except Exception as error:  # whatever it is belongs into the result
                result = adapter.refusal(error) or {"error": repr(error)}
            say(variant=self.api, step=name, **result)

    def echo(self, client=None, **how):
        status, _, body = (client or self.client).invoke("echo", EVENT, **how)
        return {"status": status, "body": body.decode()}

    def step_echo(self):
        return self.echo()

    def step_qualifier(self):
        return self.echo(qualifier="prod")

    def step_unknown_qualifier(self):
        return self.echo(qualifier="dev")

    def step_log_tail(self):
        _, headers, _ = self.client.invoke("echo", EVENT, log_type="Tail")
        tail = base64.b64decode(headers["x-fc-log-result"]).decode()
        return {"logged": f"called by {headers['x-fc-request-id']}" in tail}

    def step_function_error(self):
        _, headers, body = self.client.invoke("broken", EVENT)
        error = json.loads(body)
        return {
            "type": headers["x-fc-error-type"],
            "errorMessage": error["errorMessage"],
            "errorType": error["errorType"],
        }

    def step_missing_function(self):
        self.client.invoke("missing", EVENT)
        return {}

    def step_throttled(self):
        self.client.invoke("busy", EVENT)
        return {}

    def step_get_function(self):
        told = self.client.get_function("echo")
        return {name: told[name] for name in ("functionName", "runtime", "timeout")}

    def step_get_missing(self):
        return self.client.get_function("missing")

    def step_async(self):
        status, _, body = self.client.invoke("tasks", EVENT, is_async=True, task_id=self.task_id)
        return {"status": status, "body": body.decode()}

    def step_async_again(self):
        self.client.invoke("tasks", EVENT, is_async=True, task_id=self.task_id)
        return {}

    def step_too_large(self):
        # The client of 3.0 copies what it has read so far once for each KiB: 32 MiB would take minutes.
        if self.api == "3.0":
            return {"skipped": True}
        self.client.invoke("echo", b"a" * TOO_LARGE)
        return {}

    def step_too_large_async(self):
        self.client.invoke("echo", b"a" * TOO_LARGE_ASYNC, is_async=True)
        return {}

    def step_wrong_secret(self):
        return self.echo(connect(secret="wrong"))

    def step_unknown_key(self):
        return self.echo(connect(key_id="nobody"))

    def step_sts(self):
        return self.echo(temporary(os.environ["FC_STS_TOKEN"]))

    def step_sts_wrong_token(self):
        return self.echo(temporary("wrong"))

    def step_clock_skew(self):
        return self.echo(connect(os.environ["FC_SKEWED_ENDPOINT"]))


# The client logs refusals, with the headers it sent.
logging.disable(logging.CRITICAL)
say(client=adapter.NAME, version=adapter.VERSION)
for variant in sys.argv[3:]:
    Scenario(variant).run()
