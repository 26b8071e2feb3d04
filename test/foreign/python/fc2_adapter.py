"""`aliyun-fc2` in the words of the scenario."""

from importlib.metadata import version

import fc2

NAME = "aliyun-fc2 (Python)"
VERSION = version("aliyun-fc2")
SERVICE = "svc"


def refusal(error):
    if not isinstance(error, fc2.FcError):
        return None
    return {"status": error.status_code, "code": error.err_code}


class Client:
    def __init__(self, endpoint, key_id, secret, token):
        keys = {"accessKeyID": key_id, "accessKeySecret": secret}
        if token:
            keys["securityToken"] = token
        self.client = fc2.Client(endpoint=endpoint, **keys)

    def invoke(self, name, event, qualifier=None, log_type=None, is_async=False, task_id=None):
        headers = {}
        if log_type:
            headers["x-fc-log-type"] = log_type
        if is_async:
            headers["x-fc-invocation-type"] = "Async"
        if task_id:
            headers["x-fc-stateful-async-invocation-id"] = task_id
        try:
            reply = self.client.invoke_function(SERVICE, name, event, headers, qualifier)
        except fc2.FcError as error:
            if error.status_code != 200:
                raise
            # It raises what a function failed with as it raises refusals, with the answer as the message.
            return 200, {"x-fc-error-type": "UnhandledInvocationError"}, error.message.encode()
        # It does not tell the status of a success: 202 is what comes without an answer.
        return 202 if is_async and reply.data == b"" else 200, reply.headers, reply.data

    def get_function(self, name):
        return self.client.get_function(SERVICE, name).data
