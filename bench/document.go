package bench

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// document returns e in the JSON event format. It is written with encoding/json, so that
// no library reads its own output.
func document(e *cloudevents.Event, dataFirst bool) []byte {
	var attributes []byte
	for name, v := range e.All() {
		attributes = append(attributes, ',')
		attributes = append(attributes, quote(name)...)
		attributes = append(attributes, ':')
		switch v.Type() {
		case spec.Boolean, spec.Integer:
			attributes = append(attributes, v.String()...)
		default:
			attributes = append(attributes, quote(v.String())...)
		}
	}
	attributes = attributes[1:]
	data := dataMember(e)

	b := []byte{'{'}
	if dataFirst {
		b = append(append(append(b, data...), ','), attributes...)
	} else {
		b = append(append(append(b, attributes...), ','), data...)
	}
	return append(b, '}')
}

func dataMember(e *cloudevents.Event) []byte {
	switch e.DataContentType {
	case "application/json":
		return append([]byte(`"data":`), e.Data...)
	case "text/plain":
		return append([]byte(`"data":`), quote(string(e.Data))...)
	}
	b := base64.StdEncoding.AppendEncode([]byte(`"data_base64":"`), e.Data)
	return append(b, '"')
}

func batchDocument(es []cloudevents.Event) []byte {
	b := []byte{'['}
	for i := range es {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, document(&es[i], false)...)
	}
	return append(b, ']')
}

func quote(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return b
}

// header returns the header of a binary-mode message. The attributes of all items
// are printable ASCII, which needs no escapes.
func header(e *cloudevents.Event) http.Header {
	h := http.Header{}
	for name, v := range e.All() {
		switch name {
		case spec.DataContentType:
			h.Set("Content-Type", v.String())
		case spec.Time:
			h.Set("Ce-Time", e.Time.Format(time.RFC3339Nano))
		default:
			h.Set("Ce-"+name, v.String())
		}
	}
	return h
}

func isJSON(contentType string) bool {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	return mediaType == "application/json"
}
