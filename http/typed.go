package cehttp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
)

// Typed returns a Handler that decodes the data of an event to a T, by the rules of
// [cloudevents.DataAs], and calls fn with it.
//
// Data that is not a T is answered 400 with the error type "invalid_data" and, unless
// a method of T refused it, the position in the data, but nothing of the data itself.
// The error then wraps a [*cloudevents.SyntaxError]. Data of another media type
// than JSON is 415, "unsupported_data", unless T is []byte or string. An event
// without data is 400, "missing_data", unless T has a nil: a pointer, slice, map or
// interface is nil then.
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

// On returns a route for events of that type, or prefix of types, with fn as a
// [Typed] handler and with the schema of T and an empty T in its documentation. Set
// Route.In for a better example.
func On[T any](eventType string, fn func(ctx context.Context, e *cloudevents.Event, data T) (*cloudevents.Event, error)) Route {
	r := Route{Type: eventType}
	if fn != nil {
		r.Handler = Typed(fn)
	}
	switch t := reflect.TypeFor[T](); t.Kind() {
	case reflect.Interface:
	case reflect.Pointer:
		r.In.Data = reflect.New(t.Elem()).Interface()
	case reflect.Slice:
		r.In.Data = reflect.MakeSlice(t, 0, 0).Interface()
	case reflect.Map:
		r.In.Data = reflect.MakeMap(t).Interface()
	default:
		r.In.Data = reflect.Zero(t).Interface()
	}
	return r
}

func hasNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}

// refuseData returns the answer to an error of DataAs.
func refuseData(e *cloudevents.Event, err error) error {
	if errors.Is(err, cloudevents.ErrDataContentType) {
		return &HandlerError{
			Status:  http.StatusUnsupportedMediaType,
			Type:    "unsupported_data",
			Message: fmt.Sprintf("data of content type %.64q is not taken for this type of event; it must be JSON in UTF-8", e.DataContentType),
			Err:     err,
		}
	}
	// The error names Go types, which are no business of the sender.
	refused := &HandlerError{Status: http.StatusBadRequest, Type: "invalid_data", Message: "data is not what this type of event has", Err: err}
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

// invalidUTF8 returns where b is not UTF-8.
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
