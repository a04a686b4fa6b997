package cloudevents

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/jsondata"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// ErrDataContentType is wrapped by the errors of [DataAs] and [Event.SetData] about a Go
// type that the content type of the data does not allow.
var ErrDataContentType = errors.New("the content type of the data does not fit the Go type")

// SetData sets Data and DataContentType. A string, a []byte or a json.RawMessage becomes
// the data as it is; e shares its bytes. A value of any other type is marshaled by
// encoding/json. For that, and for a json.RawMessage, contentType must be a JSON media type
// without a charset other than UTF-8, or "", which is application/json then. Messages of
// google.golang.org/protobuf are for SetData of the module format/protobuf/protodata.
//
// Data under a JSON media type must be one JSON value in UTF-8, or nil, which is no data.
// Otherwise the error wraps
// [validation.ErrData]: an encoder would have to write it as data_base64. SetData is the
// only function that looks; a program that sets the fields itself sends what it likes.
//
// On an error e is unchanged. Other errors wrap [ErrDataContentType], are a
// [*validation.Error] about contentType, or are those of encoding/json.
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
	case json.RawMessage:
		if contentType == "" {
			contentType = "application/json"
		}
		if data = v; v == nil {
			data = []byte("null") // as encoding/json has it
		}
		if !jsondata.IsUTF8(contentType) {
			return wrongContentType("json.RawMessage", contentType)
		}
	default:
		if contentType == "" {
			contentType = "application/json"
		}
		if !jsondata.IsUTF8(contentType) {
			return wrongContentType(fmt.Sprintf("%T", v), contentType)
		}
		var err error
		if data, err = json.Marshal(v); err != nil {
			return err
		}
	}
	if data != nil && jsondata.IsUTF8(contentType) && !isJSONValue(data, -1) {
		return validation.NewError(spec.Data, "", spec.SectionEventData, ruleDataJSON)
	}
	e.Data, e.DataContentType = data, contentType
	return nil
}

// DataAs returns the data of e as a T. A string or a []byte gets the data as it is: a
// []byte is shared with e, and a JSON string keeps its quotes. Any other T is unmarshaled
// by encoding/json. DataContentType must then be a JSON media type without a charset
// other than UTF-8; otherwise the error wraps [ErrDataContentType].
//
// If e has no data, the error wraps [validation.ErrMissing]. If the data is not a T, it
// wraps [validation.ErrData] and the error of encoding/json, and a [*SyntaxError] if the
// position in the data is known. Its text has the position and the types but no data. The
// text of the wrapped error may contain data.
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
		if !jsondata.IsUTF8(e.DataContentType) {
			return v, wrongContentType(goType, e.DataContentType)
		}
		if err := jsondata.Unmarshal(e.Data, &v); err != nil {
			var zero T
			return zero, validation.NewError(spec.Data, "", spec.SectionEventData, newDataError(goType, e.Data, err))
		}
	}
	return v, nil
}

func wrongContentType(goType, contentType string) error {
	return fmt.Errorf("%w: %s and %q; other than []byte and string, it must be JSON in UTF-8", ErrDataContentType, goType, excerpt.Of(contentType))
}

// dataError is the reason why data could not be unmarshaled. It leaves out the excerpts
// of data that some errors of encoding/json have in their texts.
type dataError struct {
	goType string
	err    error
	offset int      // -1 if the position is not known
	causes [2]error // made once, as errors.As asks often
}

func newDataError(goType string, data []byte, err error) *dataError {
	e := &dataError{goType, err, -1, [...]error{validation.ErrData, err}}
	if offset, ok := dataOffset(data, err); ok {
		e.offset, e.causes[1] = offset, &SyntaxError{offset, err}
	}
	return e
}

func (e *dataError) Error() string {
	b := make([]byte, 0, 256)
	b = append(append(b, "data cannot be unmarshaled into "...), e.goType...)
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(e.err, &syntax):
		b = append(b, ": malformed JSON"...)
	case errors.As(e.err, &typ):
		kind, _, _ := strings.Cut(typ.Value, " ") // "number 300" is a number
		if typ.Field != "" {
			b = fmt.Appendf(b, ": field %.64s", typ.Field)
		}
		b = fmt.Appendf(b, ": %.16s for ", kind)
		b = append(b, typ.Type.String()...)
	}
	if e.offset >= 0 {
		b = strconv.AppendInt(append(b, " at offset "...), int64(e.offset), 10)
	}
	return string(b)
}

func (e *dataError) Unwrap() []error { return e.causes[:] }
