package main

import (
	"bytes"
	"compress/gzip"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// One line an object: what the client sees of it.
func readBack(adapter adapter, to target, prefix string) {
	client, err := adapter.connect(to)
	if err != nil {
		panic(err)
	}
	pages, err := client.listV2(prefix, "", 1000)
	if err != nil {
		panic(err)
	}
	for _, page := range pages {
		for _, key := range page.keys {
			got, err := client.get(key)
			if err != nil {
				panic(err)
			}
			content, err := decompressed(key, got.body)
			if err != nil {
				panic(err)
			}
			ours := map[string]string{}
			for name, value := range got.metadata {
				if strings.HasPrefix(name, "spillway-") {
					ours[name] = value
				}
			}
			digest := md5.Sum(got.body)
			say(result{
				"key":         strings.TrimPrefix(key, prefix),
				"contentType": got.contentType,
				"metadata":    ours,
				"storedMd5":   hex.EncodeToString(digest[:]),
				"content":     base64.StdEncoding.EncodeToString(content),
			})
		}
	}
}

func decompressed(key string, body []byte) ([]byte, error) {
	switch {
	case strings.HasSuffix(key, ".gz"):
		reader, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(reader)
	case strings.HasSuffix(key, ".zst"):
		reader, err := zstd.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		defer reader.Close()
		return io.ReadAll(reader)
	default:
		return body, nil
	}
}
