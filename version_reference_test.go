package cloudevents_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// refDecodeV03 is refDecode for the members of an event of version 0.3: what it shares
// with 1.0 is left to the functions for that.
func refDecodeV03(members map[string]json.RawMessage) (e cloudevents.Event, err error) {
	for name := range members {
		if name == "data_base64" || name != "" && name[0] >= '0' && name[0] <= '9' {
			return e, errors.New("name")
		}
	}
	isBase64 := false
	if raw := members["datacontentencoding"]; !isNull(raw) {
		s, err := refString(raw)
		if err != nil || strings.ToLower(s) != "base64" {
			return e, errors.New("encoding")
		}
		isBase64 = true
	}
	shared := maps.Clone(members)
	shared["specversion"] = json.RawMessage(`"1.0"`)
	for _, name := range []string{"schemaurl", "dataschema", "datacontentencoding"} {
		delete(shared, name)
	}
	if err := refCore(&e, shared); err != nil {
		return e, err
	}
	e.SpecVersion = spec.V03
	if raw := members["schemaurl"]; !isNull(raw) {
		s, err := refString(raw)
		if err != nil || s == "" || validation.URIReference(s) != nil {
			return e, errors.New("schemaurl")
		}
		e.DataSchema = s
	}
	if raw, ok := members["dataschema"]; ok { // an extension, by another name until it is one
		var alone cloudevents.Event
		if err := refExtensions(&alone, map[string]json.RawMessage{"x": raw}); err != nil {
			return e, err
		}
		for i := range alone.Extensions {
			alone.Extensions[i].Name = "dataschema"
		}
		defer func() {
			if err == nil {
				e.Extensions = append(e.Extensions, alone.Extensions...)
				slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
			}
		}()
	}
	if err := refExtensions(&e, shared); err != nil {
		return e, err
	}
	return e, refDataV03(&e, members, isBase64)
}

func refDataV03(e *cloudevents.Event, members map[string]json.RawMessage, isBase64 bool) (err error) {
	data := members["data"]
	isString := len(data) > 0 && data[0] == '"'
	isJSON := e.DataContentType == "" || mediatype.IsJSON(e.DataContentType)
	if isString && (isBase64 || !isJSON && !mediatype.IsText(e.DataContentType)) {
		s, err := refString(data)
		if err != nil || strings.ContainsAny(s, "\r\n") {
			return errors.New("base64")
		}
		e.Data, err = base64.StdEncoding.Strict().DecodeString(s)
		return err
	}
	return refData(e, members)
}
