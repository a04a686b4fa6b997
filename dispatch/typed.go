package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/errtree"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/jsondata"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Typed returns a Handler that decodes the data of an event to a T, by the rules of
// [cloudevents.DataAs], and calls fn with it.
//
// Data that does not decode is refused with an [Error], whose Message never quotes it:
//
//   - Data that is not a T has status 400 and the type "invalid_data". The message has the
//     position in the data, which the error wraps as a [*cloudevents.SyntaxError], unless
//     a method of T refused the data.
//   - Data of a media type other than JSON has status 415 and the type
//     "unsupported_data", unless T is []byte or string. So has data without a content type;
//     set Route.DataContentType for senders that forget it.
//   - An event without data has status 400 and the type "missing_data", unless T is a
//     pointer, slice, map or interface: data is nil then.
func Typed[T any](fn func(ctx context.Context, e *cloudevents.Event, data T) (*cloudevents.Event, error)) Handler {
	decode := decoder[T]()
	return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		data, err := decode(ctx, e)
		if err != nil {
			return nil, err
		}
		return fn(ctx, e, data)
	}
}

// decoder returns the function with which Typed decodes the data of an event.
func decoder[T any]() func(ctx context.Context, e *cloudevents.Event) (T, error) {
	optional := hasNil(reflect.TypeFor[T]())
	return func(ctx context.Context, e *cloudevents.Event) (data T, err error) {
		if briefly(ctx) {
			refused := decodeBriefly(e, &data)
			if refused == nil || refused == errMissingData && optional {
				return data, nil
			}
			return data, refused
		}
		data, err = cloudevents.DataAs[T](e)
		if err != nil && !(e.Data == nil && optional) {
			detailed(ctx)
			refused := refuseData(e.DataContentType, err)
			switch {
			case isGzip(e.Data):
				refused.Message += gzipHint
			case e.DataContentType == "" && refused.Status == 415:
				refused.Message = noContentType
			}
			return data, refused
		}
		return data, nil
	}
}

// decodeBriefly is cloudevents.DataAs with errors that are there already. data is set to
// its zero value on an error.
func decodeBriefly[T any](e *cloudevents.Event, data *T) *Error {
	if e.Data == nil {
		return errMissingData
	}
	switch p := any(data).(type) {
	case *[]byte:
		*p = e.Data
		return nil
	case *string:
		*p = string(e.Data)
		return nil
	}
	if !jsondata.IsUTF8(e.DataContentType) {
		return errUnsupportedData
	}
	if jsondata.Unmarshal(e.Data, data) != nil {
		var zero T
		*data = zero
		return errInvalidData
	}
	return nil
}

// The errors about data in a batch after those that were told in detail.
var (
	errMissingData     = refuseBriefly(validation.ErrMissing)
	errUnsupportedData = refuseBriefly(cloudevents.ErrDataContentType)
	errInvalidData     = refuseBriefly(validation.ErrData)
)

// refuseBriefly returns the Error about data that breaks a rule.
func refuseBriefly(rule error) *Error {
	err := validation.NewError(spec.Data, "", spec.SectionEventData, rule)
	text := fmt.Sprintf("%v; details are left out, after %d of the same batch", err, maxDetails)
	return refuseData("", &briefError{text, err})
}

// briefError has a text that was made once.
type briefError struct {
	text string
	err  error
}

func (e *briefError) Error() string { return e.text }
func (e *briefError) Unwrap() error { return e.err }

const (
	noContentType = "Content-Type is missing, or datacontenttype: this type of event has data of the type " +
		"application/json; a receiver that wants to assume it sets DataContentType of the dispatch.Route"
	gzipHint = "; the data begins with 1f 8b, as gzip does, and the message does not say that it is compressed"
)

// isGzip reports whether data begins as a gzip member does (RFC 1952, section 2.3.1).
func isGzip(data []byte) bool { return len(data) >= 2 && data[0] == 0x1f && data[1] == 0x8b }

// On returns a route for events of that type, or prefix of types, with fn as a [Typed]
// handler. Its documentation has the schema of T and an example of T, as [EventDoc]
// describes them; set Route.In for a better example. The route has no Handler if fn is nil.
func On[T any](eventType string, fn func(ctx context.Context, e *cloudevents.Event, data T) (*cloudevents.Event, error)) Route {
	r := Route{Type: eventType, In: EventDoc{Data: emptyValue(reflect.TypeFor[T]())}}
	if fn != nil {
		r.Handler = Typed(fn)
	}
	decode := decoder[T]()
	r.refuse = func(e *cloudevents.Event) error {
		_, err := decode(context.Background(), e)
		return err
	}
	return r
}

// Consume is [On] for a function that never replies.
func Consume[T any](eventType string, fn func(ctx context.Context, e *cloudevents.Event, data T) error) Route {
	if fn == nil {
		return On[T](eventType, nil)
	}
	return On(eventType, func(ctx context.Context, e *cloudevents.Event, data T) (*cloudevents.Event, error) {
		return nil, fn(ctx, e, data)
	})
}

// emptyValue returns a value of type t that is not nil, if there is one.
func emptyValue(t reflect.Type) any {
	switch t.Kind() {
	case reflect.Interface:
		return nil
	case reflect.Pointer:
		return reflect.New(t.Elem()).Interface()
	case reflect.Slice:
		return reflect.MakeSlice(t, 0, 0).Interface()
	case reflect.Map:
		return reflect.MakeMap(t).Interface()
	}
	return reflect.Zero(t).Interface()
}

func hasNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}

// refuseData returns the Error for an error of DataAs about data of that content type,
// which is empty if it is not known.
func refuseData(contentType string, err error) *Error {
	if errors.Is(err, cloudevents.ErrDataContentType) {
		what := "data of its content type"
		if contentType != "" {
			what = fmt.Sprintf("data of content type %q", excerpt.Of(contentType))
		}
		return &Error{
			Status:  415,
			Type:    "unsupported_data",
			Message: what + " is not taken for this type of event; it must be JSON in UTF-8",
			Err:     err,
		}
	}
	// The text of err names Go types, which do not concern the sender.
	refused := &Error{Status: 400, Type: "invalid_data", Message: "data is not what this type of event has", Err: err}
	place, isPlaced := errtree.Find[*cloudevents.SyntaxError](err)
	if errors.Is(err, validation.ErrMissing) {
		refused.Type, refused.Message = "missing_data", "this type of event has data, and there is none"
		return refused
	}
	if typ, ok := errtree.Find[*json.UnmarshalTypeError](err); ok {
		kind, _, _ := strings.Cut(typ.Value, " ") // "number 300" is a number
		if typ.Field == "" {
			refused.Message = fmt.Sprintf("data must not be %.16s", kind)
		} else {
			refused.Message = fmt.Sprintf("field %s of the data must not be %.16s", excerpt.Of(typ.Field), kind)
		}
	} else if errtree.Wraps[*json.SyntaxError](err) {
		refused.Message = "data is malformed JSON"
	} else if isPlaced {
		refused.Message = "data is not UTF-8"
	}
	if isPlaced {
		refused.Message += fmt.Sprintf(" (offset %d of the data)", place.Offset)
	}
	return refused
}

// refuseDataOf returns the Error for an error of DataAs that a handler has returned. In a
// batch it has the place and the reason for the first ones only.
func refuseDataOf(ctx context.Context, err error) *Error {
	switch {
	case !briefly(ctx):
		detailed(ctx)
		return refuseData("", err)
	case errors.Is(err, cloudevents.ErrDataContentType):
		return errUnsupportedData
	case errors.Is(err, validation.ErrMissing):
		return errMissingData
	}
	return errInvalidData
}
