package cloudevents_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

func nested(depth int) string {
	return strings.Repeat(`[{"a":`, depth/2) + strings.Repeat("[", depth%2) + "1" +
		strings.Repeat("]", depth%2) + strings.Repeat("}]", depth/2)
}

func extensions(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf(`"e%d":%d`, i, i)
	}
	return strings.Join(names, ",")
}

func events(n int) string {
	return "[" + strings.TrimSuffix(strings.Repeat(minimalDocument+",", n), ",") + "]"
}

func TestLimits(t *testing.T) {
	type decoder = cloudevents.JSONDecoder
	attributes := func(n int) string { return event(extensions(n - 4)) }
	depth := func(n int) string { return event(`"data":` + nested(n)) }
	tests := []struct {
		name     string
		decoder  decoder
		document string
		limit    int // 0: accepted
		what     string
	}{
		{"depth at the default", decoder{}, depth(1024), 0, ""},
		{"depth beyond the default", decoder{}, depth(1025), 1024, ""},
		{"depth at one's own limit", decoder{MaxDepth: 3}, depth(3), 0, ""},
		{"depth beyond one's own limit", decoder{MaxDepth: 3}, depth(4), 3, ""},
		{"depth 1 is one array", decoder{MaxDepth: 1}, event(`"data":[1,[]]`), 1, ""},
		{"depth counts what is open, not what was", decoder{MaxDepth: 1}, event(`"data":[]`), 0, ""},
		{"brackets side by side are not deep", decoder{MaxDepth: 2}, event(`"data":[[],[],[{}],{}]`), 2, ""},
		{"brackets side by side at the limit", decoder{MaxDepth: 2}, event(`"data":[[],[],{},{}]`), 0, ""},
		{"no limit on depth", decoder{MaxDepth: -1}, depth(100_001), 0, ""},
		{"a greater limit on depth", decoder{MaxDepth: 2000}, depth(2000), 0, ""},
		{"depth of JSON in base64", decoder{MaxDepth: 2}, event(`"datacontenttype":"application/json","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(nested(2))) + `"`), 0, ""},
		{"depth of JSON in base64 beyond the limit", decoder{MaxDepth: 2}, event(`"datacontenttype":"application/json","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(nested(3))) + `"`), 2, "levels of nesting"},
		{"depth of JSON in base64 beyond the limit, decoded in place", decoder{MaxDepth: 2, InPlace: true}, event(`"datacontenttype":"application/json","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(nested(3))) + `"`), 2, "levels of nesting"},
		{"depth of JSON in base64 beyond the default, which is written as base64", decoder{}, event(`"datacontenttype":"application/json","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(nested(1025))) + `"`), 0, ""},
		{"depth of what is no JSON in base64", decoder{MaxDepth: 2}, event(`"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(nested(3))) + `"`), 0, ""},
		{"depth of brackets in a string in base64", decoder{MaxDepth: 1}, event(`"datacontenttype":"application/json","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(`"[[["`)) + `"`), 0, ""},
		{"depth in an attribute, which is refused anyway", decoder{MaxDepth: 2}, event(`"ext":` + nested(3)), 2, ""},

		{"attributes at the default", decoder{}, attributes(1000), 0, ""},
		{"attributes beyond the default", decoder{}, attributes(1001), 1000, "attributes"},
		{"attributes at one's own limit", decoder{MaxAttributes: 5}, attributes(5), 0, ""},
		{"attributes beyond one's own limit", decoder{MaxAttributes: 5}, attributes(6), 5, "attributes"},
		{"data is no attribute", decoder{MaxAttributes: 5}, event(`"datacontenttype":"text/plain","data":"x"`), 0, ""},
		{"an implied datacontenttype counts, because it is written", decoder{MaxAttributes: 4}, event(`"data":1`), 4, "attributes"},
		{"an implied datacontenttype at the limit", decoder{MaxAttributes: 5}, event(`"data":1`), 0, ""},
		{"a null datacontenttype and the implied one count once", decoder{MaxAttributes: 5}, event(`"datacontenttype":null,"data":1`), 0, ""},
		{"an implied datacontenttype beyond the default", decoder{}, event(extensions(996) + `,"data":1`), 1000, "attributes"},
		{"an implied datacontenttype without limit", decoder{MaxAttributes: -1}, event(extensions(996) + `,"data":1`), 0, ""},
		{"data_base64 is no attribute", decoder{MaxAttributes: 4}, event(`"data_base64":""`), 0, ""},
		{"a null counts", decoder{MaxAttributes: 4}, event(`"ext":null`), 4, "attributes"},
		{"a duplicate counts", decoder{MaxAttributes: 4}, event(`"id":"1"`), 4, "attributes"},
		{"a second data counts", decoder{MaxAttributes: 4}, event(`"data":1,"data":1`), 4, "attributes"},
		{"no limit on attributes", decoder{MaxAttributes: -1}, attributes(10_000), 0, ""},

		{"events at the default", decoder{}, events(10_000), 0, ""},
		{"events beyond the default", decoder{}, events(10_001), 10_000, "events"},
		{"events at one's own limit", decoder{MaxEvents: 2}, events(2), 0, ""},
		{"events beyond one's own limit", decoder{MaxEvents: 2}, events(3), 2, "events"},
		{"no limit on events", decoder{MaxEvents: -1}, events(20_000), 0, ""},
		{"attributes of each event, not of all", decoder{MaxAttributes: 4}, events(3), 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			if strings.HasPrefix(tt.document, "[") {
				var es []cloudevents.Event
				es, err = tt.decoder.DecodeBatch([]byte(tt.document))
				if err == nil && len(es) != strings.Count(tt.document, `"id"`) {
					t.Errorf("%d events", len(es))
				}
			} else {
				_, err = tt.decoder.Decode([]byte(tt.document))
				// In a batch it is the same, for each event.
				_, inBatch := tt.decoder.DecodeBatch([]byte("[" + tt.document + "]"))
				if (inBatch == nil) != (err == nil) {
					t.Errorf("alone %v, in a batch %v", err, inBatch)
				}
			}
			if tt.limit == 0 {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			var l *cloudevents.LimitError
			var s *cloudevents.SyntaxError
			if !errors.As(err, &l) || !errors.As(err, &s) {
				t.Fatalf("error is %v, want a *LimitError in a *SyntaxError", err)
			}
			if l.Limit != tt.limit || tt.what != "" && l.What != tt.what {
				t.Errorf("error is %+v, want %d %s", *l, tt.limit, tt.what)
			}
			if s.Offset <= 0 || s.Offset >= len(tt.document) {
				t.Errorf("offset is %d of %d", s.Offset, len(tt.document))
			}
		})
	}
}

// The limits are what the constants say.
func TestDefaultLimits(t *testing.T) {
	d := cloudevents.JSONDecoder{
		MaxDepth:      cloudevents.DefaultMaxDepth,
		MaxAttributes: cloudevents.DefaultMaxAttributes,
		MaxEvents:     cloudevents.DefaultMaxEvents,
	}
	var zero cloudevents.JSONDecoder
	for _, document := range []string{
		event(`"data":` + nested(1024)), event(`"data":` + nested(1025)), event(extensions(996)), event(extensions(997)),
	} {
		_, named := d.Decode([]byte(document))
		_, byDefault := zero.Decode([]byte(document))
		if fmt.Sprint(named) != fmt.Sprint(byDefault) {
			t.Errorf("named limits: %v; zero decoder: %v", named, byDefault)
		}
	}
}
