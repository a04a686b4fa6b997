package cloudevents_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
)

// within reports whether p points into b.
func within(p *byte, b []byte) bool {
	begin := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	at := uintptr(unsafe.Pointer(p))
	return begin <= at && at < begin+uintptr(len(b))
}

func TestDataAliasesDocument(t *testing.T) {
	tests := []struct {
		name    string
		members string
		data    string
		aliases bool
	}{
		{"a JSON object", `"data": {"a":"\u0061"} `, `{"a":"\u0061"}`, true},
		{"a JSON string with escapes", `"data":"\u0061"`, `"\u0061"`, true},
		{"a JSON number", `"data":1e400`, `1e400`, true},
		{"JSON null", `"data":null`, `null`, true},
		{"text", `"datacontenttype":"text/plain","data":"é"`, "é", true},
		{"text with escapes", `"datacontenttype":"text/plain","data":"\u00e9"`, "é", false},
		{"base64", `"data_base64":"YWJj"`, "abc", false},
		{"base64 with an escaped solidus", `"data_base64":"\/\/\/\/"`, "\xFF\xFF\xFF", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := []byte(event(tt.members + `,"after":1`))
			before := string(document)
			var d cloudevents.JSONDecoder
			e, err := d.Decode(document)
			if err != nil {
				t.Fatal(err)
			}
			if string(e.Data) != tt.data {
				t.Errorf("data is %q, want %q", e.Data, tt.data)
			}
			if got := within(unsafe.SliceData(e.Data), document); got != tt.aliases {
				t.Errorf("data aliases the document: %t, want %t", got, tt.aliases)
			}
			if tt.aliases && cap(e.Data) != len(e.Data) {
				t.Errorf("cap of data is %d, len %d: append would overwrite the document", cap(e.Data), len(e.Data))
			}
			_ = append(e.Data, "overwritten?"...)
			if string(document) != before {
				t.Errorf("document is now %s", document)
			}
			for name, v := range e.All() {
				if within(unsafe.StringData(name), document) || within(unsafe.StringData(v.String()), document) {
					t.Errorf("attribute %s aliases the document", name)
				}
			}
		})
	}
}

func TestEmptyDataIsPresent(t *testing.T) {
	for _, members := range []string{`"data_base64":""`, `"datacontenttype":"text/plain","data":""`} {
		document := []byte(event(members))
		var d cloudevents.JSONDecoder
		e, err := d.Decode(document)
		if err != nil {
			t.Fatal(err)
		}
		if e.Data == nil || len(e.Data) != 0 || cap(e.Data) != 0 {
			t.Errorf("%s: data is %#v with cap %d, want it empty", members, e.Data, cap(e.Data))
		}
	}
}

func TestBatchDataAliasesDocument(t *testing.T) {
	document := []byte("[" + event(`"data":[1]`) + "," + event(`"data":[2]`) + "]")
	before := string(document)
	var d cloudevents.JSONDecoder
	es, err := d.DecodeBatch(document)
	if err != nil {
		t.Fatal(err)
	}
	for i := range es {
		if !within(&es[i].Data[0], document) || cap(es[i].Data) != len(es[i].Data) {
			t.Errorf("event %d: data does not alias the document, or has room", i)
		}
		es[i].Data = append(es[i].Data, '!')
	}
	if string(document) != before {
		t.Errorf("document is now %s", document)
	}
}

// The attributes of an event survive the document.
func TestAttributesAreCopied(t *testing.T) {
	for _, members := range []string{
		`"subject":"s","a":"x","b":1,"c":true`,
		`"\u0073ubject":"\u0073","\u0061":"\u0078","\u0062":1,"\u0063":true`,
	} {
		document := []byte(event(members))
		var d cloudevents.JSONDecoder
		e, err := d.Decode(document)
		if err != nil {
			t.Fatal(err)
		}
		clear(document)
		want := decode(t, event(members))
		if d := diff(want, e); d != "" {
			t.Errorf("%s: changed with the document:\n%s", members, d)
		}
	}
}

// No decoder writes to its input, accepted or not.
func TestDocumentIsNotModified(t *testing.T) {
	cases, err := conformance.Load(os.DirFS("testdata"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range cases {
		if !c.Decode || c.Message.Protocol != conformance.JSON {
			continue
		}
		n++
		document := bytes.Clone(c.Message.Body)
		d := cloudevents.JSONDecoder{Extensions: c.Extensions}
		_, _ = d.Decode(document)
		_, _ = d.DecodeBatch(document)
		var e cloudevents.Event
		_ = e.UnmarshalJSON(document)
		if !bytes.Equal(document, c.Message.Body) {
			t.Errorf("%s: the document was modified", c.Name)
		}
	}
	if n < 600 {
		t.Errorf("only %d documents", n)
	}
}

// A decoder may be shared, also with its declared extensions.
func TestDecoderIsShared(t *testing.T) {
	var d cloudevents.JSONDecoder
	document := []byte(fullDocument)
	done := make(chan string)
	for range 4 {
		go func() {
			e, err := d.Decode(document)
			if err != nil {
				done <- err.Error()
				return
			}
			done <- diff(full(), e)
		}()
	}
	for range 4 {
		if problem := <-done; problem != "" {
			t.Error(strings.TrimSpace(problem))
		}
	}
}
