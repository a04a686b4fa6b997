package bench

import (
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/types"
	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// sdkDecode is how users of sdk-go decode a document.
func sdkDecode(document []byte) (event.Event, error) {
	var e event.Event
	if err := json.Unmarshal(document, &e); err != nil {
		return e, err
	}
	return e, e.Validate()
}

// sdkDecodeDirect skips encoding/json, which scans the document before sdk-go does.
// It does not validate.
func sdkDecodeDirect(document []byte) (event.Event, error) {
	var e event.Event
	err := e.UnmarshalJSON(document)
	return e, err
}

func sdkDecodeBatch(document []byte) ([]event.Event, error) {
	var es []event.Event
	if err := json.Unmarshal(document, &es); err != nil {
		return nil, err
	}
	for i := range es {
		if err := es[i].Validate(); err != nil {
			return nil, err
		}
	}
	return es, nil
}

// SDKEvent returns e as an event of sdk-go. Data is set directly: SetData would
// compact it.
func SDKEvent(e *cloudevents.Event) event.Event {
	s := event.New()
	s.SetID(e.ID)
	s.SetSource(e.Source)
	s.SetType(e.Type)
	if e.Subject != "" {
		s.SetSubject(e.Subject)
	}
	if !e.Time.IsZero() {
		s.SetTime(e.Time)
	}
	if e.DataContentType != "" {
		s.SetDataContentType(e.DataContentType)
	}
	for _, x := range e.Extensions {
		s.SetExtension(x.Name, sdkValue(x.Value))
	}
	s.DataEncoded = e.Data
	s.DataBase64 = e.DataContentType == "application/octet-stream"
	must(s.Validate())
	return s
}

func sdkEvents(es []cloudevents.Event) []event.Event {
	all := make([]event.Event, len(es))
	for i := range es {
		all[i] = SDKEvent(&es[i])
	}
	return all
}

func sdkValue(v cloudevents.Value) any {
	switch v.Type() {
	case spec.Boolean:
		b, err := v.Bool()
		must(err)
		return b
	case spec.Integer:
		n, err := v.Int()
		must(err)
		return n
	}
	return v.String()
}

// CheckSDKEvent compares what sdk-go has decoded with the event that went in. The attributes in
// extra are those that sdk-go adds.
func CheckSDKEvent(s *event.Event, err error, want *cloudevents.Event, extra ...string) error {
	if err != nil {
		return err
	}
	got := sdkFacts(s)
	for _, name := range extra {
		delete(got.attributes, name)
	}
	return sameFacts(got, factsOf(want))
}

func sdkFacts(s *event.Event) facts {
	f := facts{map[string]string{
		"specversion": s.SpecVersion(), "id": s.ID(), "source": s.Source(), "type": s.Type(),
		"time": canonicalTime(s.Time()),
	}, s.Data()}
	for name, text := range map[string]string{
		"subject": s.Subject(), "datacontenttype": s.DataContentType(), "dataschema": s.DataSchema(),
	} {
		if text != "" {
			f.attributes[name] = text
		}
	}
	for name, v := range s.Extensions() {
		switch v := v.(type) {
		case types.Timestamp:
			f.attributes[name] = canonicalTime(v.Time)
		case []byte:
			f.attributes[name] = base64.StdEncoding.EncodeToString(v)
		default:
			f.attributes[name] = fmt.Sprint(v)
		}
	}
	return f
}

func sdkFactsOf(es []event.Event) []facts {
	all := make([]facts, len(es))
	for i := range es {
		all[i] = sdkFacts(&es[i])
	}
	return all
}
