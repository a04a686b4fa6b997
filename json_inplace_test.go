package cloudevents_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
)

// sameInPlace decodes one document in place and not, and compares: the same
// events, or the same error.
func sameInPlace(t *testing.T, document []byte, batch bool) {
	t.Helper()
	decode := func(inPlace bool) ([]cloudevents.Event, error) {
		d := cloudevents.JSONDecoder{InPlace: inPlace}
		b := bytes.Clone(document)
		if batch {
			return d.DecodeBatch(b)
		}
		e, err := d.Decode(b)
		return []cloudevents.Event{e}, err
	}
	want, wantErr := decode(false)
	got, err := decode(true)
	if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
		t.Fatalf("%.200q\nin place: %v\nelse:     %v", document, err, wantErr)
	}
	if reflect.DeepEqual(want, got) {
		return
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("%.200q is another event in place (-want +got):\n%s", document, d)
	}
}

func TestDecodeInPlace(t *testing.T) {
	encode := func(n int) string {
		return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("\xFB\x01\xEF"), n)[:n])
	}
	const chunk = 1024 // of base64
	texts := map[string]string{
		"empty":                        ``,
		"one byte":                     `YQ==`,
		"padding behind a whole chunk": encode(768) + `YQ==`,
		"padding within":               encode(767) + encode(3),
		"padding of two within":        encode(766) + encode(768),
		"padding at the second chunk":  encode(768) + `=AAA`,
		"stray bits":                   encode(768) + `YR==`,
		"line break":                   encode(768) + `\n` + encode(3),
		"line break at the end":        encode(768) + `\r\n\r\n`,
		"letters too few":              encode(768) + `YQ`,
		"wrong alphabet behind":        encode(1536) + `-_-_`,
		"all escaped":                  strings.Repeat(`\u0041`, 2*chunk),
		"solidus":                      strings.Repeat(`\/\/\/\/`, chunk),
		"surrogate":                    encode(768) + `\ud800`,
		"unicode":                      strings.Repeat(`\u00e9\ud83d\ude00\u20ac\n€`, chunk),
	}
	for _, chunks := range []int{0, 1, 3} {
		for n := max(0, chunks*768-3); n <= chunks*768+3; n++ {
			texts[fmt.Sprintf("%d bytes", n)] = encode(n)
		}
	}
	for _, text := range texts {
		for _, member := range []string{
			`"data_base64":"` + text + `"`,
			`"data":"` + text + `"`,
			`"data":"` + text + `","datacontenttype":"text/plain"`,
			`"data":"` + text + `","datacontenttype":"text/plain;charset=latin1"`,
			`"data_base64":"` + text + `","subject":"\u0061","bad_name":"\u0062"`,
		} {
			attributes := `"id":"\u0031","source":"/s","type":"t","specversion":"1.0","x":"\ud83d\ude00"`
			for _, document := range []string{`{` + member + `,` + attributes + `}`, `{` + attributes + `,` + member + `}`} {
				sameInPlace(t, []byte(document), false)
				sameInPlace(t, []byte(`[`+document+`,`+document+`]`), true)
			}
		}
	}
}

// What is decoded in place takes no memory of its own, and nothing but the data is
// part of the document.
func TestDecodeInPlaceAliases(t *testing.T) {
	for _, member := range []string{`"data_base64":"YWJj"`, `"data_base64":"\/\/\/\/"`, `"data":"\u0061\n","datacontenttype":"text/plain"`} {
		document := []byte(event(member))
		d := cloudevents.JSONDecoder{InPlace: true}
		e, err := d.Decode(document)
		if err != nil {
			t.Fatal(err)
		}
		if !within(unsafe.SliceData(e.Data), document) {
			t.Errorf("%s: data has its own memory", member)
		}
		if within(unsafe.StringData(e.ID), document) {
			t.Errorf("%s: id is part of the document", member)
		}
	}
}

func FuzzDecodeInPlace(f *testing.F) {
	seed(f, func(document []byte, batch bool) { f.Add(document, batch) })
	f.Fuzz(func(t *testing.T, document []byte, batch bool) {
		sameInPlace(t, document, batch)
	})
}
