package cehttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func one(e cloudevents.Event, err error) ([]cloudevents.Event, error) {
	return []cloudevents.Event{e}, err
}

const (
	shardJSON   = `{"specversion":"1.0","id":"1","source":"/s","type":"t","shard":"7"}`
	noShardJSON = `{"specversion":"1.0","id":"1","source":"/s","type":"t","shard":"seven"}`
)

// Declared extensions reach the decoding of every message by every door.
func TestExtensions(t *testing.T) {
	shard := spec.Attribute{Name: "shard", Type: spec.Integer}
	d := cehttp.Decoder{Extensions: []spec.Attribute{shard}}
	type header = http.Header
	cases := map[string]func(h header, body string) ([]cloudevents.Event, error){
		"ToCloudEvent": func(h header, b string) ([]cloudevents.Event, error) {
			return one(cehttp.ToCloudEvent(request(h, b), nil, shard))
		},
		"ResponseToCloudEvent": func(h header, b string) ([]cloudevents.Event, error) {
			return one(cehttp.ResponseToCloudEvent(response(h, b), nil, shard))
		},
		"DecodeMessage": func(h header, b string) ([]cloudevents.Event, error) {
			return one(cehttp.DecodeMessage(h, []byte(b), nil, shard))
		},
		"Decoder.ToCloudEvent": func(h header, b string) ([]cloudevents.Event, error) { return one(d.ToCloudEvent(request(h, b))) },
		"Decoder.ResponseToCloudEvent": func(h header, b string) ([]cloudevents.Event, error) {
			return one(d.ResponseToCloudEvent(response(h, b)))
		},
		"Decoder.DecodeMessage": func(h header, b string) ([]cloudevents.Event, error) { return one(d.DecodeMessage(h, []byte(b))) },
		"ToCloudEventBatch": func(h header, b string) ([]cloudevents.Event, error) {
			return cehttp.ToCloudEventBatch(request(h, b), nil, shard)
		},
		"ResponseToCloudEventBatch": func(h header, b string) ([]cloudevents.Event, error) {
			return cehttp.ResponseToCloudEventBatch(response(h, b), nil, shard)
		},
		"DecodeMessageBatch": func(h header, b string) ([]cloudevents.Event, error) {
			return cehttp.DecodeMessageBatch(h, []byte(b), nil, shard)
		},
		"Decoder.ToCloudEventBatch": func(h header, b string) ([]cloudevents.Event, error) { return d.ToCloudEventBatch(request(h, b)) },
		"Decoder.ResponseToCloudEventBatch": func(h header, b string) ([]cloudevents.Event, error) {
			return d.ResponseToCloudEventBatch(response(h, b))
		},
		"Decoder.DecodeMessageBatch": func(h header, b string) ([]cloudevents.Event, error) { return d.DecodeMessageBatch(h, []byte(b)) },
		"FromHeader":                 func(h header, b string) ([]cloudevents.Event, error) { return one(cehttp.FromHeader(h, shard)) },
	}
	for name, decode := range cases {
		type message struct {
			header http.Header
			body   string
		}
		good := map[string]message{"binary": {binaryHeader("Ce-Shard", "7"), ""}, "structured": {typed(structuredType), shardJSON}}
		bad := map[string]message{"binary": {binaryHeader("Ce-Shard", "seven"), ""}, "structured": {typed(structuredType), noShardJSON}}
		if strings.HasSuffix(name, "Batch") {
			good = map[string]message{"batch": {typed(batchType), "[" + shardJSON + "]"}}
			bad = map[string]message{"batch": {typed(batchType), "[" + noShardJSON + "]"}}
		}
		if name == "FromHeader" {
			delete(good, "structured")
			delete(bad, "structured")
		}
		for mode, m := range good {
			t.Run(name+"/"+mode, func(t *testing.T) {
				es, err := decode(m.header, m.body)
				if err != nil {
					t.Fatal(err)
				}
				want := minimal()
				want.Extensions = []cloudevents.Extension{{Name: "shard", Value: cloudevents.IntegerValue(7)}}
				wantEvents(t, es, want)
			})
		}
		for mode, m := range bad {
			t.Run(name+"/"+mode+" of another type", func(t *testing.T) {
				_, err := decode(m.header, m.body)
				var invalid *validation.Error
				if !errors.As(err, &invalid) || invalid.Attribute != "shard" || !errors.Is(err, validation.ErrSyntax) {
					t.Errorf("error is %v, want one about the syntax of shard", err)
				}
			})
		}
	}
}

