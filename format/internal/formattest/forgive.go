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
