package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
)

var v2 = adapter{
	name:    "alibabacloud-oss-go-sdk-v2 (Go)",
	version: oss.Version(),
	connect: connectV2,
	refusal: func(err error) (int, string, bool) {
		var refused *oss.ServiceError
		if !errors.As(err, &refused) {
			return 0, "", false
		}
		return refused.StatusCode, refused.Code, true
	},
}

type v2Client struct {
	client *oss.Client
	bucket *string
}

var always = context.Background()

func connectV2(to target) (client, error) {
	version := oss.SignatureVersionV4
	if to.signature == "v1" {
		version = oss.SignatureVersionV1
	}
	config := oss.LoadDefaultConfig().
		WithCredentialsProvider(credentials.NewStaticCredentialsProvider(to.keyID, to.secret, to.token)).
		WithRegion(to.region).
		WithEndpoint(to.endpoint).
		WithSignatureVersion(version)
	if to.proxy != "" {
		config.WithProxyHost(to.proxy)
	}
	return v2Client{oss.NewClient(config), oss.Ptr(to.bucket)}, nil
}

func unquoted(etag *string) string { return strings.Trim(oss.ToString(etag), `"`) }

func (c v2Client) put(key string, body io.Reader, o putOptions) (string, error) {
	request := &oss.PutObjectRequest{Bucket: c.bucket, Key: &key, Body: body}
	if o.contentType != "" {
		request.ContentType = &o.contentType
	}
	if o.note != "" {
		request.Metadata = map[string]string{"note": o.note}
	}
	if o.forbidOverwrite {
		request.ForbidOverwrite = oss.Ptr("true")
	}
	done, err := c.client.PutObject(always, request)
	if err != nil {
		return "", err
	}
	return unquoted(done.ETag), nil
}

func (c v2Client) get(key string) (object, error) {
	return c.read(&oss.GetObjectRequest{Bucket: c.bucket, Key: &key})
}

func (c v2Client) getRange(key string, first, last int64) (object, error) {
	span := fmt.Sprintf("bytes=%d-%d", first, last)
	return c.read(&oss.GetObjectRequest{Bucket: c.bucket, Key: &key, Range: &span})
}

