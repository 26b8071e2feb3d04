"""`alibabacloud-fc20230330` in the words of the scenario."""

import io
from importlib.metadata import version

from alibabacloud_fc20230330 import models
from alibabacloud_fc20230330.client import Client as Fc
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

NAME = "alibabacloud-fc20230330 (Python)"
VERSION = version("alibabacloud-fc20230330")


def refusal(error):
    status = getattr(error, "status_code", None) or getattr(error, "statusCode", None)
    return {"status": status, "code": error.code} if status else None


class Client:
    def __init__(self, endpoint, key_id, secret, token):
        settings = {"access_key_id": key_id, "access_key_secret": secret, "region_id": "cn-hangzhou"}
        if token:
            settings |= {"security_token": token, "type": "sts"}
        self.client = Fc(Config(endpoint=endpoint.removeprefix("http://"), protocol="HTTP", **settings))

    def invoke(self, name, event, qualifier="LATEST", log_type=None, is_async=False, task_id=None):
        request = models.InvokeFunctionRequest(body=io.BytesIO(event), qualifier=qualifier)
        headers = models.InvokeFunctionHeaders(
            x_fc_log_type=log_type,
            x_fc_invocation_type="Async" if is_async else None,
            x_fc_async_task_id=task_id,
        )
        reply = self.client.invoke_function_with_options(name, request, headers, RuntimeOptions())
        body = reply.body.read() if reply.body is not None else b""
        return reply.status_code, reply.headers, body

    def get_function(self, name):
        request = models.GetFunctionRequest()
        return self.client.get_function_with_options(name, request, {}, RuntimeOptions()).body.to_map()
