package conformance_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/spec"
)

// TestJudge checks which deviations of another implementation are faults.
func TestJudge(t *testing.T) {
	this := library.Codec()
	decodeAs := func(edit func(*conformance.Event)) func(*conformance.Codec) {
		return func(c *conformance.Codec) {
			c.Decode = func(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
				es, err := this.Decode(m, batch, exts)
				for i := range es {
					edit(&es[i])
				}
				return es, err
			}
		}
	}
	encodeAs := func(edit func(*conformance.Message)) func(*conformance.Codec) {
		return func(c *conformance.Codec) {
			c.Encode = func(es []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
				m, err := this.Encode(es, mode, p)
				if err == nil {
					edit(&m)
				}
				return m, err
			}
		}
	}
	attribute := func(name string, edit func(*conformance.Attribute)) func(*conformance.Event) {
		return func(e *conformance.Event) {
			for i := range e.Attributes {
				if e.Attributes[i].Name == name {
					edit(&e.Attributes[i])
				}
			}
		}
	}
	for name, c := range map[string]struct {
		cases string // a name, or a directory
		spoil func(*conformance.Codec)
		fails bool
	}{
		"another time":            {"json/decode/time-offset-kept", decodeAs(attribute("time", func(a *conformance.Attribute) { a.Text = "2018-04-05T17:31:00Z" })), true},
		"lower-case time":         {"json/decode/time-utc", decodeAs(attribute("time", func(a *conformance.Attribute) { a.Text = strings.ToLower(a.Text) })), false},
		"implied JSON":            {"json/decode/data-no-content-type-object", decodeAs(func(e *conformance.Event) { drop(e, "datacontenttype") }), false},
		"lost subject":            {"json/decode/every-core-attribute", decodeAs(func(e *conformance.Event) { drop(e, "subject") }), true},
		"other subject":           {"json/decode/every-core-attribute", decodeAs(attribute("subject", func(a *conformance.Attribute) { a.Text += "x" })), true},
		"an attribute twice":      {"json/decode/minimal", decodeAs(func(e *conformance.Event) { e.Attributes = append(e.Attributes, e.Attributes[0]) }), true},
		"a time is made up":       {"json/decode/time-absent", decodeAs(makeUp), true},
		"a time is made up often": {"json/decode/minimal", decodeAs(makeUp), false},
		"Integer as String":       {"json/decode/extension-integer", decodeAs(attribute("x", func(a *conformance.Attribute) { a.Type = spec.String })), true},
		"JSON with spaces":        {"json/decode/data-json-object", decodeAs(func(e *conformance.Event) { e.Data = append([]byte(" "), e.Data...) }), false},
		"other JSON":              {"json/decode/data-json-object", decodeAs(func(e *conformance.Event) { e.Data = []byte("{}") }), true},
		"data is lost":            {"json/decode/data-text", decodeAs(func(e *conformance.Event) { e.Data = nil }), true},
		"header in lower case":    {"http/encode/binary-minimal", encodeAs(lowerCase), false},
		"document with a space":   {"json/encode/minimal", encodeAs(func(m *conformance.Message) { m.Body = append([]byte(" "), m.Body...) }), false},
		"other bytes":             {"json/encode/minimal", encodeAs(func(m *conformance.Message) { m.Body = m.Body[1:] }), true},
		"raw space in a header":   {"http/encode/binary-minimal", encodeAs(func(m *conformance.Message) { m.Header.Set("ce-subject", "a b") }), true},
		"raw space in a header of NATS": {"nats/encode/binary-minimal", encodeAs(func(m *conformance.Message) {
			m.Parts = append(m.Parts, conformance.Part{Kind: "header", Name: "ce-subject", Value: []byte("a b")})
		}), true},
		"parts in another order": {"nats/encode/binary-minimal", encodeAs(func(m *conformance.Message) { slices.Reverse(m.Parts) }), false},
		"structured, not binary": {"http/encode/binary-minimal", func(c *conformance.Codec) {
			c.Encode = func(es []conformance.Event, _ cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
				return this.Encode(es, cloudevents.StructuredMode, p)
			}
		}, true},
		"refuses data that is not JSON":    {"json/encode/json-not-json-words", refuseToEncode, false},
		"refuses deep JSON":                {"json/encode/json-depth-1025", refuseToEncode, false},
		"refuses JSON":                     {"json/encode/json-object", refuseToEncode, true},
		"refuses what came in binary mode": {"http/decode/body-not-the-json-it-says", refuseDocuments, false},
		"refuses text":                     {"http/decode/body-us-ascii-non-ascii", refuseDocuments, true},
		"splices data that is not JSON": {"json/encode/json-not-json-splice-member", encodeAs(func(m *conformance.Message) {
			m.Body = []byte(`{"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"application/json","data":1,"id":"x"}`)
		}), true},
		"writes data that is not JSON as a string": {"json/encode/json-not-json-words", encodeAs(func(m *conformance.Message) {
			m.Body = bytes.Replace(m.Body, []byte(`"data_base64":"aGVsbG8="`), []byte(`"data":"hello"`), 1)
		}), true},
		"another base64": {"json/encode/json-not-json-words", encodeAs(func(m *conformance.Message) {
			m.Body = bytes.Replace(m.Body, []byte(`aGVsbG8=`), []byte(`aGVsbG9v`), 1)
		}), true},
		"sends a near miss in binary mode": {"http/encode/binary-prefix-dot", func(c *conformance.Codec) {
			c.Encode = func([]conformance.Event, cloudevents.Mode, conformance.Protocol) (conformance.Message, error) {
				h := http.Header{"Ce-Id": {"A-1"}, "Ce-Source": {"/orders"}, "Ce-Specversion": {"1.0"}, "Ce-Type": {"t"}, "Content-Type": {"application/cloudevents.v2+json"}}
				return conformance.Message{Protocol: conformance.Request, Header: h, Body: []byte("{}")}, nil
			}
		}, false},
		"no answer": {"json/decode/missing-id", func(c *conformance.Codec) {
			c.Decode = func(conformance.Message, bool, []spec.Attribute) ([]conformance.Event, error) {
				return nil, conformance.ErrNoAnswer
			}
		}, true},
		"no answer to a check": {"canonical/boolean/", func(c *conformance.Codec) {
			c.Check = func(string, string) (string, error) { return "", conformance.ErrNoAnswer }
		}, true},
		"transcodes to nothing": {"json/decode/minimal", func(c *conformance.Codec) {
			c.Transcode = func(conformance.Message, bool, cloudevents.Mode) (conformance.Message, error) {
				return conformance.Message{Protocol: conformance.Request}, nil
			}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			codec := *this
			c.spoil(&codec)
			judge := conformance.Judge{Codec: &codec, Reference: library.Reference()}
			ran := 0
			for _, tc := range load(t) {
				if tc.Name != c.cases && (!strings.HasSuffix(c.cases, "/") || !strings.HasPrefix(tc.Name, c.cases)) {
					continue
				}
				ran++
				var err error
				for _, r := range judge.Run(tc) {
					if r.Err != nil {
						err = r.Err
					}
				}
				if c.fails != (err != nil) {
					t.Errorf("%s: %v", tc.Name, err)
				}
			}
			if ran == 0 {
				t.Error("no such case")
			}
		})
	}
}

