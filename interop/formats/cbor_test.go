package formats_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

func isCBOR(c conformance.Case) bool { return c.Message.Protocol == conformance.CBOR }

// cborStrict reads what our decoder reads: every tag, every simple value, no key twice.
// cborLoose reads items of data, whose maps may have keys twice.
var (
	cborStrict = decMode(cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 4096, MaxArrayElements: math.MaxInt32, MaxMapPairs: math.MaxInt32, UnrecognizedTagToAny: cbor.UnrecognizedTagNumAndContentToAny, TimeTagToAny: cbor.TimeTagToTime})
	cborLoose  = decMode(cbor.DecOptions{MaxNestedLevels: 4096, MaxArrayElements: math.MaxInt32, MaxMapPairs: math.MaxInt32})
	cborOut, _ = cbor.EncOptions{Sort: cbor.SortBytewiseLexical, ShortestFloat: cbor.ShortestFloat16, NaNConvert: cbor.NaNConvert7e00, InfConvert: cbor.InfConvertFloat16}.EncMode()
)

func decMode(o cbor.DecOptions) cbor.DecMode {
	m, err := o.DecMode()
	if err != nil {
		panic(err)
	}
	return m
}

// Every document of the cases is read as fxamacker/cbor reads it.
func TestCBORReadsAsFxamacker(t *testing.T) {
	all := cases(t, isCBOR)
	if len(all) < 180 {
		t.Errorf("only %d cases", len(all))
	}
	for _, c := range all {
		t.Run(c.Name, func(t *testing.T) { compareWithFxamacker(t, c.Message.Body) })
	}
}

// Every event of all cases is written as fxamacker/cbor writes a map in its deterministic
// mode, to the byte.
func TestCBORWritesAsFxamacker(t *testing.T) {
	ran := 0
	for _, c := range cases(t, func(c conformance.Case) bool { return c.Refused == nil && c.Text == nil }) {
		es, err := conformance.ToEvents(c.Events)
		if err != nil {
			t.Fatal(err)
		}
		for i := range es {
			b, err := cecbor.Append(nil, &es[i])
			if errors.Is(err, validation.ErrData) {
				continue // not the CBOR that its content type says
			}
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			var m map[string]cbor.RawMessage
			if err := cborStrict.Unmarshal(b, &m); err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			want, err := cborOut.Marshal(m)
			if err != nil || !bytes.Equal(b, want) {
				t.Errorf("%s:\n%q, want\n%q: %v", c.Name, b, want, err)
			}
			for name, value := range m { // each of them is deterministic, too, but for data
				var v any
				if name == spec.Data {
					continue
				}
				if err := cborStrict.Unmarshal(value, &v); err != nil && value[0]>>5 != 6 {
					t.Errorf("%s: %s: %v", c.Name, name, err)
				}
				if value[0]>>5 == 6 {
					var tag cbor.RawTag
					if err := cborStrict.Unmarshal(value, &tag); err != nil {
						t.Errorf("%s: %s: %v", c.Name, name, err)
					}
					continue
				}
				if again, err := cborOut.Marshal(v); err != nil || !bytes.Equal(again, value) {
					t.Errorf("%s: %s is %q, want %q: %v", c.Name, name, value, again, err)
				}
			}
			compareWithFxamacker(t, b)
			ran++
		}
	}
	if ran < 850 {
		t.Errorf("only %d events", ran)
	}
}

// FuzzCBOR compares with fxamacker/cbor what is accepted, and what comes out, and the two ways
// through our decoder.
func FuzzCBOR(f *testing.F) {
	for _, c := range cases(f, isCBOR) {
		if len(c.Message.Body) < 2<<10 {
			f.Add(c.Message.Body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		compareWithFxamacker(t, body)
		checkWays(t, cecbor.Format{}, body)
	})
}

// compareWithFxamacker decodes a document with both.
func compareWithFxamacker(t *testing.T, body []byte) {
	t.Helper()
	got, err := cecbor.Format{MaxAttributes: -1, MaxDepth: 4000}.DecodeStructuredModeMessage(body, "")
	document := bytes.TrimPrefix(body, []byte("\xd9\xd9\xf7"))
	var m map[string]cbor.RawMessage
	wireErr := cborStrict.Unmarshal(document, &m)
	if wireErr == nil && (len(document) == 0 || document[0]>>5 != 5) {
		wireErr = errors.New("not a map")
	}
	if wireErr == nil {
		// It checks neither the text nor the nesting of what stays raw.
		for _, value := range m {
			var v any
			switch e := cborLoose.Unmarshal(value, &v); {
			case isUTF8Error(e):
				wireErr = e
			case e != nil && err != nil && strings.HasPrefix(e.Error(), "cbor: tag number") && strings.Contains(err.Error(), "invalid UTF-8"):
				return // it has not come as far as the text
			}
		}
	}
	if wireErr != nil && strings.HasPrefix(wireErr.Error(), "cbor: tag number") {
		return // it refuses a tag around what the tag is not for, in data too
	}
	if wireErr != nil {
		if err == nil {
			t.Errorf("%q is accepted; fxamacker/cbor says: %v", body, wireErr)
		}
		return
	}
	want, eventErr := fromFxamacker(m)
	switch {
	case err == nil && eventErr != nil:
		t.Errorf("%q is accepted, but %v", body, eventErr)
	case err != nil && strings.Contains(err.Error(), "a key of an event is no text string"): // it takes tags off a key
	case err != nil && eventErr == nil && !errors.As(err, new(*cloudevents.LimitError)):
		t.Errorf("%q is refused: %v", body, err)
	case err == nil:
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q\n%s", body, d)
		}
	}
}

