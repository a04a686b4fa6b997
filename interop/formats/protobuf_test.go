package formats_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// cases returns the cases of the suite with that predicate.
func cases(t testing.TB, is func(c conformance.Case) bool) []conformance.Case {
	t.Helper()
	all, err := conformance.Load(os.DirFS("../../testdata"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(c conformance.Case) bool { return !is(c) })
}

func isProtobuf(c conformance.Case) bool { return c.Message.Protocol == conformance.Protobuf }

// Every document of the cases is read as google.golang.org/protobuf reads it.
func TestProtobufReadsAsGoogle(t *testing.T) {
	all := cases(t, isProtobuf)
	if len(all) < 140 {
		t.Errorf("only %d cases", len(all))
	}
	for _, c := range all {
		if !c.Batch {
			t.Run(c.Name, func(t *testing.T) { compareWithGoogle(t, c.Message.Body) })
		}
	}
}

// Every event of all cases is written as google.golang.org/protobuf writes it, to the byte.
func TestProtobufWritesAsGoogle(t *testing.T) {
	ran := 0
	for _, c := range cases(t, func(c conformance.Case) bool { return c.Refused == nil && c.Text == nil }) {
		es, err := conformance.ToEvents(c.Events)
		if err != nil {
			t.Fatal(err)
		}
		for i := range es {
			slices.SortFunc(es[i].Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
			b, err := ceprotobuf.Append(nil, &es[i])
			if errors.Is(err, validation.ErrRange) {
				continue // a Timestamp that Protobuf does not have
			}
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			var m pb.CloudEvent
			if err := proto.Unmarshal(b, &m); err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			want, err := proto.MarshalOptions{Deterministic: true}.Marshal(&m)
			if err != nil || !bytes.Equal(b, want) {
				t.Errorf("%s:\n%q, want\n%q: %v", c.Name, b, want, err)
			}
			compareWithGoogle(t, b)
			ran++
		}
	}
	if ran < 850 {
		t.Errorf("only %d events", ran)
	}
}

// FuzzProtobuf compares with google.golang.org/protobuf what is accepted, and what comes
// out.
func FuzzProtobuf(f *testing.F) {
	for _, c := range cases(f, isProtobuf) {
		if len(c.Message.Body) < 4<<10 {
			f.Add(c.Message.Body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) { compareWithGoogle(t, body) })
}

// compareWithGoogle decodes a document with both.
func compareWithGoogle(t *testing.T, body []byte) {
	t.Helper()
	got, err := ceprotobuf.Format{MaxAttributes: -1, MaxDepth: 10_000}.DecodeStructuredModeMessage(body, "")
	var m pb.CloudEvent
	if wireErr := proto.Unmarshal(body, &m); wireErr != nil {
		if err == nil {
			t.Errorf("%q is accepted; google.golang.org/protobuf says: %v", body, wireErr)
		}
		return
	}
	want, eventErr := fromGoogle(&m)
	switch {
	case err == nil && eventErr != nil:
		t.Errorf("%q is accepted, but %v", body, eventErr)
	case err != nil && eventErr == nil:
		t.Errorf("%q is refused: %v", body, err)
	case err == nil:
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q\n%s", body, d)
		}
	}
}

// fromGoogle makes an event of a message in the plainest way.
func fromGoogle(m *pb.CloudEvent) (e cloudevents.Event, err error) {
	version, ok := spec.ParseVersion(m.SpecVersion)
	if !ok {
		return e, fmt.Errorf("specversion %q", m.SpecVersion)
	}
	e = cloudevents.Event{SpecVersion: version, ID: m.Id, Source: m.Source, Type: m.Type}
	typeURL := m.GetProtoData().GetTypeUrl()
	base64 := false
	for name, v := range m.Attributes {
		value, ok, err := valueOf(v)
		if err != nil {
			return e, err
		}
		switch {
		case name == spec.ID || name == spec.Source || name == spec.SpecVersion || name == spec.EventType:
			return e, fmt.Errorf("%s is an entry", name)
		case !ok:
			if err := validation.Name(name); err != nil {
				return e, err
			}
			continue
		case name == spec.DataContentEncoding && version == spec.V03:
			if value.Type() != spec.String || !strings.EqualFold(value.String(), "base64") {
				return e, errors.New("datacontentencoding")
			}
			base64 = true
			continue
		case name == spec.DataSchema && version == spec.V1 && value.String() == typeURL && m.GetProtoData() != nil && typeURL != "" && !strings.Contains(typeURL, "://"):
			continue
		case name == spec.DataSchema && version == spec.V1 && value.Type() == spec.URIReference:
			value = cloudevents.StringValue(value.String())
		case name == spec.Time && value.Type() == spec.Timestamp:
			at, _ := value.Time()
			if e.Time = at; at.IsZero() {
				e.Time = at.In(time.FixedZone("", 0))
			}
			continue
		}
		if _, core := version.Attribute(name); core {
			if err := e.Set(name, value); err != nil {
				return e, err
			}
			continue
		}
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: value})
	}
	slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	if err := e.Validate(); err != nil {
		return e, err
	}
	switch d := m.Data.(type) {
	case *pb.CloudEvent_BinaryData:
		e.Data = append([]byte{}, d.BinaryData...)
	case *pb.CloudEvent_TextData:
		e.Data = append([]byte{}, d.TextData...)
		_, charset, has := strings.Cut(strings.ToLower(e.DataContentType), "charset")
		if has && !strings.Contains(charset, "utf-8") && strings.ContainsFunc(d.TextData, func(r rune) bool { return r >= 0x80 }) {
			// Which charsets fit is a subject of its own, with cases of its own.
			got, err := decodeText(m)
			return got, err
		}
	case *pb.CloudEvent_ProtoData:
		e.Data = append([]byte{}, d.ProtoData.GetValue()...)
		if e.DataContentType == "" {
			e.DataContentType = "application/protobuf"
		}
		if typeURL != "" {
			schema := ceprotobuf.SchemaURI(typeURL)
			if !strings.Contains(typeURL, "/") || validation.URI(schema) != nil {
				return e, errors.New("type URL")
			}
			named := e
			named.DataContentType = "application/protobuf"
			other, isType := ceprotobuf.TypeURL(&named)
			switch {
			case e.DataSchema == "" || e.DataSchema == typeURL:
				e.DataSchema = schema
			case isType && other[strings.LastIndexByte(other, '/'):] != typeURL[strings.LastIndexByte(typeURL, '/'):]:
				return e, errors.New("another message")
			}
		}
	}
	if base64 && e.Data != nil {
		decoded, err := validation.ParseBinary(string(e.Data))
		if err != nil {
			return e, err
		}
		e.Data = append([]byte{}, decoded...)
	}
	return e, e.Validate()
}