func refuseToEncode(c *conformance.Codec) {
	c.Encode = func([]conformance.Event, cloudevents.Mode, conformance.Protocol) (conformance.Message, error) {
		return conformance.Message{}, errors.New("no")
	}
}

// refuseDocuments makes a codec that has binary mode only.
func refuseDocuments(c *conformance.Codec) {
	encode, transcode := c.Encode, c.Transcode
	c.Encode = func(es []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
		if mode != cloudevents.BinaryMode {
			return conformance.Message{}, errors.New("no")
		}
		return encode(es, mode, p)
	}
	c.Transcode = func(m conformance.Message, batch bool, mode cloudevents.Mode) (conformance.Message, error) {
		if mode != cloudevents.BinaryMode {
			return conformance.Message{}, errors.New("no")
		}
		return transcode(m, batch, mode)
	}
}

func drop(e *conformance.Event, name string) {
	for i, a := range e.Attributes {
		if a.Name == name {
			e.Attributes = append(e.Attributes[:i:i], e.Attributes[i+1:]...)
			return
		}
	}
}

func makeUp(e *conformance.Event) {
	e.Attributes = append(e.Attributes, conformance.Attribute{Name: "time", Type: spec.Timestamp, Text: "2018-04-05T17:31:00Z"})
}

func lowerCase(m *conformance.Message) {
	h := http.Header{}
	for name, values := range m.Header {
		h[strings.ToLower(name)] = values
	}
	m.Header = h
}

