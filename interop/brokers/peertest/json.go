package peertest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/spec"
)

// JSONByHand returns the document of an event in the JSON format, made with encoding/json
// from the text of the format, and not with this module.
func JSONByHand(e *cloudevents.Event) []byte {
	doc := map[string]any{}
	for name, v := range e.All() {
		switch v.Type() {
		case spec.Boolean, spec.Integer:
			doc[name] = json.RawMessage(v.String())
		default:
			doc[name] = v.String()
		}
	}
	var raw []byte
	switch {
	case e.Data == nil:
	case isJSON(e.DataContentType):
		raw = append([]byte(`,"data":`), e.Data...) // encoding/json would compact it
	case isText(e.DataContentType):
		doc["data"] = string(e.Data)
	default:
		doc["data_base64"] = base64.StdEncoding.EncodeToString(e.Data)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		panic(err) // of values that are strings and JSON
	}
	return slices.Concat(bytes.TrimSuffix(b.Bytes(), []byte("}\n")), raw, []byte("}"))
}

// FromJSONByHand is the inverse of JSONByHand.
func FromJSONByHand(b []byte) Outcome {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(b, &doc); err != nil {
		return Failed(err)
	}
	var n conformance.Event
	var contentType string
	if raw, ok := doc[spec.DataContentType]; ok {
		if err := json.Unmarshal(raw, &contentType); err != nil {
			return Failed(err)
		}
	}
	for name, raw := range doc {
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return Failed(err)
		}
		text, isString := v.(string)
		switch {
		case name == "data_base64":
			data, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return Failed(err)
			}
			n.Data = data
		case name == "data" && isString && !isJSON(contentType):
			n.Data = []byte(text)
		case name == "data":
			n.Data = raw
		default:
			a, err := attribute(name, v)
			if err != nil {
				return Failed(err)
			}
			n.Attributes = append(n.Attributes, a)
		}
	}
	return Outcome{Event: n}
}

func attribute(name string, v any) (conformance.Attribute, error) {
	switch v := v.(type) {
	case string:
		return conformance.Attribute{Name: name, Type: spec.String, Text: v}, nil
	case bool:
		return conformance.Attribute{Name: name, Type: spec.Boolean, Text: strconv.FormatBool(v)}, nil
	case float64:
		if v == math.Trunc(v) {
			return conformance.Attribute{Name: name, Type: spec.Integer, Text: strconv.FormatInt(int64(v), 10)}, nil
		}
	}
	return conformance.Attribute{}, fmt.Errorf("the attribute %s is %v", name, v)
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (strings.HasSuffix(media, "/json") || strings.HasSuffix(media, "+json"))
}

func isText(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || contentType == "application/xml"
}
