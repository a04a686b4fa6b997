package cloudevents_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/validation"
)

// In documents of these tests, ↓ stands where the fault is; it is taken out.
const mark = "↓"

// errMalformed stands for an error with nothing but a text.
var errMalformed = errors.New("malformed")

// wantOffset checks that err is a fault at the mark.
func wantOffset(t *testing.T, err error, document string, want error) {
	t.Helper()
	var s *cloudevents.SyntaxError
	if !errors.As(err, &s) {
		t.Fatalf("error is %v, want a *SyntaxError", err)
	}
	if offset := strings.Index(document, mark); s.Offset != offset {
		t.Errorf("offset is %d, want %d: %v", s.Offset, offset, err)
	}
	if want == errMalformed {
		if all := violations(err); len(all) > 0 || errors.Unwrap(s.Err) != nil {
			t.Errorf("error is %v, want one with nothing but a text", err)
		}
	} else if !errors.Is(err, want) {
		t.Errorf("error is %v, want one that wraps %v", err, want)
	}
}

func TestSyntaxErrorOffset(t *testing.T) {
	tests := []struct {
		name     string
		document string
		want     error
	}{
		{"nothing", `↓`, jsonscan.UnexpectedEnd},
		{"white space", "\r\n\t ↓", jsonscan.UnexpectedEnd},
		{"a byte order mark alone", "\uFEFF↓", jsonscan.UnexpectedEnd},
		{"an array", `↓[]`, errMalformed},
		{"null", ` ↓null`, errMalformed},
		{"two byte order marks", "\uFEFF↓\uFEFF{}", errMalformed},
		{"a brace that is left open", `{↓`, jsonscan.UnexpectedEnd},
		{"a name without quotes", `{↓id:"1"}`, jsonscan.UnexpectedByte},
		{"a name in single quotes", `{↓'id':"1"}`, jsonscan.UnexpectedByte},
		{"a name that does not end", `{"id↓`, jsonscan.UnexpectedEnd},
		{"no colon", `{"id" ↓"1"}`, jsonscan.UnexpectedByte},
		{"nothing behind a colon", `{"id":↓`, jsonscan.UnexpectedEnd},
		{"no value", `{"id": ↓}`, jsonscan.UnexpectedByte},
		{"a comma at the end", `{"id":"1",↓}`, jsonscan.UnexpectedByte},
		{"two commas", `{"id":"1",↓,"source":"/"}`, jsonscan.UnexpectedByte},
		{"no comma", `{"id":"1" ↓"source":"/"}`, jsonscan.UnexpectedByte},
		{"the wrong bracket", `{"id":"1"↓]`, jsonscan.UnexpectedByte},
		{"an end behind a value", `{"id":"1"↓`, jsonscan.UnexpectedEnd},
		{"a string that does not end", `{"id":"1↓`, jsonscan.UnexpectedEnd},
		{"a bad escape", `{"id":"ab↓\x41"}`, jsonscan.BadEscape},
		{"an escape that is cut", `{"id":"↓\u00e`, jsonscan.BadEscape},
		{"a control character in a value", "{\"id\":\"a↓\n\"}", jsonscan.ControlCharacter},
		{"a control character in a name", "{\"i↓\x00d\":\"a\"}", jsonscan.ControlCharacter},
		{"invalid UTF-8 in a name", "{\"i↓\xFFd\":\"a\"}", jsonscan.InvalidUTF8},
		{"invalid UTF-8 in JSON data", event(`"data":["é↓` + "\xC0\x80" + `"]`), jsonscan.InvalidUTF8},
		{"invalid UTF-8 in text data", event(`"data":"é↓` + "\xC0\x80" + `"`), jsonscan.InvalidUTF8},
		{"half a surrogate pair in a name", `{"ab↓\ud800":1}`, jsonscan.LoneSurrogate},
		{"half a surrogate pair in text data", event(`"datacontenttype":"text/plain","data":"\n↓\udc00"`), jsonscan.LoneSurrogate},
		{"a leading zero", `{"ext":↓01}`, jsonscan.BadNumber},
		{"a plus sign", `{"ext":↓+1}`, jsonscan.UnexpectedByte},
		{"a fraction without digits", `{"ext":↓1.}`, jsonscan.BadNumber},
		{"a literal in upper case", `{"ext":↓True}`, jsonscan.UnexpectedByte},
		{"a literal that is cut", `{"ext":↓tru`, jsonscan.BadLiteral},
		{"a literal with a typo", `{"ext":↓nulp}`, jsonscan.BadLiteral},
		{"a comment", event(`"ext":↓/* */1`), jsonscan.UnexpectedByte},
		{"a fault deep in data", event(`"data":{"a":[1,{"b":↓}]}`), jsonscan.UnexpectedByte},
		{"an open array in data", `{"data":[1↓`, jsonscan.UnexpectedEnd},
		{"something behind the event", event("") + " ↓{}", jsonscan.UnexpectedByte},
		{"a NUL byte behind the event", event("") + "↓\x00", jsonscan.UnexpectedByte},

		{"invalid UTF-8 in an attribute", event(`"subject":"ab↓` + "\xFF" + `"`), validation.ErrCharacter},
		{"half a surrogate pair in an attribute", event(`"subject":"ab↓\ud800"`), validation.ErrCharacter},
		{"an attribute of the wrong kind", event(`"subject":↓5`), validation.ErrType},
		{"an array as an extension", event(`"ext":↓[]`), validation.ErrType},
		{"an Integer with a fraction", event(`"ext":↓1.0`), validation.ErrSyntax},
		{"an Integer of 33 bits", event(`"ext":↓4294967296`), validation.ErrRange},
		{"an empty attribute", event(`"subject":"↓"`), validation.ErrMissing},
		{"a bad URI", event(`"dataschema":"↓/a"`), validation.ErrSyntax},
		{"a version that is unknown", `{"id":"1","source":"/","type":"t","specversion":"↓2.0"}`, validation.ErrVersion},
		{"an illegal name", event(`"Ext":↓1`), validation.ErrName},
		{"an illegal name with null", event(`"a b":↓null`), validation.ErrName},
		{"a duplicate core attribute", event(`↓"id":"1"`), validation.ErrDuplicate},
		{"a duplicate that is escaped", event(`↓"\u0069d":"1"`), validation.ErrDuplicate},
		{"a duplicate extension", event(`"a":1,"b":1,"a":↓1`), validation.ErrDuplicate},
		{"a duplicate of null", event(`"a":null,"a":"↓1"`), validation.ErrDuplicate},
		{"data twice", event(`"data":1,↓"data":1`), validation.ErrDuplicate},
		{"data in two ways", event(`"data":1,"data_base64":"↓"`), validation.ErrData},
		{"a number as text", event(`"datacontenttype":"text/plain","data":↓5`), validation.ErrData},
		{"base64 with line breaks", event(`"data_base64":"↓AAAA\n\n\n\n"`), validation.ErrData},
		{"base64 without padding", event(`"data_base64":"↓AA"`), validation.ErrData},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := []byte(strings.Replace(tt.document, mark, "", 1))
			before := string(document)
			var d cloudevents.JSONDecoder
			e, err := d.Decode(document)
			wantOffset(t, err, tt.document, tt.want)
			if diff := cmp.Diff(cloudevents.Event{}, e); diff != "" {
				t.Errorf("an event beside an error:\n%s", diff)
			}
			if string(document) != before {
				t.Error("the document was modified")
			}
		})
	}
}

