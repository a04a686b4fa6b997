package conformance_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	"github.com/seed763dd41b/cloudevents/spec"
)

func load(t *testing.T) []conformance.Case {
	t.Helper()
	cases, err := conformance.Load(os.DirFS("../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestTransport sends the events of the cases through a format and a binding.
func TestTransport(t *testing.T) {
	binding := func(es []cloudevents.Event, mode cloudevents.Mode, exts []spec.Attribute) ([]cloudevents.Event, error) {
		h := http.Header{}
		if mode == cloudevents.BatchMode {
			body, err := cehttp.EncodeMessageBatch(h, es, nil)
			if err != nil {
				return nil, err
			}
			return cehttp.DecodeMessageBatch(h, body, nil, exts...)
		}
		body, err := cehttp.EncodeMessage(h, &es[0], mode, nil)
		if err != nil {
			return nil, err
		}
		e, err := cehttp.DecodeMessage(h, body, nil, exts...)
		return []cloudevents.Event{e}, err
	}
	keepsEmptyData := func(es []cloudevents.Event, mode cloudevents.Mode, exts []spec.Attribute) ([]cloudevents.Event, error) {
		if mode == cloudevents.BatchMode {
			return nil, conformance.ErrSkipped
		}
		m, err := cekafka.ToMessage(&es[0], mode, nil)
		if err != nil {
			return nil, err
		}
		e, err := cekafka.ToCloudEvent(&m, nil, exts...)
		return []cloudevents.Event{e}, err
	}
	for name, transport := range map[string]conformance.Transport{
		"format":                  conformance.Format(format.JSON{}),
		"binding":                 binding,
		"binding without batches": keepsEmptyData,
	} {
		t.Run(name, func(t *testing.T) {
			ran := 0
			for _, c := range load(t) {
				err := transport.Run(c)
				if errors.Is(err, conformance.ErrSkipped) {
					continue
				}
				ran++
				if err != nil {
					t.Errorf("%s: %v", c.Name, err)
				}
			}
			if ran < 400 {
				t.Errorf("only %d cases ran", ran)
			}
		})
	}
}

// TestRunSeesFaults runs the cases against codecs that are wrong in one way each.
func TestRunSeesFaults(t *testing.T) {
	this := library.Codec()
	for name, spoil := range map[string]func(c *conformance.Codec){
		"accepts everything": func(c *conformance.Codec) {
			c.Check = func(_, text string) (string, error) { return text, nil }
		},
		"refuses everything": func(c *conformance.Codec) {
			c.Decode = func(conformance.Message, bool, []spec.Attribute) ([]conformance.Event, error) {
				return nil, errors.New("no")
			}
		},
		"loses data": func(c *conformance.Codec) {
			c.Decode = func(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
				es, err := this.Decode(m, batch, exts)
				for i := range es {
					es[i].Data = nil
				}
				return es, err
			}
		},
		"forgets types": func(c *conformance.Codec) {
			c.Decode = func(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
				return this.Decode(m, batch, nil)
			}
		},
		"writes upper case": func(c *conformance.Codec) {
			c.Encode = func(es []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
				m, err := this.Encode(es, mode, p)
				m.Body = []byte(strings.ToUpper(string(m.Body)))
				return m, err
			}
		},
		"gives the wrong reason": func(c *conformance.Codec) {
			c.Reasons = func(error) []conformance.Reason { return []conformance.Reason{{Rule: "name"}} }
		},
	} {
		t.Run(name, func(t *testing.T) {
			codec := *this
			spoil(&codec)
			failed := 0
			for _, c := range load(t) {
				if codec.Run(c) != nil {
					failed++
				}
			}
			if failed < 20 {
				t.Errorf("%d cases failed", failed)
			}
		})
	}
}

// TestLoadRefuses checks that malformed cases are errors.
func TestLoadRefuses(t *testing.T) {
	for name, content := range map[string]string{
		"unknown section":          "why\n-- jsom --\n{}\n-- event --\nid String \"1\"\n",
		"no expectation":           "why\n-- json --\n{}\n",
		"event and error":          "why\n-- json --\n{}\n-- event --\nid String \"1\"\n-- error --\nrule: json\n",
		"unknown rule":             "why\n-- json --\n{}\n-- error --\nrule: jsom\n",
		"unknown key":              "why\n-- json --\n{}\n-- error --\nrule: json\nattribut: id\n",
		"unknown type":             "why\n-- json --\n{}\n-- event --\nid Sting \"1\"\n",
		"repeated less than never": "why\n-- json --\n{}\n-- event --\ndata repeat -1 \"x\"\n",
		"nothing goes in":          "why\n-- event --\nid String \"1\"\n",
		"two messages":             "why\n-- json --\n{}\n-- json --\n{}\n-- error --\nrule: json\n",
		"batch of another count":   "why\n-- json --\n[]\n-- batch --\n2\n-- event --\nid String \"1\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.MkdirAll(dir+"/json/decode", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(dir+"/json/decode/x.txtar", []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			if cases, err := conformance.Load(os.DirFS(dir)); err == nil {
				t.Errorf("loaded %v", cases)
			}
		})
	}
}

// TestTransportSkips checks that no case passes with a transport that does nothing.
func TestTransportSkips(t *testing.T) {
	var nothing conformance.Transport = func([]cloudevents.Event, cloudevents.Mode, []spec.Attribute) ([]cloudevents.Event, error) {
		return nil, conformance.ErrSkipped
	}
	for _, c := range load(t) {
		if err := nothing.Run(c); err == nil {
			t.Fatalf("%s has passed", c.Name)
		}
	}
}

// TestCaseWithoutEvent checks that a case without an event fails instead of counting as a
// refusal.
func TestCaseWithoutEvent(t *testing.T) {
	c := conformance.Case{
		Name:    "json/encode/x",
		Events:  []conformance.Event{{Attributes: []conformance.Attribute{{Name: "time", Type: spec.Timestamp, Text: "noon"}}}},
		Refused: &conformance.Reason{Rule: "syntax", Index: -1, Offset: -1},
	}
	if err := library.Codec().Run(c); err == nil {
		t.Error("nothing was encoded, and the case has passed")
	}
	if err := conformance.Format(format.JSON{}).Run(c); err == nil {
		t.Error("nothing was encoded, and the case has passed for the format")
	}
}
