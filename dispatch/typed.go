package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
)

// Typed returns a Handler that decodes the data of an event to a T, by the rules of
// [cloudevents.DataAs], and calls fn with it.
//
// Data that does not decode is refused with an [Error], whose Message never quotes it:
//
//   - Data that is not a T has status 400 and the type "invalid_data". The message has the
//     position in the data, and the error wraps a [*cloudevents.SyntaxError], unless a
//     method of T refused the data.
//   - Data of a media type other than JSON has status 415 and the type
//     "unsupported_data", unless T is []byte or string.
//   - An event without data has status 400 and the type "missing_data", unless T is a
//     pointer, slice, map or interface: data is nil then.
func Typed[T any](fn func(ctx context.Context, e *cloudevents.Event, data T) (*cloudevents.Event, error)) Handler {
	optional := hasNil(reflect.TypeFor[T]())
	return func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
		data, err := cloudevents.DataAs[T](e)
		if err != nil && !(e.Data == nil && optional) {
			return nil, refuseData(e, err)
		}
		return fn(ctx, e, data)
	}
}

// On returns a route for events of that type, or prefix of types, with fn as a [Typed]
// handler. Its documentation has the schema of T and an empty T; set Route.In for a better
// example. The route has no Handler if fn is nil.
func On[T any](eventType string, fn func(ctx context.Context, e *cloudevents.Event, data T) (*cloudevents.Event, error)) Route {
	r := Route{Type: eventType, In: EventDoc{Data: emptyValue(reflect.TypeFor[T]())}}
	if fn != nil {
		r.Handler = Typed(fn)
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

// refuseData returns the Error for an error of DataAs.
func refuseData(e *cloudevents.Event, err error) error {
	if errors.Is(err, cloudevents.ErrDataContentType) {
		return &Error{
			Status:  415,
			Type:    "unsupported_data",
			Message: fmt.Sprintf("data of content type %.64q is not taken for this type of event; it must be JSON in UTF-8", e.DataContentType),
			Err:     err,
		}
	}
	// The text of err names Go types, which do not concern the sender.
	refused := &Error{Status: 400, Type: "invalid_data", Message: "data is not what this type of event has", Err: err}
	at := func(offset int, format string, args ...any) {
		refused.Message = fmt.Sprintf(format+" at offset %d", append(args, offset)...)
		refused.Err = &cloudevents.SyntaxError{Offset: offset, Err: err}
	}
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case e.Data == nil:
		refused.Type, refused.Message = "missing_data", "this type of event has data, and there is none"
	case errors.As(err, &syntax):
		at(int(syntax.Offset), "data is malformed JSON")
	case errors.As(err, &typ):
		kind, _, _ := strings.Cut(typ.Value, " ") // "number 300" is a number
		if typ.Field == "" {
			at(int(typ.Offset), "data must not be %.16s", kind)
		} else {
			at(int(typ.Offset), "field %.64s of the data must not be %.16s", typ.Field, kind)
		}
	case !utf8.Valid(e.Data):
		at(invalidUTF8(e.Data), "data is not UTF-8")
	}
	return refused
}

// invalidUTF8 returns the offset of the first byte of b that is not UTF-8.
func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}
