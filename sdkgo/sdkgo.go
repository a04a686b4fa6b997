// Package cesdkgo converts events of github.com/cloudevents/sdk-go to events of this module and
// back, so that a service can be moved over one handler at a time.
//
//	func (h *handler) Receive(ctx context.Context, old event.Event) error {
//		e, err := cesdkgo.FromSDK(&old)
//		…
//		_, err = mux.HandleEvent(ctx, &e) // a dispatch.Mux
//		return err
//	}
//
// # Choices
//
// Nothing is lost in silence: what one of the two cannot hold is an error. sdk-go holds a URI as
// a url.URL, which writes some texts in another way; such an event is an [ErrLoss]. A Timestamp
// keeps its instant and its offset, in both directions, but not the spelling of its text.
//
// sdk-go has a mark for data that is binary (DataBase64). [ToSDK] sets it where this module
// would write data_base64. [FromSDK] needs no mark: data is bytes, and the content type says what
// they are. An event of sdk-go without datacontenttype stays without one, although sdk-go may
// have read its data as JSON.
//
// Binary data of version 0.3 has two forms in sdk-go: its JSON decoder leaves bytes with the mark
// DataBase64, its decoder of binary mode and SetData leave base64 text. FromSDK reads both. ToSDK
// makes the second, which DataAs and binary mode take, and which sdk-go's JSON encoder encodes
// once more: send such an event in binary mode, or convert it to 1.0.
//
// # Aliasing
//
// The data of the result is shared with that of the argument.
package cesdkgo

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/types"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ErrLoss is wrapped by the error about an attribute that would not come back as it was.
var ErrLoss = errors.New("sdk-go cannot hold the value as it is")

// FromSDK converts an event of sdk-go and validates it. Errors of sdk-go's own setters, which it
// keeps in FieldErrors, come first. Others wrap a [*validation.Error].
func FromSDK(old *event.Event) (cloudevents.Event, error) {
	for _, name := range slices.Sorted(maps.Keys(old.FieldErrors)) {
		return cloudevents.Event{}, fmt.Errorf("attribute %q: %w", name, old.FieldErrors[name])
	}
	version, ok := spec.ParseVersion(old.SpecVersion())
	if old.Context == nil || !ok {
		return cloudevents.Event{}, fmt.Errorf("attribute %q: unknown version %.64q", spec.SpecVersion, old.SpecVersion())
	}
	e := cloudevents.Event{
		SpecVersion: version, ID: old.ID(), Source: old.Source(), Type: old.Type(), Subject: old.Subject(), Time: old.Time(),
		DataContentType: old.DataContentType(), DataSchema: old.DataSchema(), Data: old.DataEncoded,
	}
	extensions := old.Extensions()
	for _, name := range slices.Sorted(maps.Keys(extensions)) {
		v, err := fromValue(extensions[name])
		if err != nil {
			return cloudevents.Event{}, fmt.Errorf("attribute %.64q: %w", name, err)
		}
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: v})
	}
	if old.DeprecatedDataContentEncoding() == event.Base64 && !old.DataBase64 && e.Data != nil {
		data, err := base64.StdEncoding.DecodeString(string(old.DataEncoded))
		if err != nil {
			return cloudevents.Event{}, fmt.Errorf("data is not the base64 that datacontentencoding says: %w", err)
		}
		e.Data = data
	}
	if err := e.Validate(); err != nil {
		return cloudevents.Event{}, err
	}
	return e, nil
}