// decodeText decodes m with the package that is tested.
func decodeText(m *pb.CloudEvent) (cloudevents.Event, error) {
	b, err := proto.Marshal(m)
	if err != nil {
		return cloudevents.Event{}, err
	}
	return ceprotobuf.Decode(b)
}

// valueOf returns the value of an attribute, and whether it is set.
func valueOf(v *pb.CloudEventAttributeValue) (_ cloudevents.Value, ok bool, _ error) {
	switch a := v.GetAttr().(type) {
	case *pb.CloudEventAttributeValue_CeBoolean:
		return cloudevents.BooleanValue(a.CeBoolean), true, nil
	case *pb.CloudEventAttributeValue_CeInteger:
		return cloudevents.IntegerValue(a.CeInteger), true, nil
	case *pb.CloudEventAttributeValue_CeString:
		return cloudevents.StringValue(a.CeString), true, nil
	case *pb.CloudEventAttributeValue_CeBytes:
		return cloudevents.BinaryValue(a.CeBytes), true, nil
	case *pb.CloudEventAttributeValue_CeUri:
		return cloudevents.URIValue(a.CeUri), true, nil
	case *pb.CloudEventAttributeValue_CeUriRef:
		return cloudevents.URIReferenceValue(a.CeUriRef), true, nil
	case *pb.CloudEventAttributeValue_CeTimestamp:
		if err := a.CeTimestamp.CheckValid(); err != nil {
			return cloudevents.Value{}, false, err
		}
		return cloudevents.TimestampValue(a.CeTimestamp.AsTime()), true, nil
	}
	return cloudevents.Value{}, false, nil
}