// TestStrictSeesModes checks that a strict judge wants every event in every mode that can
// carry it, and in no other.
func TestStrictSeesModes(t *testing.T) {
	this := library.Codec()
	for name, c := range map[string]struct {
		tc    string
		edit  func(c *conformance.Codec)
		fails bool
	}{
		"a near miss": {"http/decode/content-type-near-miss-dot", func(*conformance.Codec) {}, false},
		"a near miss goes out in binary mode": {"http/decode/content-type-near-miss-dot", func(c *conformance.Codec) {
			c.Encode = func(es []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
				if m, err := this.Encode(es, mode, p); err == nil {
					return m, nil
				}
				return conformance.Message{Protocol: p}, nil
			}
		}, true},
		"data that is not JSON":                {"http/decode/body-not-the-json-it-says", func(*conformance.Codec) {}, false},
		"data that is not JSON is not written": {"http/decode/body-not-the-json-it-says", refuseDocuments, true},
	} {
		t.Run(name, func(t *testing.T) {
			codec := *this
			c.edit(&codec)
			judge := conformance.Judge{Codec: &codec, Reference: library.Reference(), Strict: true}
			for _, tc := range load(t) {
				if tc.Name != c.tc {
					continue
				}
				failed := codec.Run(tc) != nil
				for _, r := range judge.Run(tc) {
					if r.Op == conformance.OpRoundTrip && (r.Err != nil) != failed && !c.fails {
						t.Errorf("%s in %s mode: %v", r.Op, r.Mode, r.Err)
					}
				}
				if failed != c.fails {
					t.Errorf("failed: %t", failed)
				}
			}
		})
	}
}

// TestWithoutReference checks that a judge without a reference skips what it cannot read.
func TestWithoutReference(t *testing.T) {
	judge := conformance.Judge{Codec: library.Codec()}
	rc := conformance.Receiver{Send: func(conformance.Message) (int, conformance.Message, error) {
		return http.StatusOK, conformance.Message{Header: http.Header{"Content-Type": {spec.MediaTypeJSON}}, Body: []byte("{}")}, nil
	}}
	for _, tc := range load(t) {
		for _, r := range judge.Run(tc) {
			if p := r.Protocol; r.Op == conformance.OpRoundTrip && p != "" && p != conformance.Request && errors.Is(r.Err, conformance.ErrSkipped) {
				continue // the codec may lack the protocol
			}
			skips := r.Op == conformance.OpEncode || r.Op == conformance.OpTranscode || r.Op == conformance.OpRoundTrip && len(tc.Events) == 0 && r.Mode != cloudevents.BatchMode
			if skips != errors.Is(r.Err, conformance.ErrSkipped) && (skips || r.Err != nil) {
				t.Errorf("%s, %s in %s mode: %v", tc.Name, r.Op, r.Mode, r.Err)
			}
		}
		if tc.MustRefuse() {
			continue
		}
		for _, r := range rc.Run(tc) {
			if r.Err != nil && !errors.Is(r.Err, conformance.ErrSkipped) {
				t.Errorf("%s: %v", tc.Name, r.Err)
			}
		}
	}
}