func TestBatchError(t *testing.T) {
	const ok = minimalDocument
	tests := []struct {
		name     string
		document string
		index    int // -1: the error is not about one event
		want     error
	}{
		{"the first event", `[↓5]`, 0, errMalformed},
		{"null is no event", `[` + ok + `,↓null]`, 1, errMalformed},
		{"a batch within a batch", `[` + ok + `, ↓[]]`, 1, errMalformed},
		{"an attribute of the third", `[` + ok + `,` + ok + `,` + event(`"ext":↓1.5`) + `]`, 2, validation.ErrSyntax},
		{"an event that is cut", `[` + ok + `,{"id":"1↓`, 1, jsonscan.UnexpectedEnd},
		{"a comma at the end", `[` + ok + `,↓]`, 1, errMalformed},
		{"no array", ` ↓{}`, -1, errMalformed},
		{"nothing", `↓`, -1, jsonscan.UnexpectedEnd},
		{"no comma", `[` + ok + ` ↓` + ok + `]`, -1, jsonscan.UnexpectedByte},
		{"no closing bracket", `[` + ok + `↓`, -1, jsonscan.UnexpectedEnd},
		{"something behind the batch", `[` + ok + `]↓,`, -1, jsonscan.UnexpectedByte},
		{"something behind an empty batch", `[ ] ↓]`, -1, jsonscan.UnexpectedByte},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var d cloudevents.JSONDecoder
			es, err := d.DecodeBatch([]byte(strings.Replace(tt.document, mark, "", 1)))
			wantOffset(t, err, tt.document, tt.want)
			if es != nil {
				t.Errorf("%d events beside an error", len(es))
			}
			var b *cloudevents.BatchError
			if errors.As(err, &b) != (tt.index >= 0) || b != nil && b.Index != tt.index {
				t.Errorf("error is %v, want index %d", err, tt.index)
			}
		})
	}
}

