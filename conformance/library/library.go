// Package library is this module as a [conformance.Codec]. It is the only package that
// imports every format and binding.
package library

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Codec returns this module as a codec, with the JSON format. Every case goes through
// each function of the public API that serves it. It is an error if they disagree.
func Codec() *conformance.Codec {
	return &conformance.Codec{Check: check, Decode: messages{}.decode, Encode: encode, Transcode: messages{}.transcode, Reasons: Reasons}
}

// EveryFormat is [Codec], with every format in HTTP messages that it decodes. It is for
// messages that were recorded, and not for cases about formats that are not known.
func EveryFormat() *conformance.Codec {
	c, formats := Codec(), all.Formats()
	f := messages{formats, formats}
	c.Decode, c.Transcode = f.decode, f.transcode
	return c
}

// Reference returns this module as the reference of a [conformance.Judge] or a
// [conformance.Receiver]. It differs from [Codec] in that it decodes with one function:
// a header that HTTP cannot carry is not a disagreement.
func Reference() *conformance.Codec {
	return &conformance.Codec{Decode: messages{}.read, Encode: encode, Reasons: Reasons}
}

// messages has the formats of HTTP messages that are decoded. The zero value has that of
// JSON.
type messages struct {
	format format.Formatter
	batch  format.Batch
}

func check(kind, text string) (string, error) {
	switch kind {
	case "name":
		return text, validation.Name(text)
	case "media-type":
		return text, validation.MediaType(text)
	}
	for t := spec.Type(0); t.Valid(); t++ {
		if strings.ToLower(t.String()) == kind {
			v, err := cloudevents.ParseValue(t, text)
			return v.String(), err
		}
	}
	return "", fmt.Errorf("no type for table %q", kind)
}

// decode decodes a message with each function that can.
func (f messages) decode(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
	return agree(f.doors(m, batch, exts))
}

// read decodes a message with one function.
func (f messages) read(m conformance.Message, batch bool, exts []spec.Attribute) ([]conformance.Event, error) {
	return agree(f.doors(m, batch, exts)[:1])
}

// doors returns the functions that decode m.
func (f messages) doors(m conformance.Message, batch bool, exts []spec.Attribute) []func() ([]cloudevents.Event, error) {
	switch m.Protocol {
	case conformance.JSON:
		return jsonDoors(m.Body, batch, exts)
	case "", conformance.Request, conformance.Response:
		return f.httpDoors(m, batch, exts)
	}
	if document, ok := formats[m.Protocol]; ok {
		return []func() ([]cloudevents.Event, error){documentDoor(document, m.Body, batch, exts)}
	}
	return []func() ([]cloudevents.Event, error){func() ([]cloudevents.Event, error) {
		b, ok := bindings[m.Protocol]
		if !ok {
			return nil, conformance.ErrSkipped
		}
		return one(b.decode(m.Parts, exts))
	}}
}

func jsonDoors(body []byte, batch bool, exts []spec.Attribute) []func() ([]cloudevents.Event, error) {
	doors := []func() ([]cloudevents.Event, error){documentDoor(format.JSON{}, body, batch, exts)}
	if len(exts) == 0 && !batch {
		doors = append(doors, func() ([]cloudevents.Event, error) {
			var e cloudevents.Event
			err := e.UnmarshalJSON(body)
			return one(e, err)
		})
	}
	return doors
}

func (f messages) httpDoors(m conformance.Message, batch bool, exts []spec.Attribute) []func() ([]cloudevents.Event, error) {
	plain := func() ([]cloudevents.Event, error) {
		if batch {
			return cehttp.DecodeMessageBatch(m.Header, m.Body, f.batch, exts...)
		}
		return one(cehttp.DecodeMessage(m.Header, m.Body, f.format, exts...))
	}
	received := func() ([]cloudevents.Event, error) {
		if m.Protocol == conformance.Response {
			r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(wire(m, "HTTP/1.1 200 OK"))), nil)
			if err != nil {
				return nil, err
			}
			if batch {
				return cehttp.ResponseToCloudEventBatch(r, f.batch, exts...)
			}
			return one(cehttp.ResponseToCloudEvent(r, f.format, exts...))
		}
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire(m, "POST / HTTP/1.1\r\nHost: example.com"))))
		if err != nil {
			return nil, err
		}
		if batch {
			return cehttp.ToCloudEventBatch(r, f.batch, exts...)
		}
		return one(cehttp.ToCloudEvent(r, f.format, exts...))
	}
	return []func() ([]cloudevents.Event, error){plain, received}
}

