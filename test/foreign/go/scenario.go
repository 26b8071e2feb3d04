package main

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
)

const partBytes = 100 * 1024

type scenario struct {
	adapter              adapter
	to                   target
	client               client
	variant, prefix, key string
}

func newScenario(adapter adapter, to target, variant, prefix string) *scenario {
	key := prefix + "数据 é+1/a b'()*!~&=%41.txt"
	return &scenario{adapter: adapter, to: to, variant: variant, prefix: prefix, key: key}
}

func (s *scenario) run() {
	connected, err := s.adapter.connect(s.to)
	if err != nil {
		panic(err)
	}
	s.client = connected
	steps := []struct {
		name string
		run  func() (result, error)
	}{
		{"put", s.put}, {"overwrite", s.overwrite}, {"forbid-overwrite", s.forbidOverwrite}, {"get", s.get},
		{"range", s.getRange}, {"head", func() (result, error) { return s.client.head(s.key) }},
		{"head-missing", func() (result, error) { return s.client.head(s.prefix + "missing") }},
		{"meta", func() (result, error) { return s.client.objectMeta(s.key) }},
		{"copy", s.copy}, {"chunked", s.chunked},
		{"list-v1", s.listV1}, {"list-v1-folders", func() (result, error) { return s.folders(s.client.listV1) }},
		{"list-v2", func() (result, error) { return s.listed(s.client.listV2) }},
		{"list-v2-folders", func() (result, error) { return s.folders(s.client.listV2) }},
		{"delete", s.remove}, {"delete-many", s.removeMany},
		{"append", s.append}, {"append-conflict", s.appendConflict},
		{"multipart", s.multipart}, {"multipart-abort", s.multipartAbort}, {"presigned", s.presigned},
		{"wrong-secret", s.as(func(to *target) { to.secret = "not the secret" })},
		{"unknown-key", s.as(func(to *target) { to.keyID = "nobody" })},
		{"missing-bucket", s.as(func(to *target) { to.bucket = "no-such-bucket" })},
		{"sts", s.sts}, {"sts-wrong-token", s.as(func(to *target) { temporary(to); to.token = "not the token" })},
		{"versioned", s.versioned}, {"clock-skew", s.clockSkew},
	}
	for _, step := range steps {
		line, err := step.run()
		if err != nil {
			line = result{"error": err.Error()}
			if status, code, ok := s.adapter.refusal(err); ok {
				line = result{"status": status, "code": code}
			}
		}
		line["variant"], line["step"] = s.variant, step.name
		say(line)
	}
}

func text(client client, key string) (result, error) {
	got, err := client.get(key)
	return result{"body": string(got.body)}, err
}

func (s *scenario) relative(keys []string) []string {
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		names = append(names, strings.TrimPrefix(key, s.prefix+"list/"))
	}
	return names
}

func (s *scenario) write(body string) (result, error) {
	options := putOptions{contentType: "text/plain; charset=utf-8", note: "a b"}
	etag, err := s.client.put(s.key, strings.NewReader(body), options)
	return result{"etag": etag}, err
}

func (s *scenario) put() (result, error)       { return s.write("hello 世界\n") }
func (s *scenario) overwrite() (result, error) { return s.write("0123456789") }

func (s *scenario) forbidOverwrite() (result, error) {
	etag, err := s.client.put(s.key, strings.NewReader("never"), putOptions{forbidOverwrite: true})
	return result{"etag": etag}, err
}

func (s *scenario) get() (result, error) {
	got, err := s.client.get(s.key)
	return result{"body": string(got.body), "contentType": got.contentType, "note": got.metadata["note"]}, err
}

func (s *scenario) getRange() (result, error) {
	got, err := s.client.getRange(s.key, 2, 4)
	return result{"body": string(got.body)}, err
}

func (s *scenario) copy() (result, error) {
	if err := s.client.copy(s.key, s.prefix+"copy"); err != nil {
		return nil, err
	}
	return text(s.client, s.prefix+"copy")
}

func (s *scenario) chunked() (result, error) {
	// Neither SDK can tell the length of this reader.
	body := io.MultiReader(strings.NewReader("ab"), strings.NewReader("cd"))
	if _, err := s.client.put(s.prefix+"chunked", body, putOptions{}); err != nil {
		return nil, err
	}
	return text(s.client, s.prefix+"chunked")
}

func (s *scenario) listV1() (result, error) {
	for _, name := range []string{"a/1", "a/2", "b", "c/1", "数据 +&<"} {
		if _, err := s.client.put(s.prefix+"list/"+name, strings.NewReader(name), putOptions{}); err != nil {
			return nil, err
		}
	}
	return s.listed(s.client.listV1)
}

type lister func(prefix, delimiter string, maxKeys int) ([]page, error)

func (s *scenario) listed(list lister) (result, error) {
	pages, err := list(s.prefix+"list/", "", 2)
	names := [][]string{}
	for _, page := range pages {
		names = append(names, s.relative(page.keys))
	}
	return result{"pages": names}, err
}

func (s *scenario) folders(list lister) (result, error) {
	pages, err := list(s.prefix+"list/", "/", 1000)
	all := page{}
	for _, page := range pages {
		all.keys = append(all.keys, page.keys...)
		all.prefixes = append(all.prefixes, page.prefixes...)
	}
	return result{"keys": s.relative(all.keys), "prefixes": s.relative(all.prefixes)}, err
}

