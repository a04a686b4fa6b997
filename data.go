package cloudevents

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// ErrDataContentType is wrapped by the errors of [DataAs] and [Event.SetData] about
// a Go type that the content type of the data does not fit.
var ErrDataContentType = errors.New("the content type of the data does not fit the Go type")

// SetData sets Data and DataContentType. A []byte, which e then shares, or a
// string is the data as it is. A value of any other type, json.RawMessage and
// other named types of bytes included, is marshaled by encoding/json, and
// contentType must be a JSON media type without a charset other than UTF-8.
//
// On an error, which wraps [ErrDataContentType], is a [*validation.Error] about
// contentType, or that of encoding/json, e is unchanged.
func (e *Event) SetData(contentType string, v any) error {
	if contentType != "" {
		if err := validation.Attribute(coreAttributes(e.SpecVersion)[coreDataContentType], contentType); err != nil {
			return err
		}
	}
	var data []byte
	switch v := v.(type) {
	case []byte:
		data = v
	case string:
		data = []byte(v)
	default:
		if !isUTF8JSON(contentType) {
			return wrongContentType(fmt.Sprintf("%T", v), contentType)
		}
		var err error
		if data, err = json.Marshal(v); err != nil {
			return err
		}
	}
	e.Data, e.DataContentType = data, contentType
	return nil
}

// DataAs returns the data of e as a T. For []byte, which is shared with e, and
// string it is the data as it is; a JSON string keeps its quotes. Any other T is
// unmarshaled by encoding/json, and DataContentType must be a JSON media type
// without a charset other than UTF-8, else the error wraps [ErrDataContentType].
//
// If e has no data, the error wraps [validation.ErrMissing]; if the data is not a
// T, it wraps [validation.ErrData] and the error of encoding/json. If the position
// in the data is known, it wraps a [*SyntaxError] with it. Its text has the
// position and the types, but nothing of the data; that of the wrapped error may.
func DataAs[T any](e *Event) (T, error) {
	var v T
	if e.Data == nil {
		return v, validation.NewError(spec.Data, "", spec.SectionEventData, validation.ErrMissing)
	}
	switch p := any(&v).(type) {
	case *[]byte:
		*p = e.Data
	case *string:
		*p = string(e.Data)
	default:
		goType := reflect.TypeFor[T]().String()
		if !isUTF8JSON(e.DataContentType) {
			return v, wrongContentType(goType, e.DataContentType)
		}
		err := json.Unmarshal(e.Data, &v)
		if err == nil && !utf8.Valid(e.Data) { // which encoding/json replaces
			err = errInvalidUTF8
		}
		if err != nil {
			var zero T
			return zero, validation.NewError(spec.Data, "", spec.SectionEventData, newDataError(goType, e.Data, err))
		}
	}
	return v, nil
}

var errInvalidUTF8 = errors.New("invalid UTF-8")

// isUTF8JSON reports whether encoding/json can read and write data of that type.
func isUTF8JSON(contentType string) bool {
	return mediatype.IsJSON(contentType) && mediatype.IsUTF8(contentType)
}

func wrongContentType(goType, contentType string) error {
	return fmt.Errorf("%w: %s and %.64q; other than []byte and string, it must be JSON in UTF-8", ErrDataContentType, goType, contentType)
}

// dataError is why data could not be unmarshaled, without the excerpts of data
// that some errors have in their texts.
type dataError struct {
	goType string
	err    error
	place  *SyntaxError // nil if the position is not known
}

func newDataError(goType string, data []byte, err error) *dataError {
	e := &dataError{goType: goType, err: err}
	if offset, ok := dataOffset(data, err); ok {
		e.place = &SyntaxError{offset, err}
	}
	return e
}

func (e *dataError) Error() string {
	text := "data cannot be unmarshaled into " + e.goType
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(e.err, &syntax):
		text += ": malformed JSON"
	case errors.As(e.err, &typ):
		kind, _, _ := strings.Cut(typ.Value, " ") // "number 300" is a number
		if typ.Field != "" {
			text += fmt.Sprintf(": field %.64s", typ.Field)
		}
		text += fmt.Sprintf(": %.16s for %s", kind, typ.Type)
	}
	if e.place != nil {
		text += fmt.Sprintf(" at offset %d", e.place.Offset)
	}
	return text
}

func (e *dataError) Unwrap() []error {
	if e.place != nil {
		return []error{validation.ErrData, e.place}
	}
	return []error{validation.ErrData, e.err}
}
