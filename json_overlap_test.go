package cloudevents_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
)

// A program may decode from a buffer and encode into it: the data must not change
// between its check and its copy.
func TestAppendJSONIntoTheDocument(t *testing.T) {
	for name, data := range map[string]string{
		"JSON":   `"datacontenttype":"application/json","data":{"a":[1,2,3],"b":"x"}`,
		"text":   `"datacontenttype":"text/plain","data":"plain text"`,
		"base64": `"data_base64":"AAEC"`,
	} {
		t.Run(name, func(t *testing.T) {
			document := []byte(`{` + data + `,"type":"t","source":"/s","id":"1","specversion":"1.0"}`)
			for room := range 64 {
				buffer := append(bytes.Clone(document), make([]byte, room*8)...)[:len(document)]
				var d cloudevents.JSONDecoder
				e, err := d.Decode(buffer)
				if err != nil {
					t.Fatal(err)
				}
				want := e.Clone()
				for _, prefix := range []int{0, 1, 20, len(document)} {
					check(t, buffer[:prefix], &e, &want)
				}
			}
		})
	}
}

func check(t *testing.T, dst []byte, e, want *cloudevents.Event) {
	t.Helper()
	prefix := string(dst)
	b, err := cloudevents.AppendJSON(dst, e)
	if err != nil {
		t.Fatal(err)
	}
	if string(b[:len(prefix)]) != prefix {
		t.Fatal("the prefix has changed")
	}
	if d := cmp.Diff(*want, decode(t, string(b[len(prefix):]))); d != "" {
		t.Errorf("decoded again:\n%s", d)
	}
	batch, err := cloudevents.AppendJSONBatch(dst, []cloudevents.Event{*want, *e, *e})
	if err != nil {
		t.Fatal(err)
	}
	var d cloudevents.JSONDecoder
	es, err := d.DecodeBatch(batch[len(prefix):])
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]cloudevents.Event{*want, *want, *want}, es); d != "" {
		t.Errorf("batch decoded again:\n%s", d)
	}
}
