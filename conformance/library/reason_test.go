package library_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// Each kind of error of a binding has its rule.
func TestReasonsOfBindings(t *testing.T) {
	structured := func(key, value, body string) (http.Header, []byte) {
		return http.Header{"Content-Type": {"application/cloudevents+json"}, key: {value}}, []byte(body)
	}
	binary := http.Header{
		"Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}, "Ce-Specversion": {"1.0"},
		"Content-Type": {"text/plain"}, "Ce-Datacontenttype": {"text/html"},
	}
	for name, c := range map[string]struct {
		err  func() error
		rule string
	}{
		"content encoding": {func() error {
			h, body := structured("Content-Encoding", "gzip", "{}")
			_, err := cehttp.DecodeMessage(h, body, nil)
			return err
		}, "encoding"},
		"a wrong frame": {func() error {
			_, err := cews.ToCloudEvent(&cews.Message{Frame: cews.Binary}, cews.SubprotocolJSON, nil)
			return err
		}, "frame"},
		"body too large": {func() error { return &http.MaxBytesError{Limit: 1} }, "limit"},
		"two content types": {func() error {
			_, err := cehttp.DecodeMessage(binary, nil, nil)
			return err
		}, "content-type"},
		"two content types in a record": {func() error {
			m := cekafka.Message{Headers: []cekafka.Header{
				{Name: "ce_id", Value: []byte("1")}, {Name: "ce_source", Value: []byte("/s")}, {Name: "ce_type", Value: []byte("t")},
				{Name: "ce_specversion", Value: []byte("1.0")}, {Name: "ce_datacontenttype", Value: []byte("text/html")},
			}}
			_, err := cekafka.ToCloudEvent(&m, nil)
			return err
		}, "content-type"},
		"not an event": {func() error {
			_, err := cehttp.DecodeMessage(http.Header{}, nil, nil)
			return err
		}, "not-cloudevent"},
		"a batch": {func() error {
			_, err := cehttp.DecodeMessage(http.Header{"Content-Type": {"application/cloudevents-batch+json"}}, nil, nil)
			return err
		}, "content-mode"},
		"limit of the JSON format": {func() error { return &cloudevents.LimitError{} }, "limit"},
		"an error of no package":   {func() error { return errors.New("other") }, ""},
	} {
		reasons := library.Reasons(c.err())
		if len(reasons) != 1 || reasons[0].Rule != c.rule {
			t.Errorf("%s: %+v, want the rule %q", name, reasons, c.rule)
		}
	}
	if reasons := library.Reasons(nil); reasons != nil {
		t.Errorf("nil: %v", reasons)
	}
}
