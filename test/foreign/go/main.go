// `oss <v1|v2> scenario <variant>...` or `oss <v1|v2> read-back <variant>`, see ../README.md.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

type result map[string]any

func say(line result) {
	text, err := json.Marshal(line)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

// Where a client shall go, and as whom.
type target struct {
	endpoint, region, signature, address, bucket string
	keyID, secret, token                         string
	proxy                                        string // a URL where the bucket's name goes into the host, else empty
}

func (to *target) pointAt(standIn string) {
	if to.address == "vhost" {
		to.proxy, to.endpoint = standIn, "http://oss-"+to.region+".aliyuncs.com"
	} else {
		to.endpoint = standIn
	}
}

type putOptions struct {
	contentType, note string
	forbidOverwrite   bool
}

type object struct {
	body        []byte
	contentType string
	metadata    map[string]string // names in lower case
}

type page struct{ keys, prefixes []string }

type part struct {
	number int
	etag   string
}

// What both SDKs can do, each in its own words. ETags are without quotes.
type client interface {
	put(key string, body io.Reader, options putOptions) (etag string, err error)
	get(key string) (object, error)
	getRange(key string, first, last int64) (object, error)
	head(key string) (result, error)
	objectMeta(key string) (result, error)
	copy(source, target string) error
	listV1(prefix, delimiter string, maxKeys int) ([]page, error)
	listV2(prefix, delimiter string, maxKeys int) ([]page, error)
	remove(key string) error
	removeMany(keys []string) (removed []string, err error)
	appendTo(key string, position int64, body io.Reader) (next int64, err error)
	initiate(key string) (upload string, err error)
	uploadPart(key, upload string, number int, body io.Reader) (etag string, err error)
	listParts(key, upload string) ([]int, error)
	listUploads(prefix string) ([]string, error)
	complete(key, upload string, parts []part) error
	abort(key, upload string) error
	presign(key string) (url string, err error)
	enableVersioning() error
	versions(prefix string) (versions, markers int, err error)
}

type adapter struct {
	name, version string
	connect       func(target) (client, error)
	// Status and code of a refusal by the service.
	refusal func(error) (status int, code string, ok bool)
}

var adapters = map[string]adapter{"v1": v1, "v2": v2}

func main() {
	chosen, command := adapters[os.Args[1]], os.Args[2]
	say(result{"client": chosen.name, "version": strings.TrimPrefix(chosen.version, "v")})
	for _, variant := range os.Args[3:] {
		signature, address, _ := strings.Cut(variant, "-")
		to := target{
			region:    os.Getenv("OSS_REGION"),
			bucket:    os.Getenv("OSS_BUCKET"),
			keyID:     os.Getenv("OSS_KEY_ID"),
			secret:    os.Getenv("OSS_KEY_SECRET"),
			signature: signature,
			address:   address,
		}
		to.pointAt(os.Getenv("OSS_ENDPOINT"))
		if command == "read-back" {
			readBack(chosen, to, os.Getenv("OSS_PREFIX"))
		} else {
			newScenario(chosen, to, variant, os.Getenv("OSS_PREFIX")+variant+"/").run()
		}
	}
}
