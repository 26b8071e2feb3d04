"""What runs inside an instance of a Python function: `handler(event: bytes, context)`, see node-bootstrap.mjs for the rest."""

import importlib.util
import json
import logging
import os
import socket
import struct
import sys
import traceback
from types import SimpleNamespace

channel = socket.socket(fileno=3)
os.set_inheritable(3, False)
request_id = "-"
modules = {}


class RequestFormatter(logging.Formatter):
    def format(self, record):
        return "%s %s [%s] %s" % (self.formatTime(record), request_id, record.levelname, super().format(record))


logging.basicConfig(stream=sys.stdout, level=logging.INFO)
for each in logging.getLogger().handlers:
    each.setFormatter(RequestFormatter())


def receive(size):
    parts = []
    while size > 0:
        part = channel.recv(min(size, 1 << 20))
        if not part:
            sys.exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def send(header, body=b""):
    text = json.dumps(header).encode()
    sys.stdout.flush()
    sys.stderr.flush()
    channel.sendall(struct.pack(">II", len(text), len(body)) + text + body)


def load(folder, handler):
    path, name = handler.rsplit(".", 1)
    if path not in modules:
        file = os.path.join(folder, path + ".py")
        spec = importlib.util.spec_from_file_location(path.replace("/", "."), file)
        modules[path] = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = modules[path]
        spec.loader.exec_module(modules[path])
    return getattr(modules[path], name)


def context_of(fields):
    credentials = fields["credentials"]
    service = fields["service"]
    return SimpleNamespace(
        request_id=fields["requestId"],
        credentials=SimpleNamespace(
            access_key_id=credentials["accessKeyId"],
            access_key_secret=credentials["accessKeySecret"],
            security_token=credentials["securityToken"],
        ),
        function=SimpleNamespace(**fields["function"]),
        service=SimpleNamespace(
            name=service["name"],
            log_project=service["logProject"],
            log_store=service["logStore"],
            qualifier=service["qualifier"],
            version_id=service["versionId"],
        ),
        region=fields["region"],
        account_id=fields["accountId"],
        logger=logging.getLogger(),
    )


def error_body():
    kind, error, trace = sys.exc_info()
    traceback.print_exc()
    lines = [line.rstrip() for line in traceback.format_tb(trace)[1:]]
    return json.dumps({"errorMessage": str(error), "errorType": kind.__name__, "stackTrace": lines}).encode()


def answer_body(value):
    if value is None:
        return b""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def start(header):
    folder = header["folder"]
    sys.path.insert(0, folder)
    stage = "load"
    try:
        handler = load(folder, header["handler"])
        if header.get("initializer"):
            stage = "initializer"
            send({"type": "loaded"})
            load(folder, header["initializer"])(context_of(header["context"]))
    except Exception:
        send({"type": "failed", "stage": stage}, error_body())
        return None
    send({"type": "ready"})
    return handler


def main():
    global request_id
    handler = None
    while True:
        header_size, body_size = struct.unpack(">II", receive(8))
        header = json.loads(receive(header_size))
        body = receive(body_size)
        request_id = header["context"]["requestId"]
        if header["type"] == "start":
            handler = start(header)
            continue
        try:
            answer = answer_body(handler(body, context_of(header["context"])))
            failed = False
        except Exception:
            answer, failed = error_body(), True
        send({"type": "answered", "id": header["id"], "failed": failed}, answer)


main()
