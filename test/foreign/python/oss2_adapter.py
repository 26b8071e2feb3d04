"""PyPI `oss2`."""

from types import SimpleNamespace

import oss2

NAME = "oss2 (Python)"
VERSION = oss2.__version__


class Client:
    def __init__(self, endpoint, region, signature, key_id, secret, token, bucket):
        if token is not None:
            auth = oss2.StsAuth(key_id, secret, token, auth_version=signature)
        else:
            auth = oss2.make_auth(key_id, secret, signature)
        self.bucket = oss2.Bucket(auth, endpoint, bucket, region=region, connect_timeout=60)

    def refusal(self, error):
        return (error.status, error.code) if isinstance(error, oss2.exceptions.ServerError) else None

    def put(self, key, body, content_type=None, note=None, forbid_overwrite=False):
        headers = {}
        if content_type:
            headers["Content-Type"] = content_type
        if note:
            headers["x-oss-meta-note"] = note
        if forbid_overwrite:
            headers["x-oss-forbid-overwrite"] = "true"
        return self.bucket.put_object(key, body, headers=headers).etag

    def get(self, key, byte_range=None):
        got = self.bucket.get_object(key, byte_range=byte_range)
        prefix = "x-oss-meta-"
        metadata = {k.lower()[len(prefix) :]: v for k, v in got.headers.items() if k.lower().startswith(prefix)}
        return SimpleNamespace(body=got.read(), content_type=got.content_type, metadata=metadata)

    def head(self, key):
        head = self.bucket.head_object(key)
        return {
            "length": head.content_length,
            "contentType": head.content_type,
            "note": head.headers.get("x-oss-meta-note"),
            "type": head.object_type,
        }

    def object_meta(self, key):
        meta = self.bucket.get_object_meta(key)
        return {"length": meta.content_length, "etag": meta.etag}

    def copy(self, source, target):
        self.bucket.copy_object(self.bucket.bucket_name, source, target)

    def list_v1(self, prefix, delimiter, max_keys):
        marker = ""
        while True:
            page = self.bucket.list_objects(prefix, delimiter, marker, max_keys)
            yield [one.key for one in page.object_list], page.prefix_list
            if not page.is_truncated:
                return
            marker = page.next_marker

    def list_v2(self, prefix, delimiter, max_keys):
        token = ""
        while True:
            page = self.bucket.list_objects_v2(prefix, delimiter, token, max_keys=max_keys)
            yield [one.key for one in page.object_list], page.prefix_list
            if not page.is_truncated:
                return
            token = page.next_continuation_token

    def delete(self, key):
        self.bucket.delete_object(key)

    def delete_many(self, keys):
        return self.bucket.batch_delete_objects(keys).deleted_keys

    def append(self, key, position, body):
        return self.bucket.append_object(key, position, body).next_position

    def initiate(self, key):
        return self.bucket.init_multipart_upload(key).upload_id

    def upload_part(self, key, upload, number, body):
        return self.bucket.upload_part(key, upload, number, body).etag

    def list_parts(self, key, upload):
        return [part.part_number for part in self.bucket.list_parts(key, upload).parts]

    def list_uploads(self, prefix):
        return [upload.key for upload in self.bucket.list_multipart_uploads(prefix=prefix).upload_list]

    def complete(self, key, upload, parts):
        self.bucket.complete_multipart_upload(key, upload, [oss2.models.PartInfo(at, etag) for at, etag in parts])

    def abort(self, key, upload):
        self.bucket.abort_multipart_upload(key, upload)

    def enable_versioning(self):
        self.bucket.put_bucket_versioning(oss2.models.BucketVersioningConfig(oss2.BUCKET_VERSIONING_ENABLE))

    def versions(self, prefix):
        found = self.bucket.list_object_versions(prefix)
        return len(found.versions), len(found.delete_marker)

    def presign(self, key):
        return self.bucket.sign_url("GET", key, 600, slash_safe=True)
