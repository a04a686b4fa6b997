package cehttp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// typical returns the header of an event with two extensions in plain text.
func typical() http.Header {
	return binaryHeader("Content-Type", "application/json", "Ce-Region", "eu", "Ce-Shard", "7")
}

const typicalJSON = `{"specversion":"1.0","id":"1","source":"/s","type":"t","region":"eu","shard":"7",` +
	`"datacontenttype":"application/json","data":{"total":12.50}}`

func typicalEvent() cloudevents.Event {
	e := withData("application/json", `{"total":12.50}`)
	e.Extensions = []cloudevents.Extension{
		{Name: "region", Value: cloudevents.StringValue("eu")},
		{Name: "shard", Value: cloudevents.StringValue("7")},
	}
	return e
}

func TestDecodeAllocs(t *testing.T) {
	const ownBuffer = 1 // what reading a body of announced length takes
	escaped := typical()
	escaped["Ce-Region"] = []string{"%65u"}
	body := []byte(typicalJSON)
	rewound := strings.NewReader("")
	post := func(h http.Header, body string) *http.Request {
		r := request(h, body)
		r.Body = readFunc(rewound.Read)
		return r
	}
	binary, structured := post(typical(), typicalJSON), post(typed(structuredType), typicalJSON)
	inPlace := func(data string) func() error {
		document := `{"specversion":"1.0","id":"1","source":"/s","type":"t","region":"eu",` + data + `}`
		r := post(typed(structuredType), document)
		return func() error {
			rewound.Reset(document)
			_, err := cehttp.ToCloudEvent(r, nil)
			return err
		}
	}
	cases := []struct {
		name string
		max  float64
		f    func() error
	}{
		{"DecodeMessage, binary, no extension", 0, func() error {
			_, err := cehttp.DecodeMessage(wireHeader, body, nil)
			return err
		}},
		{"DecodeMessage, binary, two extensions", 2, func() error {
			_, err := cehttp.DecodeMessage(binary.Header, body, nil)
			return err
		}},
		{"DecodeMessage, binary, escapes", 2, func() error {
			_, err := cehttp.DecodeMessage(escaped, body, nil)
			return err
		}},
		{"FromHeader, two extensions", 2, func() error {
			_, err := cehttp.FromHeader(binary.Header)
			return err
		}},
		{"DecodeMessage, structured", 2, func() error {
			_, err := cehttp.DecodeMessage(structured.Header, body, nil)
			return err
		}},
		{"ToCloudEvent, binary", 2 + ownBuffer, func() error {
			rewound.Reset(typicalJSON)
			_, err := cehttp.ToCloudEvent(binary, nil)
			return err
		}},
		{"ToCloudEvent, structured", 2 + ownBuffer, func() error {
			rewound.Reset(typicalJSON)
			_, err := cehttp.ToCloudEvent(structured, nil)
			return err
		}},
		{"ToCloudEvent, structured, base64", 2 + ownBuffer, inPlace(`"data_base64":"AAECAwQFBgc="`)},
		{"ToCloudEvent, structured, text with escapes", 2 + ownBuffer, inPlace(`"datacontenttype":"text/plain","data":"\u0061\n"`)},
		{"IsCloudEvent", 0, func() error {
			if !cehttp.IsCloudEvent(binary.Header) || cehttp.IsCloudEventBatch(binary.Header) {
				return cloudevents.ErrNotCloudEvent
			}
			return nil
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { alloctest.Succeeding(t, c.max, c.f) })
	}
}

var wireHeader = binaryHeader("Content-Type", "application/json")

// The ceilings are what was measured. A map that grows beyond eight headers, which
// typical does not, is most of what sample costs.
func TestEncodeAllocs(t *testing.T) {
	small, typical, large := minimal(), typicalEvent(), sample()
	reused := http.Header{}
	var to http.Request
	recorder := httptest.NewRecorder()
	send := func(e *cloudevents.Event, m cloudevents.Mode) func() error {
		return func() error {
			_, err := cehttp.ToHTTPRequest(t.Context(), "http://example.com/", e, m, nil)
			return err
		}
	}
	fresh := func(e *cloudevents.Event) func() error {
		return func() error { return cehttp.SetHeader(http.Header{}, e) }
	}
	cases := []struct {
		name string
		max  float64
		f    func() error
	}{
		{"SetHeader, fresh map, required attributes", 3, fresh(&small)},
		{"SetHeader, fresh map, two extensions", 3, fresh(&typical)},
		{"SetHeader, fresh map, every attribute", 7, fresh(&large)},
		{"SetHeader, map that has room", 2, func() error { return cehttp.SetHeader(reused, &large) }},
		{"ToHTTPRequest, binary, required attributes", 8, send(&small, cloudevents.BinaryMode)},
		{"ToHTTPRequest, binary, two extensions", 8, send(&typical, cloudevents.BinaryMode)},
		{"ToHTTPRequest, binary, every attribute", 12, send(&large, cloudevents.BinaryMode)},
		{"ToHTTPRequest, structured, two extensions", 10, send(&typical, cloudevents.StructuredMode)},
		{"CopyToHTTPRequest, binary, same request", 5, func() error {
			return cehttp.CopyToHTTPRequest(&to, &large, cloudevents.BinaryMode, nil)
		}},
		{"WriteHTTPResponse, binary, two extensions", 2, func() error {
			recorder.Body.Reset()
			return cehttp.WriteHTTPResponse(recorder, http.StatusOK, &typical, cloudevents.BinaryMode, nil)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { alloctest.Succeeding(t, c.max, c.f) })
	}
}

// An event without escapes costs no more for being long, and data cost nothing.
func TestBinaryModeDoesNotCopyData(t *testing.T) {
	e := withData("application/octet-stream", string(make([]byte, 8<<20)))
	h := http.Header{}
	var err error
	n := alloctest.Bytes(func() {
		var body []byte
		if body, err = cehttp.EncodeMessage(h, &e, cloudevents.BinaryMode, nil); err == nil {
			_, err = cehttp.DecodeMessage(h, body, nil)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if n > 1<<20 {
		t.Errorf("%d bytes allocated to send and receive", n)
	}
}
