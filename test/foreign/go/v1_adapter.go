package main

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/aliyun/aliyun-oss-go-sdk/oss"
)

var v1 = adapter{
	name:    "aliyun-oss-go-sdk (Go)",
	version: oss.Version,
	connect: connectV1,
	refusal: func(err error) (int, string, bool) {
		var refused oss.ServiceError
		found := errors.As(err, &refused)
		return refused.StatusCode, refused.Code, found
	},
}

type v1Client struct{ bucket *oss.Bucket }

func connectV1(to target) (client, error) {
	options := []oss.ClientOption{oss.AuthVersion(oss.AuthVersionType(to.signature)), oss.Region(to.region)}
	if to.token != "" {
		options = append(options, oss.SecurityToken(to.token))
	}
	if to.proxy != "" {
		options = append(options, oss.Proxy(to.proxy))
	}
	connected, err := oss.New(to.endpoint, to.keyID, to.secret, options...)
	if err != nil {
		return nil, err
	}
	bucket, err := connected.Bucket(to.bucket)
	return v1Client{bucket}, err
}

func (c v1Client) put(key string, body io.Reader, o putOptions) (string, error) {
	var headers http.Header
	options := []oss.Option{oss.GetResponseHeader(&headers)}
	if o.contentType != "" {
		options = append(options, oss.ContentType(o.contentType))
	}
	if o.note != "" {
		options = append(options, oss.Meta("note", o.note))
	}
	if o.forbidOverwrite {
		options = append(options, oss.ForbidOverWrite(true))
	}
	err := c.bucket.PutObject(key, body, options...)
	return strings.Trim(headers.Get("ETag"), `"`), err
}

func (c v1Client) get(key string) (object, error) { return c.read(key) }

func (c v1Client) getRange(key string, first, last int64) (object, error) {
	return c.read(key, oss.Range(first, last))
}

func (c v1Client) read(key string, options ...oss.Option) (object, error) {
	var headers http.Header
	stream, err := c.bucket.GetObject(key, append(options, oss.GetResponseHeader(&headers))...)
	if err != nil {
		return object{}, err
	}
	defer stream.Close()
	body, err := io.ReadAll(stream)
	metadata := map[string]string{}
	for name := range headers {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-oss-meta-") {
			metadata[strings.TrimPrefix(lower, "x-oss-meta-")] = headers.Get(name)
		}
	}
	return object{body, headers.Get("Content-Type"), metadata}, err
}

func lengthOf(headers http.Header) int {
	length, err := strconv.Atoi(headers.Get("Content-Length"))
	if err != nil {
		return -1
	}
	return length
}

func (c v1Client) head(key string) (result, error) {
	headers, err := c.bucket.GetObjectDetailedMeta(key)
	return result{
		"length":      lengthOf(headers),
		"contentType": headers.Get("Content-Type"),
		"note":        headers.Get("X-Oss-Meta-Note"),
		"type":        headers.Get("X-Oss-Object-Type"),
	}, err
}

func (c v1Client) objectMeta(key string) (result, error) {
	headers, err := c.bucket.GetObjectMeta(key)
	return result{"length": lengthOf(headers), "etag": strings.Trim(headers.Get("ETag"), `"`)}, err
}

func (c v1Client) copy(source, target string) error {
	_, err := c.bucket.CopyObject(source, target)
	return err
}

func keysOf(objects []oss.ObjectProperties) []string {
	var keys []string
	for _, one := range objects {
		keys = append(keys, one.Key)
	}
	return keys
}

func (c v1Client) listV1(prefix, delimiter string, maxKeys int) ([]page, error) {
	var pages []page
	for marker := ""; ; {
		found, err := c.bucket.ListObjects(oss.Prefix(prefix), oss.Delimiter(delimiter), oss.MaxKeys(maxKeys), oss.Marker(marker))
		if err != nil {
			return nil, err
		}
		pages = append(pages, page{keysOf(found.Objects), found.CommonPrefixes})
		if !found.IsTruncated {
			return pages, nil
		}
		marker = found.NextMarker
	}
}

func (c v1Client) listV2(prefix, delimiter string, maxKeys int) ([]page, error) {
	var pages []page
	for token := ""; ; {
		found, err := c.bucket.ListObjectsV2(
			oss.Prefix(prefix), oss.Delimiter(delimiter), oss.MaxKeys(maxKeys), oss.ContinuationToken(token))
		if err != nil {
			return nil, err
		}
		pages = append(pages, page{keysOf(found.Objects), found.CommonPrefixes})
		if !found.IsTruncated {
			return pages, nil
		}
		token = found.NextContinuationToken
	}
}

func (c v1Client) remove(key string) error { return c.bucket.DeleteObject(key) }

func (c v1Client) removeMany(keys []string) ([]string, error) {
	found, err := c.bucket.DeleteObjects(keys)
	return found.DeletedObjects, err
}

func (c v1Client) appendTo(key string, position int64, body io.Reader) (int64, error) {
	return c.bucket.AppendObject(key, body, position)
}

func (c v1Client) upload(key, upload string) oss.InitiateMultipartUploadResult {
	return oss.InitiateMultipartUploadResult{Bucket: c.bucket.BucketName, Key: key, UploadID: upload}
}

func (c v1Client) initiate(key string) (string, error) {
	found, err := c.bucket.InitiateMultipartUpload(key)
	return found.UploadID, err
}

func (c v1Client) uploadPart(key, upload string, number int, body io.Reader) (string, error) {
	sized := body.(interface{ Len() int })
	uploaded, err := c.bucket.UploadPart(c.upload(key, upload), body, int64(sized.Len()), number)
	return uploaded.ETag, err
}

func (c v1Client) listParts(key, upload string) ([]int, error) {
	found, err := c.bucket.ListUploadedParts(c.upload(key, upload))
	var numbers []int
	for _, part := range found.UploadedParts {
		numbers = append(numbers, part.PartNumber)
	}
	return numbers, err
}

func (c v1Client) listUploads(prefix string) ([]string, error) {
	found, err := c.bucket.ListMultipartUploads(oss.Prefix(prefix))
	keys := []string{}
	for _, upload := range found.Uploads {
		keys = append(keys, upload.Key)
	}
	return keys, err
}

func (c v1Client) complete(key, upload string, parts []part) error {
	var listed []oss.UploadPart
	for _, part := range parts {
		listed = append(listed, oss.UploadPart{PartNumber: part.number, ETag: part.etag})
	}
	_, err := c.bucket.CompleteMultipartUpload(c.upload(key, upload), listed)
	return err
}

func (c v1Client) abort(key, upload string) error {
	return c.bucket.AbortMultipartUpload(c.upload(key, upload))
}

func (c v1Client) enableVersioning() error {
	return c.bucket.Client.SetBucketVersioning(c.bucket.BucketName, oss.VersioningConfig{Status: string(oss.VersionEnabled)})
}

func (c v1Client) versions(prefix string) (int, int, error) {
	found, err := c.bucket.ListObjectVersions(oss.Prefix(prefix))
	return len(found.ObjectVersions), len(found.ObjectDeleteMarkers), err
}

func (c v1Client) presign(key string) (string, error) { return c.bucket.SignURL(key, oss.HTTPGet, 600) }
