package cloudevents_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
)

// batches are documents for which Events and DecodeBatch must agree.
var batches = []string{
	"[]", " [ ] ", "[" + event("") + "]", "[" + event(`"a":1`) + "," + event(`"b":2,"data":{"c":3}`) + "]", "\uFEFF[" + event("") + " , " + event("") + "]",
	"", "{}", "[", "[,]", "[" + event("") + ",]", "[" + event("") + event("") + "]", "[" + event("") + "]x", "[" + event("") + ",{}]", "[{}," + event("") + "]",
	"[" + event("") + `,{"specversion":"0.3","id":"1","source":"/","type":"t"}]`, "[" + event(`"A":1`) + "," + event("") + ",{}," + event(`"B":1`) + "]",
	"[" + strings.Repeat(event("")+",", 20) + event("") + "]", "[1]", "[[" + event("") + "]]",
}

func TestEventsAgreeWithDecodeBatch(t *testing.T) {
	for _, document := range batches {
		for _, forgiving := range []bool{false, true} {
			for _, limit := range []int{0, -1, 1, 2} {
				receipts := map[bool][]string{}
				decoder := func(each bool) *cloudevents.JSONDecoder {
					d := &cloudevents.JSONDecoder{MaxEvents: limit}
					if forgiving {
						d.Forgive = func(r cloudevents.Receipt) {
							receipts[each] = append(receipts[each], fmt.Sprint(r.Index, r.Event, r.Err))
						}
					}
					return d
				}
				want, wantErr := decoder(false).DecodeBatch([]byte(document))
				got, err := []cloudevents.Event{}, error(nil)
				for e, failed := range decoder(true).Events([]byte(document)) {
					if err != nil || (e == nil) == (failed == nil) {
						t.Fatalf("%s: %v and %v behind %v", document, e, failed, err)
					}
					if err = failed; err == nil {
						got = append(got, *e)
					}
				}
				if fmt.Sprint(err) != fmt.Sprint(wantErr) {
					t.Errorf("%s: %v, and DecodeBatch says %v", document, err, wantErr)
				}
				if wantErr == nil {
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: %s", document, diff)
					}
					if diff := cmp.Diff(receipts[false], receipts[true]); diff != "" {
						t.Errorf("%s: %s", document, diff)
					}
				}
			}
		}
	}
}

// A loop that ends early decodes no further.
func TestEventsEnds(t *testing.T) {
	var d cloudevents.JSONDecoder
	n := 0
	for e, err := range d.Events([]byte("[" + event("") + "," + event("") + ",malformed")) {
		if n++; err != nil || e.ID != "1" {
			t.Fatal(e, err)
		}
		if n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d events", n)
	}
}
