package formattest

import (
	"errors"
	"testing"

	"github.com/seed763dd41b/cloudevents"
)

// Forgiven is a document that is decoded forgivingly. Its id is 1.
type Forgiven struct {
	Name     string
	Document string
	Forgiven []error // the sentinels of the receipt; nil if nothing is forgiven
	Refused  bool
}

// Forgive decodes documents with a decoder that is forgiving, and with nil, which is strict.
func Forgive(t *testing.T, cases []Forgiven, decode func(document []byte, forgive func(cloudevents.Receipt)) (cloudevents.Event, error)) {
	t.Helper()
	for _, c := range cases {
		var receipts []cloudevents.Receipt
		e, err := decode([]byte(c.Document), func(r cloudevents.Receipt) { receipts = append(receipts, r) })
		if (err != nil) != c.Refused || err == nil && e.Validate() != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		_, strict := decode([]byte(c.Document), nil)
		if (strict == nil) != (len(c.Forgiven) == 0 && !c.Refused) {
			t.Errorf("%s: strict: %v", c.Name, strict)
		}
		if c.Forgiven == nil {
			if len(receipts) != 0 {
				t.Errorf("%s: %v", c.Name, receipts)
			}
			continue
		}
		if len(receipts) != 1 || receipts[0].Index != -1 || receipts[0].Event == nil || receipts[0].Event.ID != "1" {
			t.Errorf("%s: %+v", c.Name, receipts)
			continue
		}
		got := Violations(receipts[0].Err)
		if len(got) != len(c.Forgiven) {
			t.Errorf("%s: %v", c.Name, receipts[0].Err)
			continue
		}
		for i, want := range c.Forgiven {
			if !errors.Is(got[i], want) || !errors.As(receipts[0].Err, new(*cloudevents.SyntaxError)) {
				t.Errorf("%s: %v, want %v", c.Name, got[i], want)
			}
		}
	}
}

// LeavesOut decodes batches of a valid event and n invalid ones, which are small and large. A
// forgiving decoder leaves out 100 events, or one for each 256 bytes if that is more, and refuses
// the batch for one more.
func LeavesOut(t *testing.T, batch func(n, size int) []byte, decode func(document []byte, forgive func(cloudevents.Receipt)) ([]cloudevents.Event, error)) {
	t.Helper()
	for _, size := range []int{0, 300} {
		for _, n := range []int{99, 100, 101, 118, 200, 9_998} {
			document := batch(n, size)
			most := max(100, len(document)/256)
			receipts := 0
			es, err := decode(document, func(r cloudevents.Receipt) {
				if receipts++; r.Index != receipts || r.Event != nil {
					t.Errorf("receipt %d is of event %d, %v", receipts, r.Index, r.Event)
				}
			})
			var batchErr *cloudevents.BatchError
			switch ok := n <= most; {
			case ok && (err != nil || len(es) != 1 || receipts != n):
				t.Errorf("%d of size %d: %d events, %d receipts, %v", n, size, len(es), receipts, err)
			case !ok && (!errors.As(err, &batchErr) || batchErr.Index != most+1 || receipts != 0 || es != nil):
				t.Errorf("%d of size %d: %d receipts, %v", n, size, receipts, err)
			}
		}
	}
}