func isUTF8Error(err error) bool {
	var e *cbor.SemanticError
	return errors.As(err, &e)
}

// fromFxamacker makes an event of a map in the plainest way.
func fromFxamacker(m map[string]cbor.RawMessage) (e cloudevents.Event, err error) {
	var a cloudevents.Attributes
	a.MaxAttributes = -1
	for name, value := range m {
		if name == spec.Data {
			continue
		}
		t, text, err := attributeOf(name, value)
		if err != nil {
			return e, fmt.Errorf("%s: %w", name, err)
		}
		if text == nil {
			a.AddNull(-1, []byte(name))
			continue
		}
		a.Add(name, t, *text)
	}
	if err := a.Assemble(&e); err != nil {
		return e, err
	}
	data, ok := m[spec.Data]
	if !ok {
		return e, nil
	}
	return e, dataOf(&e, &a, data)
}

// attributeOf returns the type and the text of a value; nil is no value.
func attributeOf(name string, value cbor.RawMessage) (spec.Type, *string, error) {
	give := func(t spec.Type, s string) (spec.Type, *string, error) { return t, &s, nil }
	fail := func() (spec.Type, *string, error) { return 0, nil, errors.New("no type of an attribute") }
	switch major := value[0] >> 5; {
	case value[0] == 0xf6 || value[0] == 0xf7:
		return 0, nil, nil
	case value[0] == 0xf4 || value[0] == 0xf5:
		return give(spec.Boolean, strconv.FormatBool(value[0] == 0xf5))
	case major <= 1:
		var n big.Int
		if err := cborLoose.Unmarshal(value, &n); err != nil {
			return 0, nil, err
		}
		return give(spec.Integer, n.String())
	case major == 2:
		var b []byte
		if err := cborLoose.Unmarshal(value, &b); err != nil {
			return 0, nil, err
		}
		return give(spec.Binary, cloudevents.BinaryValue(b).String())
	case major == 3:
		var s string
		if err := cborLoose.Unmarshal(value, &s); err != nil {
			return 0, nil, err
		}
		return give(spec.String, s)
	case major != 6:
		return fail()
	}
	var tag cbor.RawTag
	if err := cborLoose.Unmarshal(value, &tag); err != nil {
		return 0, nil, err
	}
	var v any
	if err := cborLoose.Unmarshal(tag.Content, &v); err != nil {
		return 0, nil, err
	}
	if tag.Content[0]>>5 == 6 {
		return fail()
	}
	switch s, isText := v.(string); {
	case tag.Number == 0 && isText:
		return give(spec.Timestamp, s)
	case tag.Number == 32 && isText:
		if validation.URI(s) != nil && validation.URIReference(s) == nil && name != spec.DataSchema {
			return give(spec.URIReference, s)
		}
		return give(spec.URI, s)
	}
	switch v := v.(type) {
	case []byte:
		if tag.Number == 64 {
			return give(spec.Binary, cloudevents.BinaryValue(v).String())
		}
	case uint64:
		if tag.Number == 1 {
			return give(spec.Timestamp, epoch(new(big.Rat).SetInt(new(big.Int).SetUint64(v))))
		}
	case int64:
		if tag.Number == 1 {
			return give(spec.Timestamp, epoch(new(big.Rat).SetInt64(v)))
		}
	case big.Int:
		if tag.Number == 1 && tag.Content[0]>>5 == 1 {
			return give(spec.Timestamp, epoch(new(big.Rat).SetInt(&v)))
		}
	case float64:
		if tag.Number == 1 && !math.IsNaN(v) && !math.IsInf(v, 0) {
			r, _ := new(big.Rat).SetString(strconv.FormatFloat(v, 'g', -1, 64))
			return give(spec.Timestamp, epoch(r))
		}
	}
	return fail()
}

