package cloudevents

import (
	"unsafe"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// Sealed is an event whose data was checked once and cannot change afterwards. It is for
// programs that pass events on: [Sealed.AppendJSON] writes JSON data without checking it
// again, and unchecked bytes can never get into a document. [JSONDecoder.DecodeSealed]
// and [Seal] return one. The zero Sealed has no data.
type Sealed struct {
	// Attributes has all of the event except its data, and may be changed. Its Data
	// is ignored.
	Attributes Event

	data    string
	present bool
	json    bool // the data is one JSON value
}

// Seal returns e with a copy of its data. If data under a JSON media type is not one JSON
// value, the error wraps [validation.ErrData]. Attributes are checked when they are
// encoded.
func Seal(e Event) (Sealed, error) {
	json := e.Data != nil && mediatype.IsJSON(e.DataContentType)
	if json {
		if err := checkJSONData(&e); err != nil {
			return Sealed{}, err
		}
	}
	return seal(e, json), nil
}

// seal returns e with a copy of its data. json says that the data is one JSON value.
func seal(e Event, json bool) Sealed {
	s := Sealed{Attributes: e, data: string(e.Data), present: e.Data != nil, json: json}
	s.Attributes.Data = nil
	return s
}

// DecodeSealed decodes an event as [JSONDecoder.Decode] does, but the event shares no
// memory with document, and its JSON data is not scanned again when it is encoded. JSON
// data in base64 is scanned here. If it is not one JSON value, the error wraps
// [validation.ErrData].
func (d *JSONDecoder) DecodeSealed(document []byte) (Sealed, error) {
	var e Event
	var r jsonReader
	i := r.open(d, document)
	i, isJSON, err := r.event(&e, i, false)
	if err == nil {
		err = r.end(i)
	}
	switch {
	case err != nil:
		return Sealed{}, err
	case isJSON:
		return seal(e, true), nil
	}
	return Seal(e)
}

// Data returns the data, and whether there is any: "" may be present. Its bytes are those
// of the Data of an [Event].
func (s *Sealed) Data() (data string, present bool) { return s.data, s.present }

// Event returns the event with a copy of the data.
func (s *Sealed) Event() Event {
	e := s.Attributes
	e.Data = nil
	if s.present {
		e.Data = []byte(s.data)
	}
	return e
}

// AppendJSON appends the event to dst in the JSON event format. Its errors are those of
// the function [AppendJSON]. JSON data is copied without a check, unless the
// DataContentType was changed to a JSON media type after the event was sealed.
func (s *Sealed) AppendJSON(dst []byte) ([]byte, error) {
	e := s.Attributes
	e.Data = s.bytes()
	b, err := appendGrown(dst, &e, s.json)
	if err != nil {
		return dst, err
	}
	return b, nil
}

// bytes returns the data for reading only.
func (s *Sealed) bytes() []byte {
	switch {
	case !s.present:
		return nil
	case s.data == "":
		return []byte{}
	}
	return unsafe.Slice(unsafe.StringData(s.data), len(s.data))
}