func one(e cloudevents.Event, err error) ([]cloudevents.Event, error) {
	return []cloudevents.Event{e}, err
}

// wire returns m as HTTP/1.1 transmits it.
func wire(m conformance.Message, start string) []byte {
	var b bytes.Buffer
	b.WriteString(start + "\r\n")
	for key, values := range m.Header {
		for _, v := range values {
			if http.CanonicalHeaderKey(key) != "Host" {
				fmt.Fprintf(&b, "%s: %s\r\n", key, v)
			}
		}
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n", len(m.Body))
	b.Write(m.Body)
	return b.Bytes()
}

// agree returns the result of the functions, or an error if they disagree.
func agree(doors []func() ([]cloudevents.Event, error)) ([]conformance.Event, error) {
	var first []conformance.Event
	var firstErr error
	for i, door := range doors {
		es, err := door()
		var neutral []conformance.Event
		if err == nil {
			neutral = []conformance.Event{}
			for k := range es {
				if err := es[k].Validate(); err != nil {
					return nil, fmt.Errorf("decoded an invalid event: %v", err) // %v, because it is not a refusal
				}
				neutral = append(neutral, conformance.FromEvent(&es[k]))
			}
		}
		if i == 0 {
			first, firstErr = neutral, err
			continue
		}
		if !reflect.DeepEqual(neutral, first) || !reflect.DeepEqual(Reasons(err), Reasons(firstErr)) {
			return nil, fmt.Errorf("functions disagree: %v, %v and %v, %v", first, firstErr, neutral, err)
		}
	}
	return first, firstErr
}

// encode encodes events with each function that can.
func encode(neutral []conformance.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
	es, err := conformance.ToEvents(neutral)
	if err != nil {
		return conformance.Message{}, err
	}
	if f, ok := formats[p]; ok {
		return document(f, es, mode, p)
	}
	if p != "" && p != conformance.Request && p != conformance.Response {
		b, ok := bindings[p]
		if !ok {
			return conformance.Message{}, conformance.ErrSkipped
		}
		return b.message(es, mode, p)
	}
	m := conformance.Message{Protocol: p, Header: http.Header{}}
	if mode == cloudevents.BatchMode {
		m.Body, err = cehttp.EncodeMessageBatch(m.Header, es, nil)
	} else {
		m.Body, err = cehttp.EncodeMessage(m.Header, &es[0], mode, nil)
	}
	got, gotErr := sent(es, mode, p)
	if gotErr != nil || err != nil {
		if !reflect.DeepEqual(Reasons(err), Reasons(gotErr)) {
			err = fmt.Errorf("functions disagree: %v and %v", err, gotErr)
		}
		return conformance.Message{}, err
	}
	if got.Golden() != m.Golden() {
		return m, fmt.Errorf("functions disagree:\n%s\nand\n%s", m.Golden(), got.Golden())
	}
	return m, nil
}

// sent builds a request or a response and takes it apart again.
func sent(es []cloudevents.Event, mode cloudevents.Mode, p conformance.Protocol) (conformance.Message, error) {
	batch := mode == cloudevents.BatchMode
	if p == conformance.Response {
		w := httptest.NewRecorder()
		var err error
		if batch {
			err = cehttp.WriteHTTPResponseBatch(w, http.StatusOK, es, nil)
		} else {
			err = cehttp.WriteHTTPResponse(w, http.StatusOK, &es[0], mode, nil)
		}
		return conformance.Message{Protocol: p, Header: w.Result().Header, Body: w.Body.Bytes()}, err
	}
	var r *http.Request
	var err error
	if batch {
		r, err = cehttp.ToHTTPRequestBatch(context.Background(), "http://example.com/", es, nil)
	} else {
		r, err = cehttp.ToHTTPRequest(context.Background(), "http://example.com/", &es[0], mode, nil)
	}
	if err != nil {
		return conformance.Message{}, err
	}
	body, err := io.ReadAll(r.Body)
	if err == nil && int64(len(body)) != r.ContentLength {
		err = errors.New("Content-Length is not the length of the body")
	}
	return conformance.Message{Protocol: p, Header: r.Header, Body: body}, err
}