// epoch returns the Timestamp of seconds, or something illegal.
func epoch(seconds *big.Rat) string {
	ns := new(big.Int).Quo(new(big.Int).Mul(seconds.Num(), big.NewInt(1e9)), seconds.Denom()) // towards zero
	if seconds.Cmp(big.NewRat(253_402_300_800, 1)) >= 0 || seconds.Cmp(big.NewRat(-62_167_219_200, 1)) < 0 {
		return "none"
	}
	s, n := new(big.Int).QuoRem(ns, big.NewInt(1e9), new(big.Int))
	return time.Unix(s.Int64(), n.Int64()).UTC().Format(time.RFC3339Nano)
}

// dataOf sets the data of e.
func dataOf(e *cloudevents.Event, a *cloudevents.Attributes, item cbor.RawMessage) error {
	var v any
	if err := cborLoose.Unmarshal(item, &v); err != nil && item[0]>>5 <= 3 {
		return err
	}
	content := item
	if item[0]>>5 == 6 {
		var tag cbor.RawTag
		if err := cborLoose.Unmarshal(item, &tag); err == nil && tag.Number == 64 && tag.Content[0]>>5 == 2 {
			content = tag.Content
		}
	}
	isText, isBytes := content[0]>>5 == 3, content[0]>>5 == 2
	var text []byte
	switch {
	case isText:
		var s string
		if err := cborLoose.Unmarshal(content, &s); err != nil {
			return err
		}
		text = []byte(s)
	case isBytes:
		if err := cborLoose.Unmarshal(content, &text); err != nil {
			return err
		}
	}
	if text == nil && (isText || isBytes) {
		text = []byte{}
	}
	if decoded, err := a.Data([]byte("?")); e.SpecVersion == spec.V03 && (err != nil || decoded == nil) {
		if text == nil {
			return errors.New("base64 is a string")
		}
		data, err := a.Data(text)
		e.Data = data
		return err
	}
	mediaType := baseMediaType(e.DataContentType)
	switch {
	case hasKind(mediaType, "cbor"):
		e.Data = item
	case isBytes:
		e.Data = text
	case mediaType == "":
		e.Data, e.DataContentType = item, "application/cbor"
	case isText:
		// The format of JSON has the same rule about charsets.
		if !hasKind(mediaType, "json") {
			if err := fitsCharset(e.DataContentType, text); err != nil {
				return err
			}
		}
		e.Data = text
	case hasKind(mediaType, "json"):
		// Numbers and order are those of another test; the meaning is compared.
		b, err := cecbor.AppendJSON(nil, item)
		if err != nil {
			return err
		}
		var ours any
		if err := json.Unmarshal(b, &ours); err != nil {
			return err
		}
		e.Data = b
	default:
		return errors.New("no string")
	}
	return nil
}

func baseMediaType(s string) string {
	s, _, _ = strings.Cut(s, ";")
	return strings.ToLower(strings.Trim(s, " \t"))
}

func hasKind(mediaType, kind string) bool {
	return strings.HasSuffix(mediaType, "/"+kind) || strings.HasSuffix(mediaType, "+"+kind)
}

// fitsCharset asks the JSON format whether text may be a string under a content type.
func fitsCharset(contentType string, text []byte) error {
	quoted, err := json.Marshal(string(text))
	if err != nil {
		return err
	}
	ct, err := json.Marshal(contentType)
	if err != nil {
		return err
	}
	var d cloudevents.JSONDecoder
	_, err = d.Decode([]byte(`{"specversion":"1.0","id":"1","source":"/","type":"t","datacontenttype":` + string(ct) + `,"data":` + string(quoted) + `}`))
	return err
}

// AppendJSON means what fxamacker/cbor reads, and AppendItem what encoding/json reads.
func TestCBORConverts(t *testing.T) {
	for _, text := range []string{
		`{"a":[1,-2,0.5,1e+300,null,true,"é\n"],"b":{"c":[]}}`, `18446744073709551615`, `"x"`, `[]`, `-9223372036854775808`, `1.1`,
	} {
		item, err := cecbor.AppendItem(nil, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var v any
		mode := decMode(cbor.DecOptions{DefaultMapType: reflect.TypeFor[map[string]any]()})
		if err := mode.Unmarshal(item, &v); err != nil {
			t.Fatal(err)
		}
		want, err := cborOut.Marshal(v)
		if err != nil || !bytes.Equal(item, want) {
			t.Errorf("%s: %x, want %x: %v", text, item, want, err)
		}
		back, err := cecbor.AppendJSON(nil, item)
		if err != nil || string(back) != text {
			t.Errorf("%s: %s, %v", text, back, err)
		}
		marshaled, err := json.Marshal(v)
		var x, y any
		if err != nil || json.Unmarshal(marshaled, &x) != nil || json.Unmarshal(back, &y) != nil || !reflect.DeepEqual(x, y) {
			t.Errorf("%s: %s, want %s: %v", text, back, marshaled, err)
		}
	}
}
