package cloudevents

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// ErrDataContentType is returned by [DataAs] and [Event.SetData] for a Go type
// that the content type of the data does not fit.
var ErrDataContentType = errors.New("the content type of the data does not fit the Go type")

// SetData sets Data and DataContentType. A []byte, which e then shares, or a
// string is the data as it is. A value of any other type, json.RawMessage
// included, is marshaled by encoding/json, and contentType must be a JSON media
// type.
//
// On an error, which is [ErrDataContentType], a [*validation.Error] about
// contentType, or that of encoding/json, e is unchanged.
func (e *Event) SetData(contentType string, v any) error {
	if contentType != "" {
		if err := validation.Attribute(coreAttributes[coreDataContentType], contentType); err != nil {
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
		if !mediatype.IsJSON(contentType) {
			return fmt.Errorf("%w: %T and %.64q", ErrDataContentType, v, contentType)
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
// string it is the data as it is. Any other T is unmarshaled by encoding/json,
// and DataContentType must be a JSON media type, else the error is
// [ErrDataContentType].
//
// An event without data is an error that wraps [validation.ErrMissing], data that
// is no T one that wraps [validation.ErrData] and the error of encoding/json. Its
// text has the position and the types, but nothing of the data.
func DataAs[T any](e *Event) (T, error) {
	var v T
	if e.Data == nil {
		return v, validation.New(spec.Data, "", sectionData, validation.ErrMissing)
	}
	switch p := any(&v).(type) {
	case *[]byte:
		*p = e.Data
	case *string:
		*p = string(e.Data)
	default:
		if !mediatype.IsJSON(e.DataContentType) {
			return v, fmt.Errorf("%w: %T and %.64q", ErrDataContentType, v, e.DataContentType)
		}
		if err := json.Unmarshal(e.Data, &v); err != nil {
			var zero T
			return zero, validation.New(spec.Data, "", sectionData, &dataError{fmt.Sprintf("%T", v), err})
		}
	}
	return v, nil
}

const sectionData = "spec.md#event-data"

// dataError is why data could not be unmarshaled, without the excerpts of data
// that some errors have in their texts.
type dataError struct {
	goType string
	err    error
}

func (e *dataError) Error() string {
	text := "data cannot be unmarshaled into " + e.goType
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(e.err, &syntax):
		return fmt.Sprintf("%s: malformed JSON at offset %d", text, syntax.Offset)
	case errors.As(e.err, &typ):
		kind, _, _ := strings.Cut(typ.Value, " ") // "number 300" is a number
		return fmt.Sprintf("%s: %.16s for %s at offset %d", text, kind, typ.Type, typ.Offset)
	}
	return text
}

func (e *dataError) Unwrap() []error { return []error{validation.ErrData, e.err} }