// fromValue converts the value of an extension.
func fromValue(v any) (cloudevents.Value, error) {
	switch v := v.(type) {
	case bool:
		return cloudevents.BooleanValue(v), nil
	case int32:
		return cloudevents.IntegerValue(v), nil
	case string:
		return cloudevents.StringValue(v), nil
	case []byte:
		return cloudevents.BinaryValue(v), nil
	case types.URI:
		return cloudevents.URIValue(v.String()), nil
	case types.URIRef:
		return cloudevents.URIReferenceValue(v.String()), nil
	case types.Timestamp:
		return cloudevents.TimestampValue(v.Time), nil
	case *types.URI:
		return cloudevents.URIValue(v.String()), nil
	case *types.URIRef:
		return cloudevents.URIReferenceValue(v.String()), nil
	case *types.Timestamp:
		return cloudevents.TimestampValue(v.Time), nil
	case time.Time:
		return cloudevents.TimestampValue(v), nil
	}
	valid, err := types.Validate(v) // other integers, url.URL and so on
	if err != nil {
		return cloudevents.Value{}, err
	}
	return fromValue(valid)
}

// ToSDK validates e and converts it to an event of sdk-go. An error wraps a
// [*validation.Error], or [ErrLoss].
func ToSDK(e *cloudevents.Event) (event.Event, error) {
	if err := e.Validate(); err != nil {
		return event.Event{}, err
	}
	old := event.New(e.SpecVersion.String())
	old.SetID(e.ID)
	old.SetType(e.Type)
	old.SetSource(e.Source)
	if e.Subject != "" {
		old.SetSubject(e.Subject)
	}
	if !e.Time.IsZero() {
		old.SetTime(e.Time)
	}
	if e.DataContentType != "" {
		old.SetDataContentType(e.DataContentType)
	}
	if e.DataSchema != "" {
		old.SetDataSchema(e.DataSchema)
	}
	for _, x := range e.Extensions {
		v, err := toValue(x.Value)
		if err == nil {
			err = old.Context.SetExtension(x.Name, v)
		}
		if err != nil {
			return event.Event{}, fmt.Errorf("attribute %.64q: %w", x.Name, err)
		}
	}
	for _, kept := range []struct{ name, got, want string }{
		{spec.ID, old.ID(), e.ID}, {spec.EventType, old.Type(), e.Type}, {spec.Source, old.Source(), e.Source}, {spec.Subject, old.Subject(), e.Subject},
		{spec.DataContentType, old.DataContentType(), e.DataContentType}, {spec.DataSchema, old.DataSchema(), e.DataSchema},
	} {
		if kept.got != kept.want {
			return event.Event{}, loss(kept.name, kept.want)
		}
	}
	old.DataEncoded = e.Data
	old.DataBase64 = e.Data != nil && isBinary(e)
	if old.DataBase64 && e.SpecVersion == spec.V03 {
		old.SetDataContentEncoding(event.Base64)
		old.DataEncoded, old.DataBase64 = base64.StdEncoding.AppendEncode(nil, e.Data), false
	}
	return old, nil
}

func loss(name, text string) error {
	return fmt.Errorf("attribute %.64q: %w: %.64q", name, ErrLoss, text)
}

// toValue converts the value of an extension.
func toValue(v cloudevents.Value) (any, error) {
	switch v.Type() {
	case spec.Boolean:
		return v.Bool()
	case spec.Integer:
		return v.Int()
	case spec.Binary:
		return v.Bytes()
	case spec.Timestamp:
		t, err := v.Time()
		return types.Timestamp{Time: t}, err
	case spec.URI:
		u := types.ParseURI(v.String())
		if u == nil || u.String() != v.String() {
			return nil, fmt.Errorf("%w: %.64q", ErrLoss, v.String())
		}
		return *u, nil
	case spec.URIReference:
		u := types.ParseURIRef(v.String())
		if u == nil || u.String() != v.String() {
			return nil, fmt.Errorf("%w: %.64q", ErrLoss, v.String())
		}
		return *u, nil
	}
	return v.String(), nil
}

// isBinary reports whether data is written as base64 in JSON.
func isBinary(e *cloudevents.Event) bool {
	if mediatype.IsJSON(e.DataContentType) {
		var probe cloudevents.Event
		return probe.SetData("application/json", e.Data) != nil
	}
	return !mediatype.IsText(e.DataContentType) || !utf8.Valid(e.Data)
}
