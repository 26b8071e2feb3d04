"""The steps that every OSS client goes through, see ../README.md. `client` is one of the adapters beside this file."""

import base64
import gzip
import hashlib
import io
import itertools
import json
import os
import urllib.request

import zstandard

PART_BYTES = 100 * 1024


def say(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


class Scenario:
    def __init__(self, connect, variant, prefix):
        self.connect = connect
        self.client = connect()
        self.variant = variant
        self.prefix = prefix
        self.key = prefix + "数据 é+1/a b'()*!~&=%41.txt"

    def run(self):
        steps = [getattr(self, name) for name in dir(self) if name.startswith("step_")]
        for step in sorted(steps, key=lambda method: method.__func__.__code__.co_firstlineno):
            name = step.__name__.removeprefix("step_").replace("_", "-")
            try:
                result = step()
            except Exception as error:  # whatever it is belongs into the result
                refusal = self.client.refusal(error)
                result = {"status": refusal[0], "code": refusal[1]} if refusal else {"error": repr(error)}
            say(variant=self.variant, step=name, **result)

    def text(self, key, client=None):
        return (client or self.client).get(key).body.decode()

    def relative(self, keys):
        start = self.prefix + "list/"
        return [key.removeprefix(start) for key in keys]

    def step_put(self):
        body = "hello 世界\n".encode()
        return {"etag": self.client.put(self.key, body, content_type="text/plain; charset=utf-8", note="a b")}

    def step_overwrite(self):
        return {"etag": self.client.put(self.key, b"0123456789", content_type="text/plain; charset=utf-8", note="a b")}

    def step_forbid_overwrite(self):
        return {"etag": self.client.put(self.key, b"never", forbid_overwrite=True)}

    def step_get(self):
        got = self.client.get(self.key)
        return {"body": got.body.decode(), "contentType": got.content_type, "note": got.metadata.get("note")}

    def step_range(self):
        return {"body": self.client.get(self.key, byte_range=(2, 4)).body.decode()}

    def step_head(self):
        return self.client.head(self.key)

    def step_head_missing(self):
        return self.client.head(self.prefix + "missing")

    def step_meta(self):
        return self.client.object_meta(self.key)

    def step_copy(self):
        self.client.copy(self.key, self.prefix + "copy")
        return {"body": self.text(self.prefix + "copy")}

    def step_chunked(self):
        self.client.put(self.prefix + "chunked", iter([b"ab", b"cd"]))
        return {"body": self.text(self.prefix + "chunked")}

    def step_list_v1(self):
        for name in ["a/1", "a/2", "b", "c/1", "数据 +&<"]:
            self.client.put(f"{self.prefix}list/{name}", name.encode())
        return self.listed(self.client.list_v1)

    def step_list_v1_folders(self):
        return self.folders(self.client.list_v1)

    def step_list_v2(self):
        return self.listed(self.client.list_v2)

    def step_list_v2_folders(self):
        return self.folders(self.client.list_v2)

    def listed(self, pages_of):
        pages = [keys for keys, _ in pages_of(self.prefix + "list/", "", 2)]
        return {"pages": [self.relative(keys) for keys in pages]}

    def folders(self, pages_of):
        pages = list(pages_of(self.prefix + "list/", "/", 1000))
        keys = itertools.chain(*(keys for keys, _ in pages))
        prefixes = itertools.chain(*(prefixes for _, prefixes in pages))
        return {"keys": self.relative(keys), "prefixes": self.relative(prefixes)}

    def step_delete(self):
        self.client.delete(self.prefix + "list/b")
        return {"body": self.text(self.prefix + "list/b")}

    def step_delete_many(self):
        names = ["a/1", "a/2", "数据 +&<", "never there"]
        deleted = self.client.delete_many([f"{self.prefix}list/{name}" for name in names])
        left = itertools.chain(*(keys for keys, _ in self.client.list_v2(self.prefix + "list/", "", 1000)))
        return {"deleted": sorted(self.relative(deleted)), "left": self.relative(left)}

    def step_append(self):
        key = self.prefix + "appended"
        nexts = [self.client.append(key, 0, b"abc"), self.client.append(key, 3, b"def")]
        return {"next": nexts, "body": self.text(key), "type": self.client.head(key)["type"]}

    def step_append_conflict(self):
        return {"next": self.client.append(self.prefix + "appended", 1, b"x")}

    def step_multipart(self):
        key = self.prefix + "parts"
        upload = self.client.initiate(key)
        bodies = [b"a" * PART_BYTES, b"b" * PART_BYTES, b"end"]
        parts = [(at, self.client.upload_part(key, upload, at, body)) for at, body in enumerate(bodies, 1)]
        seen = self.client.list_parts(key, upload)
        uploads = self.client.list_uploads(self.prefix)
        self.client.complete(key, upload, parts)
        body = self.client.get(key).body
        return {
            "parts": seen,
            "uploads": [name.removeprefix(self.prefix) for name in uploads],
            "length": len(body),
            "md5": hashlib.md5(body).hexdigest(),
        }

    def step_multipart_abort(self):
        key = self.prefix + "aborted"
        upload = self.client.initiate(key)
        self.client.upload_part(key, upload, 1, b"x")
        self.client.abort(key, upload)
        return {"uploads": self.client.list_uploads(self.prefix)}

    def step_presigned(self):
        # An opener of its own: the module's keeps the proxy of its first call.
        opener = urllib.request.build_opener()
        with opener.open(self.client.presign(self.key)) as answer:
            return {"status": answer.status, "body": answer.read().decode()}

    def step_wrong_secret(self):
        return {"body": self.text(self.key, self.connect(secret="not the secret"))}

    def step_unknown_key(self):
        return {"body": self.text(self.key, self.connect(key_id="nobody"))}

    def step_missing_bucket(self):
        return {"body": self.text(self.key, self.connect(bucket="no-such-bucket"))}

    def temporary(self, token):
        return self.connect(key_id=os.environ["OSS_STS_KEY_ID"], secret=os.environ["OSS_STS_KEY_SECRET"], token=token)

    def step_sts(self):
        client = self.temporary(os.environ["OSS_STS_TOKEN"])
        client.put(self.prefix + "sts", b"by a token")
        return {"body": self.text(self.prefix + "sts", client)}

    def step_sts_wrong_token(self):
        return {"body": self.text(self.key, self.temporary("not the token"))}

    def step_versioned(self):
        client = self.connect(bucket=os.environ["OSS_VERSIONED_BUCKET"])
        key = self.prefix + "versioned"
        client.enable_versioning()
        client.put(key, b"first")
        client.put(key, b"second", forbid_overwrite=True)
        client.delete(key)
        versions, markers = client.versions(self.prefix)
        return {"versions": versions, "markers": markers}

    def step_clock_skew(self):
        client = self.connect(skewed=True)
        client.put(self.prefix + "skewed", b"in time")
        return {"body": self.text(self.prefix + "skewed", client)}


def read_back(client, prefix):
    """One line an object: what the client sees of it."""
    for keys, _ in client.list_v2(prefix, "", 1000):
        for key in keys:
            got = client.get(key)
            content = got.body
            if key.endswith(".gz"):
                content = gzip.decompress(content)
            elif key.endswith(".zst"):
                content = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content)).read()
            ours = {name: value for name, value in got.metadata.items() if name.startswith("spillway-")}
            say(
                key=key.removeprefix(prefix),
                contentType=got.content_type,
                metadata=ours,
                storedMd5=hashlib.md5(got.body).hexdigest(),
                content=base64.b64encode(content).decode(),
            )
