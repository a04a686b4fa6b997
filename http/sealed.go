package cehttp

import (
	"context"
	"net/http"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/spec"
)

// ToSealed is [ToCloudEvent] for a program that passes the event on, to one
// receiver or many, in the mode that it came in or another: its data is checked
// now, and not again when [SealedToHTTPRequest] writes it. Data under a JSON media
// type that is not JSON is refused in every mode, with an error that wraps
// [validation.ErrData].
func ToSealed(r *http.Request, exts ...spec.Attribute) (cloudevents.Sealed, error) {
	d := Decoder{Extensions: exts}
	return d.ToSealed(r)
}

// ToSealed is the function [ToSealed] with the settings of d. Structured messages
// in a Format other than [format.JSON] are checked after they were decoded.
func (d *Decoder) ToSealed(r *http.Request) (cloudevents.Sealed, error) {
	f, isJSON := d.Format.(format.JSON)
	if d.Format == nil {
		f, isJSON = format.JSON{InPlace: true}, true
	}
	if m, ok := headerMode(r.Header); !ok || m != cloudevents.StructuredMode || !isJSON {
		e, err := d.ToCloudEvent(r)
		if err != nil {
			return cloudevents.Sealed{}, err
		}
		s, err := cloudevents.Seal(e)
		if err != nil {
			return cloudevents.Sealed{}, err
		}
		return s, nil
	}
	var m messageHeader
	m.gather(r.Header)
	body, err := d.body(&m, &payload{reader: r.Body, announced: r.ContentLength})
	if err != nil {
		return cloudevents.Sealed{}, err
	}
	s, err := f.DecodeStructuredModeSealed(body, m.contentType, d.Extensions...)
	if err != nil {
		return cloudevents.Sealed{}, err
	}
	return s, nil
}

// SealedToHTTPRequest is [ToHTTPRequest] for a sealed event in the JSON format. The
// requests for one event share its data.
func SealedToHTTPRequest(ctx context.Context, url string, s *cloudevents.Sealed, m cloudevents.Mode) (*http.Request, error) {
	switch m {
	case cloudevents.BinaryMode:
		if err := checkBinary(&s.Attributes); err != nil {
			return nil, err
		}
		data, _ := s.Data()
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(data))
		if err != nil {
			return nil, err
		}
		r.Header = withRoom(r.Header, &s.Attributes)
		setHeader(r.Header, &s.Attributes)
		return r, nil
	case cloudevents.StructuredMode:
		body, err := s.AppendJSON(nil)
		if err != nil {
			return nil, err
		}
		return newRequest(ctx, url, nil, m, spec.MediaTypeJSON, body)
	}
	return nil, wrongMode(m, "it takes one event in binary or structured mode")
}
