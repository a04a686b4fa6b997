package conformance_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
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
		"structured, not binary": {"http/encode/binary-minimal", func(c *conformance.Codec) {
			c.Encode = func(es []conformance.Event, _ cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
				return this.Encode(es, cloudevents.StructuredMode, p)
			}
		}, true},
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

// TestWithoutReference checks that a judge without a reference skips what it cannot read.
func TestWithoutReference(t *testing.T) {
	judge := conformance.Judge{Codec: library.Codec()}
	rc := conformance.Receiver{Send: func(conformance.Message) (int, conformance.Message, error) {
		return http.StatusOK, conformance.Message{Header: http.Header{"Content-Type": {spec.MediaTypeJSON}}, Body: []byte("{}")}, nil
	}}
	for _, tc := range load(t) {
		for _, r := range judge.Run(tc) {
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