// TestPlaces checks that each case counts once, and where.
func TestPlaces(t *testing.T) {
	requirements, err := conformance.LoadRequirements(os.DirFS("../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	cases := load(t)
	places := conformance.Places(cases, requirements)
	if len(places) != len(cases) {
		t.Errorf("%d places of %d cases", len(places), len(cases))
	}
	for name, want := range map[string]string{
		"json/decode/missing-id":           "spec.md#id",
		"canonical/boolean/the-true-value": "spec.md#type-system",
		"json/decode/token-nan":            "choice in json",
		"http/decode/percent-space-only":   "http-protocol-binding.md#3132-http-header-values",
		"json/decode/time-absent":          "spec.md#time",
	} {
		if got := places[name].String(); got != want {
			t.Errorf("%s is in %s, want %s", name, got, want)
		}
	}
	for name, p := range places {
		if p.Section == "other" {
			t.Errorf("%s has no place", name)
		}
	}
}

// TestReceiverSeesEchoes checks how a response is compared with the event.
func TestReceiverSeesEchoes(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(m conformance.Message) conformance.Message
		fails  bool
	}{
		"the same":       {func(m conformance.Message) conformance.Message { return m }, false},
		"nothing":        {func(conformance.Message) conformance.Message { return conformance.Message{} }, false},
		"something else": {func(conformance.Message) conformance.Message { return conformance.Message{Body: []byte("ok")} }, false},
		"an illegal event": {func(conformance.Message) conformance.Message {
			return conformance.Message{Header: http.Header{"Content-Type": {spec.MediaTypeJSON}}, Body: []byte("{}")}
		}, true},
		"another event": {func(conformance.Message) conformance.Message {
			body := []byte(`{"specversion":"1.0","id":"other","source":"/s","type":"t"}`)
			return conformance.Message{Header: http.Header{"Content-Type": {spec.MediaTypeJSON}}, Body: body}
		}, true},
	} {
		rc := conformance.Receiver{Reference: library.Reference(), Send: func(m conformance.Message) (int, conformance.Message, error) {
			if bytes.Contains(m.Body, []byte("[")) && len(m.Header) == 0 {
				return 0, m, errors.New("no message")
			}
			return http.StatusOK, c.answer(m), nil
		}}
		for _, tc := range load(t) {
			if tc.Name != "json/decode/every-core-attribute" {
				continue
			}
			for _, r := range rc.Run(tc) {
				if (r.Err != nil) != c.fails {
					t.Errorf("%s in %s mode: %v", name, r.Mode, r.Err)
				}
			}
		}
	}
}

// A refusal is reported with the type of its problem, which says why.
func TestReceiverSaysWhy(t *testing.T) {
	results := 0
	for body, want := range map[string]string{
		"":                               "refused with status 422",
		"no JSON":                        "refused with status 422",
		`{"type":""}`:                    "refused with status 422",
		`{"error_type":"unknown_type"}`:  `refused with status 422, problem "unknown_type"`,
		`{"type":"https://example.com"}`: `refused with status 422, problem "https://example.com"`,
		`{"type":"\u001b[2J"}`:           `refused with status 422, problem "\x1b[2J"`,
		`{"type":["an","array","too"]}}`: "refused with status 422",
	} {
		rc := conformance.Receiver{Send: func(conformance.Message) (int, conformance.Message, error) {
			return http.StatusUnprocessableEntity, conformance.Message{Body: []byte(body)}, nil
		}}
		for _, tc := range load(t) {
			if tc.Name != "http/decode/binary-request" {
				continue
			}
			for _, r := range rc.Run(tc) {
				results++
				if r.Err == nil || r.Err.Error() != want {
					t.Errorf("%s: %v", body, r.Err)
				}
			}
		}
	}
	if results == 0 {
		t.Error("nothing was sent")
	}
}
