package cloudevents_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// refDecode is a second decoder of the JSON event format, slow and made of
// encoding/json. What encoding/json does not mind is checked by hand.
func refDecode(document []byte) (e cloudevents.Event, err error) {
	document = bytes.TrimPrefix(document, []byte("\uFEFF"))
	if !json.Valid(document) || !utf8.Valid(document) {
		return e, errors.New("no JSON, or no UTF-8")
	}
	names, err := refNames(document)
	if err != nil {
		return e, err
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		return e, err
	}
	if len(members) != len(names) {
		return e, errors.New("duplicate member, or no object")
	}
	attributes := 0
	for name, raw := range members {
		if name != "data" && name != "data_base64" {
			attributes++
		}
		if refDepth(raw) > cloudevents.DefaultMaxDepth {
			return e, errors.New("too deep")
		}
	}
	if attributes > cloudevents.DefaultMaxAttributes {
		return e, errors.New("too many attributes")
	}
	if err := refCore(&e, members); err != nil {
		return e, err
	}
	if err := refExtensions(&e, members); err != nil {
		return e, err
	}
	return e, refData(&e, members)
}

// refNames returns the member names, duplicates included.
func refNames(document []byte) (names []string, err error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("no object: %v", err)
	}
	for dec.More() {
		begin := dec.InputOffset()
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		raw := document[begin:dec.InputOffset()]
		if refLoneSurrogate(raw) {
			return nil, errors.New("unpaired surrogate in a name")
		}
		names = append(names, t.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// refLoneSurrogate looks for \uhhhh that is half a pair, in raw JSON.
func refLoneSurrogate(raw []byte) bool {
	unit := func(s []byte) rune {
		if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
			return -1
		}
		n, _ := strconv.ParseUint(string(s[2:6]), 16, 16)
		return rune(n)
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if r := unit(raw[i:]); utf16.IsSurrogate(r) {
			if utf16.DecodeRune(r, unit(raw[i+6:])) == utf8.RuneError {
				return true
			}
			i += 11
		} else {
			i++ // the escaped character, which may be a backslash
		}
	}
	return false
}

// refDepth returns how deep arrays and objects enclose each other.
func refDepth(raw []byte) (deepest int) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	for depth := 0; ; {
		t, err := dec.Token()
		if err != nil { // the end
			return deepest
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		deepest = max(deepest, depth)
	}
}

func refString(raw json.RawMessage) (s string, err error) {
	if len(raw) == 0 || raw[0] != '"' || refLoneSurrogate(raw) {
		return "", fmt.Errorf("no string: %s", raw)
	}
	return s, json.Unmarshal(raw, &s)
}

func isNull(raw json.RawMessage) bool { return raw == nil || string(raw) == "null" }

func refCore(e *cloudevents.Event, members map[string]json.RawMessage) error {
	fields := map[string]*string{
		"id": &e.ID, "source": &e.Source, "type": &e.Type, "subject": &e.Subject,
		"datacontenttype": &e.DataContentType, "dataschema": &e.DataSchema,
	}
	for _, a := range spec.V1.Attributes() {
		raw := members[a.Name]
		if isNull(raw) {
			if a.Required {
				return fmt.Errorf("no %s", a.Name)
			}
			continue
		}
		s, err := refString(raw)
		if err != nil {
			return err
		}
		if err := validation.Attribute(a, s); err != nil {
			return err
		}
		switch a.Name {
		case "specversion":
			if s != "1.0" {
				return errors.New("version")
			}
		case "time":
			if e.Time, err = refTime(s); err != nil {
				return err
			}
			if e.Time.IsZero() { // and yet not absent
				err = e.Set("time", cloudevents.TimestampValue(e.Time))
			}
			if err != nil {
				return err
			}
		default:
			*fields[a.Name] = s
		}
	}
	return nil
}

// refTime parses what validation found legal with time.Parse where that can.
func refTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, strings.ToUpper(s))
	if strings.Contains(s, ":60") { // a leap second, which time.Parse refuses
		t, err = validation.ParseTimestamp(s)
	}
	if err == nil && t.Year() > 9999 {
		err = errors.New("year")
	}
	return t, err
}

func refExtensions(e *cloudevents.Event, members map[string]json.RawMessage) error {
	for name, raw := range members {
		if _, core := spec.V1.Attribute(name); core || name == "data" || name == "data_base64" {
			continue
		}
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") != "" || name == "" {
			return fmt.Errorf("name %q", name)
		}
		var v cloudevents.Value
		switch text := string(raw); {
		case text == "null":
			continue
		case text == "true" || text == "false":
			v = cloudevents.BooleanValue(text == "true")
		case raw[0] == '"':
			s, err := refString(raw)
			if err != nil {
				return err
			}
			if err := validation.String(s); err != nil {
				return err
			}
			v = cloudevents.StringValue(s)
		default:
			n, err := strconv.ParseInt(text, 10, 32) // no fraction, no exponent
			if err != nil {
				return err
			}
			v = cloudevents.IntegerValue(int32(n))
		}
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: v})
	}
	slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	return nil
}

func refData(e *cloudevents.Event, members map[string]json.RawMessage) error {
	data, hasData := members["data"]
	encoded := members["data_base64"]
	if hasData && !isNull(encoded) {
		return errors.New("data in two ways")
	}
	if !isNull(encoded) {
		s, err := refString(encoded)
		if err != nil {
			return err
		}
		if strings.ContainsAny(s, "\r\n") {
			return errors.New("line break in base64")
		}
		e.Data, err = base64.StdEncoding.Strict().DecodeString(s)
		return err
	}
	if !hasData {
		return nil
	}
	if e.DataContentType == "" {
		e.DataContentType = "application/json"
	}
	e.Data = data
	if mediatype.IsJSON(e.DataContentType) {
		return nil
	}
	s, err := refString(data)
	if err != nil {
		return err
	}
	e.Data = []byte(s)
	ascii := !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
	if s == "" || ascii && mediatype.IsASCIISuperset(e.DataContentType) {
		return nil
	}
	if charset, ok := mediatype.Parameter(e.DataContentType, "charset"); ok && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "utf8") {
		return errors.New("charset")
	}
	return nil
}
