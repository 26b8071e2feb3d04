"""PyPI `alibabacloud-oss-v2`."""

import datetime
from types import SimpleNamespace

import alibabacloud_oss_v2 as oss

NAME = "alibabacloud-oss-v2 (Python)"
VERSION = oss.__version__


def unquoted(etag):
    return etag.strip('"')


class Client:
    def __init__(self, endpoint, region, signature, key_id, secret, token, bucket):
        config = oss.config.load_default()
        config.credentials_provider = oss.credentials.StaticCredentialsProvider(key_id, secret, token)
        config.region = region
        config.endpoint = endpoint
        config.signature_version = signature
        self.client = oss.Client(config)
        self.bucket = bucket

    def refusal(self, error):
        cause = error.unwrap() if isinstance(error, oss.exceptions.OperationError) else error
        return (cause.status_code, cause.code) if isinstance(cause, oss.exceptions.ServiceError) else None

    def put(self, key, body, content_type=None, note=None, forbid_overwrite=False):
        request = oss.PutObjectRequest(self.bucket, key, body=body, content_type=content_type)
        if note:
            request.metadata = {"note": note}
        if forbid_overwrite:
            request.forbid_overwrite = "true"
        return unquoted(self.client.put_object(request).etag)

    def get(self, key, byte_range=None):
        request = oss.GetObjectRequest(self.bucket, key)
        if byte_range:
            request.range_header = f"bytes={byte_range[0]}-{byte_range[1]}"
        got = self.client.get_object(request)
        metadata = {name.lower(): value for name, value in (got.metadata or {}).items()}
        return SimpleNamespace(body=got.body.read(), content_type=got.content_type, metadata=metadata)

    def head(self, key):
        head = self.client.head_object(oss.HeadObjectRequest(self.bucket, key))
        return {
            "length": head.content_length,
            "contentType": head.content_type,
            "note": (head.metadata or {}).get("note"),
            "type": head.object_type,
        }

    def object_meta(self, key):
        meta = self.client.get_object_meta(oss.GetObjectMetaRequest(self.bucket, key))
        return {"length": meta.content_length, "etag": unquoted(meta.etag)}

    def copy(self, source, target):
        self.client.copy_object(oss.CopyObjectRequest(self.bucket, target, source_key=source))

    def list_v1(self, prefix, delimiter, max_keys):
        request = oss.ListObjectsRequest(self.bucket, prefix=prefix, delimiter=delimiter, max_keys=max_keys)
        return self.pages(self.client.list_objects_paginator().iter_page(request))

    def list_v2(self, prefix, delimiter, max_keys):
        request = oss.ListObjectsV2Request(self.bucket, prefix=prefix, delimiter=delimiter, max_keys=max_keys)
        return self.pages(self.client.list_objects_v2_paginator().iter_page(request))

    def pages(self, pages):
        for page in pages:
            yield [one.key for one in page.contents or []], [one.prefix for one in page.common_prefixes or []]

    def delete(self, key):
        self.client.delete_object(oss.DeleteObjectRequest(self.bucket, key))

    def delete_many(self, keys):
        objects = [oss.DeleteObject(key=key) for key in keys]
        request = oss.DeleteMultipleObjectsRequest(self.bucket, encoding_type="url", objects=objects)
        return [one.key for one in self.client.delete_multiple_objects(request).deleted_objects]

    def append(self, key, position, body):
        request = oss.AppendObjectRequest(self.bucket, key, position=position, body=body)
        return self.client.append_object(request).next_position

    def initiate(self, key):
        return self.client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(self.bucket, key)).upload_id

    def upload_part(self, key, upload, number, body):
        request = oss.UploadPartRequest(self.bucket, key, part_number=number, upload_id=upload, body=body)
        return self.client.upload_part(request).etag

    def list_parts(self, key, upload):
        parts = self.client.list_parts(oss.ListPartsRequest(self.bucket, key, upload_id=upload)).parts
        return [part.part_number for part in parts]

    def list_uploads(self, prefix):
        request = oss.ListMultipartUploadsRequest(self.bucket, prefix=prefix)
        return [upload.key for upload in self.client.list_multipart_uploads(request).uploads or []]

    def complete(self, key, upload, parts):
        listed = [oss.UploadPart(part_number=at, etag=etag) for at, etag in parts]
        whole = oss.CompleteMultipartUpload(parts=listed)
        self.client.complete_multipart_upload(
            oss.CompleteMultipartUploadRequest(self.bucket, key, upload_id=upload, complete_multipart_upload=whole)
        )

    def abort(self, key, upload):
        self.client.abort_multipart_upload(oss.AbortMultipartUploadRequest(self.bucket, key, upload_id=upload))

    def enable_versioning(self):
        enabled = oss.VersioningConfiguration(status="Enabled")
        self.client.put_bucket_versioning(oss.PutBucketVersioningRequest(self.bucket, versioning_configuration=enabled))

    def versions(self, prefix):
        found = self.client.list_object_versions(oss.ListObjectVersionsRequest(self.bucket, prefix=prefix))
        return len(found.version or []), len(found.delete_marker or [])

    def presign(self, key):
        expires = datetime.timedelta(minutes=10)
        return self.client.presign(oss.GetObjectRequest(self.bucket, key), expires=expires).url
