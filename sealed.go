package cloudevents

import (
	"unsafe"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// Sealed is an event whose data was checked once and cannot be changed since. It
// is for programs that pass events on: [Sealed.AppendJSON] writes JSON data without
// looking at it again, however often, and no bytes that nobody checked can get
// there. [JSONDecoder.DecodeSealed] and [Seal] make one. The zero Sealed has no
// data.
type Sealed struct {
	Attributes Event // may be changed; its Data means nothing

	data    string
	present bool
	json    bool // data is one JSON value
}

// Seal returns e with a copy of its data. Data under a JSON media type that is not
// one JSON value is an error that wraps [validation.ErrData]. Attributes are not
// checked before they are encoded.
func Seal(e Event) (Sealed, error) {
	json := e.Data != nil && mediatype.IsJSON(e.DataContentType)
	if json {
		if err := checkJSONData(&e); err != nil {
			return Sealed{}, err
		}
	}
	return seal(e, json), nil
}

// seal returns e with a copy of its data, which was found to be JSON or not.
func seal(e Event, json bool) Sealed {
	s := Sealed{Attributes: e, data: string(e.Data), present: e.Data != nil, json: json}
	s.Attributes.Data = nil
	return s
}

// DecodeSealed is Decode for an event that shares no memory with document, and
// whose JSON data is not scanned a second time when it is encoded. Data of a JSON
// media type in base64 is scanned here; if it is not JSON, that is an error that
// wraps [validation.ErrData].
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

// Data returns the data, and whether there is any: "" may be present. Its bytes are
// what an [Event] has in its Data.
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

// AppendJSON appends the event in the JSON event format, as the function
// [AppendJSON] does, with the same errors. JSON data is copied without a look at
// it, unless the DataContentType was changed to a JSON media type meanwhile.
func (s *Sealed) AppendJSON(dst []byte) ([]byte, error) {
	e := s.Attributes
	e.Data = s.bytes()
	b, err := appendGrown(dst, &e, s.json)
	if err != nil {
		return dst, err
	}
	return b, nil
}

// bytes returns the data for reading.
func (s *Sealed) bytes() []byte {
	switch {
	case !s.present:
		return nil
	case s.data == "":
		return []byte{}
	}
	return unsafe.Slice(unsafe.StringData(s.data), len(s.data))
}