func (s *scenario) remove() (result, error) {
	if err := s.client.remove(s.prefix + "list/b"); err != nil {
		return nil, err
	}
	return text(s.client, s.prefix+"list/b")
}

func (s *scenario) removeMany() (result, error) {
	var keys []string
	for _, name := range []string{"a/1", "a/2", "数据 +&<", "never there"} {
		keys = append(keys, s.prefix+"list/"+name)
	}
	removed, err := s.client.removeMany(keys)
	if err != nil {
		return nil, err
	}
	left, err := s.folders(func(prefix, _ string, maxKeys int) ([]page, error) {
		return s.client.listV2(prefix, "", maxKeys)
	})
	sort.Strings(removed)
	return result{"deleted": s.relative(removed), "left": left["keys"]}, err
}

func (s *scenario) append() (result, error) {
	key := s.prefix + "appended"
	first, err := s.client.appendTo(key, 0, strings.NewReader("abc"))
	if err != nil {
		return nil, err
	}
	second, err := s.client.appendTo(key, 3, strings.NewReader("def"))
	if err != nil {
		return nil, err
	}
	head, err := s.client.head(key)
	if err != nil {
		return nil, err
	}
	got, err := s.client.get(key)
	return result{"next": []int64{first, second}, "body": string(got.body), "type": head["type"]}, err
}

func (s *scenario) appendConflict() (result, error) {
	next, err := s.client.appendTo(s.prefix+"appended", 1, strings.NewReader("x"))
	return result{"next": next}, err
}

func (s *scenario) multipart() (result, error) {
	key := s.prefix + "parts"
	upload, err := s.client.initiate(key)
	if err != nil {
		return nil, err
	}
	var parts []part
	for at, body := range []string{strings.Repeat("a", partBytes), strings.Repeat("b", partBytes), "end"} {
		etag, err := s.client.uploadPart(key, upload, at+1, bytes.NewReader([]byte(body)))
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{at + 1, etag})
	}
	seen, err := s.client.listParts(key, upload)
	if err != nil {
		return nil, err
	}
	uploads, err := s.client.listUploads(s.prefix)
	if err != nil {
		return nil, err
	}
	if err := s.client.complete(key, upload, parts); err != nil {
		return nil, err
	}
	for at, name := range uploads {
		uploads[at] = strings.TrimPrefix(name, s.prefix)
	}
	got, err := s.client.get(key)
	digest := md5.Sum(got.body)
	return result{"parts": seen, "uploads": uploads, "length": len(got.body), "md5": hex.EncodeToString(digest[:])}, err
}

func (s *scenario) multipartAbort() (result, error) {
	key := s.prefix + "aborted"
	upload, err := s.client.initiate(key)
	if err != nil {
		return nil, err
	}
	if _, err := s.client.uploadPart(key, upload, 1, strings.NewReader("x")); err != nil {
		return nil, err
	}
	if err := s.client.abort(key, upload); err != nil {
		return nil, err
	}
	uploads, err := s.client.listUploads(s.prefix)
	return result{"uploads": uploads}, err
}

func (s *scenario) presigned() (result, error) {
	address, err := s.client.presign(s.key)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{}
	if s.to.proxy != "" {
		proxy, err := url.Parse(s.to.proxy)
		if err != nil {
			return nil, err
		}
		transport.Proxy = http.ProxyURL(proxy)
	}
	answer, err := (&http.Client{Transport: transport}).Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return result{"status": answer.StatusCode, "body": string(body)}, err
}

// Reads the first object as somebody else, or from somewhere else.
func (s *scenario) as(change func(*target)) func() (result, error) {
	return func() (result, error) {
		to := s.to
		change(&to)
		other, err := s.adapter.connect(to)
		if err != nil {
			return nil, err
		}
		return text(other, s.key)
	}
}

func temporary(to *target) {
	to.keyID, to.secret, to.token = os.Getenv("OSS_STS_KEY_ID"), os.Getenv("OSS_STS_KEY_SECRET"), os.Getenv("OSS_STS_TOKEN")
}

// Writes and reads an object as somebody else, or somewhere else.
func (s *scenario) roundTrip(to target, name, body string) (result, error) {
	other, err := s.adapter.connect(to)
	if err != nil {
		return nil, err
	}
	if _, err := other.put(s.prefix+name, strings.NewReader(body), putOptions{}); err != nil {
		return nil, err
	}
	return text(other, s.prefix+name)
}

func (s *scenario) sts() (result, error) {
	to := s.to
	temporary(&to)
	return s.roundTrip(to, "sts", "by a token")
}

func (s *scenario) clockSkew() (result, error) {
	to := s.to
	to.pointAt(os.Getenv("OSS_SKEWED_ENDPOINT"))
	return s.roundTrip(to, "skewed", "in time")
}

func (s *scenario) versioned() (result, error) {
	to := s.to
	to.bucket = os.Getenv("OSS_VERSIONED_BUCKET")
	other, err := s.adapter.connect(to)
	if err != nil {
		return nil, err
	}
	if err := other.enableVersioning(); err != nil {
		return nil, err
	}
	key := s.prefix + "versioned"
	if _, err := other.put(key, strings.NewReader("first"), putOptions{}); err != nil {
		return nil, err
	}
	if _, err := other.put(key, strings.NewReader("second"), putOptions{forbidOverwrite: true}); err != nil {
		return nil, err
	}
	if err := other.remove(key); err != nil {
		return nil, err
	}
	versions, markers, err := other.versions(s.prefix)
	return result{"versions": versions, "markers": markers}, err
}