// numbered returns a binary-mode header with n attributes, four of them required.
func numbered(n int) http.Header {
	h := binaryHeader()
	for i := range n - 4 {
		h[fmt.Sprintf("Ce-X%d", i)] = []string{"v"}
	}
	return h
}

func TestMaxAttributes(t *testing.T) {
	cases := []struct {
		name  string
		max   int
		n     int
		limit int // of the error; 0 is none
	}{
		{"default, exactly", 0, cloudevents.DefaultMaxAttributes, 0},
		{"default, one over", 0, cloudevents.DefaultMaxAttributes + 1, cloudevents.DefaultMaxAttributes},
		{"custom, exactly", 6, 6, 0},
		{"custom, one over", 6, 7, 6},
		{"none", -1, 3 * cloudevents.DefaultMaxAttributes, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := cehttp.Decoder{MaxAttributes: c.max}
			h := numbered(c.n - 1)
			h["Content-Type"] = []string{"text/plain"} // is an attribute too
			e, err := d.ToCloudEvent(request(h, ""))
			if c.limit == 0 {
				if err != nil || len(e.Extensions) != c.n-5 {
					t.Errorf("%d extensions, error %v", len(e.Extensions), err)
				}
				return
			}
			var limit *cloudevents.LimitError
			if !errors.As(err, &limit) || *limit != (cloudevents.LimitError{What: "attributes", Limit: c.limit}) {
				t.Errorf("error is %v, want *LimitError for %d attributes", err, c.limit)
			}
		})
	}
	t.Run("FromHeader has the default", func(t *testing.T) {
		var limit *cloudevents.LimitError
		if _, err := cehttp.FromHeader(numbered(cloudevents.DefaultMaxAttributes + 1)); !errors.As(err, &limit) {
			t.Errorf("error is %v, want *LimitError", err)
		}
	})
	t.Run("structured mode has the format's", func(t *testing.T) {
		d := cehttp.Decoder{MaxAttributes: 1, Format: format.JSON{MaxAttributes: 5}}
		if _, err := d.ToCloudEvent(request(typed(structuredType), shardJSON)); err != nil {
			t.Error(err)
		}
		d.Format = format.JSON{MaxAttributes: 4}
		_, err := d.ToCloudEvent(request(typed(structuredType), shardJSON))
		var limit *cloudevents.LimitError
		if !errors.As(err, &limit) || limit.Limit != 4 {
			t.Errorf("error is %v, want *LimitError for 4 attributes", err)
		}
	})
}

// One Decoder, one header map and one set of declared extensions serve any number
// of goroutines; -race looks on.
func TestDecoderConcurrently(t *testing.T) {
	d := cehttp.Decoder{
		Format:     format.Set{format.JSON{}, barFormat{}},
		Extensions: []spec.Attribute{{Name: "shard", Type: spec.Integer}},
		MaxBytes:   1 << 20, MaxAttributes: 20,
	}
	want := minimal()
	want.Extensions = []cloudevents.Extension{{Name: "shard", Value: cloudevents.IntegerValue(7)}}
	binary, structured, batch := binaryHeader("Ce-Shard", "%37"), typed(structuredType), typed(batchType)

	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				e, err := d.ToCloudEvent(request(binary, ""))
				f, err2 := d.ToCloudEvent(request(structured, shardJSON))
				es, err3 := d.ToCloudEventBatch(request(batch, "["+shardJSON+"]"))
				if err := errors.Join(err, err2, err3); err != nil {
					t.Error(err)
					return
				}
				wantEvents(t, append(es, e, f), want, want, want)
			}
		})
	}
	wg.Wait()
}

// A decoded event does not change with the header or the next decode.
func TestDecodedEventKeepsNoMap(t *testing.T) {
	h := binaryHeader("Ce-Subject", "a%20b", "Ce-Shard", "7", "Content-Type", "text/plain")
	e, err := cehttp.DecodeMessage(h, []byte("data"), nil)
	if err != nil {
		t.Fatal(err)
	}
	before := dump(e)
	for key, values := range h {
		values[0] = "gone"
		delete(h, key)
	}
	if _, err := cehttp.DecodeMessage(binaryHeader("Ce-Subject", "%20%20%20"), nil, nil); err != nil {
		t.Fatal(err)
	}
	if after := dump(e); after != before {
		t.Errorf("event was\n%sis\n%s", before, after)
	}
}
