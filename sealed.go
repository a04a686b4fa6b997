package cloudevents

import (
	"bytes"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

// Sealed is an event whose data was checked once and cannot change afterwards. It is for
// programs that pass events on: [Sealed.AppendJSON] writes JSON data without checking it
// again, and unchecked bytes can never get into a document. Other formats encode it with
// the function EncodeSealed of package format. [JSONDecoder.DecodeSealed] and [Seal]
// return one. The zero Sealed has no data.
type Sealed struct {
	// Attributes has all of the event except its data, and may be changed. Its Data
	// is ignored.
	Attributes Event

	data    string
	present bool
	json    bool // the data is one JSON value
	utf8    bool // the data is known to be UTF-8
}

// Seal returns e with a copy of its data. The error is that of [Event.Validate].
func Seal(e Event) (Sealed, error) {
	if err := e.Validate(); err != nil {
		return Sealed{}, err
	}
	return seal(e, string(e.Data), false), nil
}

// seal returns e with data instead of its own. isJSON says that it is known to be one JSON
// value.
func seal(e Event, data string, isJSON bool) Sealed {
	s := Sealed{Attributes: e, data: data, present: e.Data != nil}
	s.Attributes.Data = nil
	s.json = isJSON || s.present && mediatype.IsJSON(e.DataContentType) && isJSONValue(s.bytes(), DefaultMaxDepth)
	s.utf8 = s.json || s.present && mediatype.IsText(e.DataContentType) && utf8.ValidString(data)
	return s
}

// DecodeSealed decodes an event as [JSONDecoder.Decode] does. The event shares no memory
// with document: it keeps a copy of it if that is not much larger than its data. JSON data
// is not scanned again when the event is encoded.
func (d *JSONDecoder) DecodeSealed(document []byte) (Sealed, error) {
	// What is checked is the copy, which nobody else can change.
	document = bytes.Clone(document)
	var e Event
	var r jsonReader
	i := r.open(d, document)
	r.inPlace = true
	i, isJSON, err := r.event(&e, i, false)
	if err == nil {
		err = r.end(i)
	}
	if err != nil {
		return Sealed{}, plain(err)
	}
	if r.receipts != nil {
		d.receipt(e, r.receipts[0].err)
	}
	data := view(e.Data)
	if len(data) < len(document)/2 {
		data = strings.Clone(data)
	}
	return seal(e, data, isJSON), nil
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

// IsUTF8 reports whether the data is known to be UTF-8, because it was found to be when the
// event was sealed: it was one JSON value under a JSON media type, or text under a media
// type of text. It is false if there is no data. Encoders ask it instead of the data.
func (s *Sealed) IsUTF8() bool { return s.utf8 }

// Encode calls encode with dst and the event, and returns what that returns. The Data of
// the event is the data itself, not a copy: encode must neither change nor keep it. The
// EncodeStructuredModeMessage of a format does not.
func (s *Sealed) Encode(dst []byte, encode func(dst []byte, e *Event) ([]byte, error)) ([]byte, error) {
	e := s.Attributes
	e.Data = s.bytes()
	return encode(dst, &e)
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
