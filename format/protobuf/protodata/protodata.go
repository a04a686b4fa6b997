// Package protodata converts the data of events from and to messages of
// google.golang.org/protobuf.
//
// Two attributes say that the data of an event is a message, and of which type:
// datacontenttype is application/protobuf, and dataschema is the URI of the type, such as
// https://type.googleapis.com/google.protobuf.Duration. [SetData] and [SetAny] set both.
// The Protobuf event format of package ceprotobuf then encodes the data as proto_data.
// All other formats and the binary mode carry the same bytes.
//
//	var e = cloudevents.New("/orders", "com.example.placed")
//	err := protodata.SetData(&e, &orderpb.Order{Id: "A-1"})
//	…
//	order, err := protodata.Data[*orderpb.Order](&e)
//
// The package is a module of its own, so that programs without it do not depend on
// google.golang.org/protobuf.
package protodata

import (
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

const (
	contentType = "application/protobuf"
	typeServer  = "type.googleapis.com/"
)

// ErrMessageType is wrapped by the error about data whose message type is unknown, or is
// not the one that the caller asks for.
var ErrMessageType = errors.New("the type of the message does not fit")

var ruleMalformed = &validation.Rule{Sentinel: validation.ErrData, Detail: "data is not a message of the type that dataschema says"}

// Data returns the data of e as a message of type T, such as *durationpb.Duration. The
// message shares no memory with e. DataContentType must be application/protobuf;
// otherwise the error wraps [cloudevents.ErrDataContentType]. If DataSchema is the type
// of another message, or T is an interface, the error wraps [ErrMessageType]. A
// DataSchema that is not the type of a message is ignored.
//
// If e has no data, the error wraps [validation.ErrMissing]. If the data is not a T, it
// wraps [validation.ErrData].
func Data[T proto.Message](e *cloudevents.Event) (T, error) {
	var none T
	if err := check(e); err != nil {
		return none, err
	}
	if any(none) == nil {
		return none, fmt.Errorf("%w: T is an interface", ErrMessageType)
	}
	typ := none.ProtoReflect().Type()
	if typeURL, ok := ceprotobuf.TypeURL(e); ok {
		if got, want := nameIn(typeURL), typ.Descriptor().FullName(); got != want {
			return none, fmt.Errorf("%w: it is %q, not %s", ErrMessageType, excerpt.Of(string(got)), want)
		}
	}
	m, ok := typ.New().Interface().(T)
	if !ok {
		return none, fmt.Errorf("%w: %T is not the Go type of its messages", ErrMessageType, none)
	}
	if err := proto.Unmarshal(e.Data, m); err != nil {
		return none, validation.NewError(spec.Data, "", spec.SectionEventData, ruleMalformed)
	}
	return m, nil
}

// SetData sets the Data of e to m, DataContentType to application/protobuf, and
// DataSchema to the type of m. If m is nil, the error wraps [validation.ErrMissing];
// other errors are those of proto.Marshal. On error e is unchanged.
func SetData(e *cloudevents.Event, m proto.Message) error {
	if m == nil {
		return validation.NewError(spec.Data, "", spec.SectionEventData, validation.ErrMissing)
	}
	b, err := proto.Marshal(m)
	if err != nil {
		return err
	}
	if b == nil {
		b = []byte{} // an empty message is data
	}
	e.Data, e.DataContentType = b, contentType
	e.DataSchema = ceprotobuf.SchemaURI(typeServer + string(m.ProtoReflect().Descriptor().FullName()))
	return nil
}

// Any returns the data of e as an Any, which shares the data. The errors are those of
// [Data]. In addition, if DataSchema is not the type of a message, the error wraps
// [ErrMessageType].
func Any(e *cloudevents.Event) (*anypb.Any, error) {
	if err := check(e); err != nil {
		return nil, err
	}
	typeURL, ok := ceprotobuf.TypeURL(e)
	if !ok {
		return nil, fmt.Errorf("%w: dataschema %q does not name a message", ErrMessageType, excerpt.Of(e.DataSchema))
	}
	return &anypb.Any{TypeUrl: typeURL, Value: e.Data}, nil
}

// SetAny sets the Data of e to the value of a, which e then shares, DataContentType to
// application/protobuf, and DataSchema to the type URL. If dataschema cannot hold the
// type URL (see [ceprotobuf.TypeURL]), the error wraps [ErrMessageType]. On error e is
// unchanged.
func SetAny(e *cloudevents.Event, a *anypb.Any) error {
	set := cloudevents.Event{
		Data: a.GetValue(), DataContentType: contentType, DataSchema: ceprotobuf.SchemaURI(a.GetTypeUrl()),
	}
	if set.Data == nil {
		set.Data = []byte{} // an empty message is data
	}
	_, ok := ceprotobuf.TypeURL(&set)
	if !ok || validation.URI(set.DataSchema) != nil {
		return fmt.Errorf("%w: the type URL %q does not name a message", ErrMessageType, excerpt.Of(a.GetTypeUrl()))
	}
	e.Data, e.DataContentType, e.DataSchema = set.Data, set.DataContentType, set.DataSchema
	return nil
}

// check reports whether the data of e is there and Protobuf.
func check(e *cloudevents.Event) error {
	if e.Data == nil {
		return validation.NewError(spec.Data, "", spec.SectionEventData, validation.ErrMissing)
	}
	essence, _, _ := strings.Cut(e.DataContentType, ";")
	if !strings.EqualFold(strings.TrimSpace(essence), contentType) {
		return fmt.Errorf("%w: %q is not %s", cloudevents.ErrDataContentType, excerpt.Of(e.DataContentType), contentType)
	}
	return nil
}

// nameIn returns the name of the message in a type URL.
func nameIn(typeURL string) protoreflect.FullName {
	return protoreflect.FullName(typeURL[strings.LastIndexByte(typeURL, '/')+1:])
}
