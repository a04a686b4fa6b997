package cloudevents

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// ErrDataContentType is returned by [DataAs] and [Event.SetData] for a Go type
// that the content type of the data does not fit.
var ErrDataContentType = errors.New("Go type does not fit the content type of the data")

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
			return fmt.Errorf("%w: %T and %q", ErrDataContentType, v, contentType)
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
// An event without data is an error that wraps [validation.ErrMissing]. Errors of
// encoding/json can be had by errors.As.
func DataAs[T any](e *Event) (T, error) {
	var v T
	if e.Data == nil {
		return v, validation.New(spec.Data, "", "spec.md#event-data", validation.ErrMissing)
	}
	switch p := any(&v).(type) {
	case *[]byte:
		*p = e.Data
	case *string:
		*p = string(e.Data)
	default:
		if !mediatype.IsJSON(e.DataContentType) {
			return v, fmt.Errorf("%w: %T and %q", ErrDataContentType, v, e.DataContentType)
		}
		if err := json.Unmarshal(e.Data, &v); err != nil {
			var zero T
			return zero, fmt.Errorf("data: %w", err)
		}
	}
	return v, nil
}