func (c v2Client) read(request *oss.GetObjectRequest) (object, error) {
	got, err := c.client.GetObject(always, request)
	if err != nil {
		return object{}, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	metadata := map[string]string{}
	for name, value := range got.Metadata {
		metadata[strings.ToLower(name)] = value
	}
	return object{body, oss.ToString(got.ContentType), metadata}, err
}

func (c v2Client) head(key string) (result, error) {
	head, err := c.client.HeadObject(always, &oss.HeadObjectRequest{Bucket: c.bucket, Key: &key})
	if err != nil {
		return nil, err
	}
	return result{
		"length":      head.ContentLength,
		"contentType": oss.ToString(head.ContentType),
		"note":        head.Metadata["note"],
		"type":        oss.ToString(head.ObjectType),
	}, nil
}

func (c v2Client) objectMeta(key string) (result, error) {
	meta, err := c.client.GetObjectMeta(always, &oss.GetObjectMetaRequest{Bucket: c.bucket, Key: &key})
	if err != nil {
		return nil, err
	}
	return result{"length": meta.ContentLength, "etag": unquoted(meta.ETag)}, nil
}

func (c v2Client) copy(source, target string) error {
	_, err := c.client.CopyObject(always, &oss.CopyObjectRequest{Bucket: c.bucket, Key: &target, SourceKey: &source})
	return err
}

func pageOf(objects []oss.ObjectProperties, prefixes []oss.CommonPrefix) page {
	found := page{}
	for _, one := range objects {
		found.keys = append(found.keys, oss.ToString(one.Key))
	}
	for _, one := range prefixes {
		found.prefixes = append(found.prefixes, oss.ToString(one.Prefix))
	}
	return found
}

func (c v2Client) listV1(prefix, delimiter string, maxKeys int) ([]page, error) {
	var pages []page
	list := c.client.NewListObjectsPaginator(
		&oss.ListObjectsRequest{Bucket: c.bucket, Prefix: &prefix, Delimiter: &delimiter, MaxKeys: int32(maxKeys)})
	for list.HasNext() {
		found, err := list.NextPage(always)
		if err != nil {
			return nil, err
		}
		pages = append(pages, pageOf(found.Contents, found.CommonPrefixes))
	}
	return pages, nil
}

func (c v2Client) listV2(prefix, delimiter string, maxKeys int) ([]page, error) {
	var pages []page
	list := c.client.NewListObjectsV2Paginator(
		&oss.ListObjectsV2Request{Bucket: c.bucket, Prefix: &prefix, Delimiter: &delimiter, MaxKeys: int32(maxKeys)})
	for list.HasNext() {
		found, err := list.NextPage(always)
		if err != nil {
			return nil, err
		}
		pages = append(pages, pageOf(found.Contents, found.CommonPrefixes))
	}
	return pages, nil
}

func (c v2Client) remove(key string) error {
	_, err := c.client.DeleteObject(always, &oss.DeleteObjectRequest{Bucket: c.bucket, Key: &key})
	return err
}

func (c v2Client) removeMany(keys []string) ([]string, error) {
	var objects []oss.DeleteObject
	for _, key := range keys {
		objects = append(objects, oss.DeleteObject{Key: oss.Ptr(key)})
	}
	done, err := c.client.DeleteMultipleObjects(always,
		&oss.DeleteMultipleObjectsRequest{Bucket: c.bucket, EncodingType: oss.Ptr("url"), Objects: objects})
	if err != nil {
		return nil, err
	}
	var removed []string
	for _, one := range done.DeletedObjects {
		removed = append(removed, oss.ToString(one.Key))
	}
	return removed, nil
}

func (c v2Client) appendTo(key string, position int64, body io.Reader) (int64, error) {
	done, err := c.client.AppendObject(always,
		&oss.AppendObjectRequest{Bucket: c.bucket, Key: &key, Position: &position, Body: body})
	if err != nil {
		return 0, err
	}
	return done.NextPosition, nil
}

func (c v2Client) initiate(key string) (string, error) {
	done, err := c.client.InitiateMultipartUpload(always, &oss.InitiateMultipartUploadRequest{Bucket: c.bucket, Key: &key})
	if err != nil {
		return "", err
	}
	return oss.ToString(done.UploadId), nil
}

func (c v2Client) uploadPart(key, upload string, number int, body io.Reader) (string, error) {
	done, err := c.client.UploadPart(always,
		&oss.UploadPartRequest{Bucket: c.bucket, Key: &key, UploadId: &upload, PartNumber: int32(number), Body: body})
	if err != nil {
		return "", err
	}
	return oss.ToString(done.ETag), nil
}

func (c v2Client) listParts(key, upload string) ([]int, error) {
	found, err := c.client.ListParts(always, &oss.ListPartsRequest{Bucket: c.bucket, Key: &key, UploadId: &upload})
	if err != nil {
		return nil, err
	}
	var numbers []int
	for _, part := range found.Parts {
		numbers = append(numbers, int(part.PartNumber))
	}
	return numbers, nil
}

func (c v2Client) listUploads(prefix string) ([]string, error) {
	found, err := c.client.ListMultipartUploads(always, &oss.ListMultipartUploadsRequest{Bucket: c.bucket, Prefix: &prefix})
	if err != nil {
		return nil, err
	}
	keys := []string{}
	for _, upload := range found.Uploads {
		keys = append(keys, oss.ToString(upload.Key))
	}
	return keys, nil
}

func (c v2Client) complete(key, upload string, parts []part) error {
	whole := &oss.CompleteMultipartUpload{}
	for _, part := range parts {
		whole.Parts = append(whole.Parts, oss.UploadPart{PartNumber: int32(part.number), ETag: oss.Ptr(part.etag)})
	}
	_, err := c.client.CompleteMultipartUpload(always,
		&oss.CompleteMultipartUploadRequest{Bucket: c.bucket, Key: &key, UploadId: &upload, CompleteMultipartUpload: whole})
	return err
}

func (c v2Client) abort(key, upload string) error {
	_, err := c.client.AbortMultipartUpload(always,
		&oss.AbortMultipartUploadRequest{Bucket: c.bucket, Key: &key, UploadId: &upload})
	return err
}

func (c v2Client) enableVersioning() error {
	enabled := &oss.VersioningConfiguration{Status: oss.VersionEnabled}
	_, err := c.client.PutBucketVersioning(always,
		&oss.PutBucketVersioningRequest{Bucket: c.bucket, VersioningConfiguration: enabled})
	return err
}

func (c v2Client) versions(prefix string) (int, int, error) {
	found, err := c.client.ListObjectVersions(always, &oss.ListObjectVersionsRequest{Bucket: c.bucket, Prefix: &prefix})
	if err != nil {
		return 0, 0, err
	}
	return len(found.ObjectVersions), len(found.ObjectDeleteMarkers), nil
}

func (c v2Client) presign(key string) (string, error) {
	signed, err := c.client.Presign(always, &oss.GetObjectRequest{Bucket: c.bucket, Key: &key}, oss.PresignExpires(10*time.Minute))
	if err != nil {
		return "", err
	}
	return signed.URL, nil
}