// What is not there has no offset, but an index.
func TestBatchErrorMissing(t *testing.T) {
	var d cloudevents.JSONDecoder
	_, err := d.DecodeBatch([]byte(`[` + minimalDocument + `,{}]`))
	var b *cloudevents.BatchError
	var s *cloudevents.SyntaxError
	if !errors.As(err, &b) || b.Index != 1 || errors.As(err, &s) {
		t.Errorf("error is %v, want one with index 1 and without offset", err)
	}
	want := []string{"id: missing or empty", "source: missing or empty", "specversion: missing or empty", "type: missing or empty"}
	if diff := cmp.Diff(want, broken(err)); diff != "" {
		t.Error(diff)
	}
}

func TestSeveralViolations(t *testing.T) {
	document := `{"zz":[],"data_base64":5,"A":1,"time":"noon","id":5,"source":"a b","zz":1,"subject":null,"type":"t","type":"t"}`
	var d cloudevents.JSONDecoder
	_, err := d.Decode([]byte(document))
	want := []string{
		"A: illegal attribute name",
		"data_base64: data does not fit its content type",
		"id: wrong type",
		"source: malformed value",
		"specversion: missing or empty",
		"time: malformed value",
		"type: duplicate attribute",
		"zz: duplicate attribute", "zz: wrong type",
	}
	got := broken(err)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if text := err.Error(); strings.Count(text, "; ") != 8 || !strings.HasSuffix(text, "; and 1 more") {
		t.Errorf("error text does not show eight of nine violations:\n%s", text)
	}
}

// Half of a surrogate pair is no base64, in whatever way it is decoded.
func TestLoneSurrogateInBase64(t *testing.T) {
	for _, text := range []string{`\udc00`, `\ud800`, `QUJD\udc00`, `\ud800QUJD`, `\udc00\udc00`, `QU\u004aD\ud83d`} {
		for _, d := range []cloudevents.JSONDecoder{{}, {InPlace: true}} {
			if e, err := d.Decode([]byte(event(`"data_base64":"` + text + `"`))); !errors.Is(err, validation.ErrData) {
				t.Errorf("%s: %q, %v", text, e.Data, err)
			}
		}
	}
}
