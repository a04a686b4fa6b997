package cloudevents_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/validation"
)

// checkCost fails if f allocates more than a fixed amount and so many bytes for each byte of
// a document of that size.
func checkCost(t *testing.T, size int, each float64, f func()) {
	t.Helper()
	const fixed = 32 << 10
	n := alloctest.Least(f)
	if float64(n) > fixed+each*float64(size) {
		t.Errorf("%d bytes are allocated for %d", n, size)
	}
	t.Logf("%.1f bytes are allocated for each of %d", float64(n)/float64(size), size)
}

// A document of nothing but violations costs little more than its size, although each that is
// told is an error.
func TestCostOfViolations(t *testing.T) {
	for _, c := range []struct {
		name, member string
		each         float64
	}{
		{"bad names that differ", `"E%06d":1`, 2},
		{"one bad name", `"E":1`, 4},
		{"empty names", `"":1`, 4},
		{"names with escapes", `"\u0045%06d":1`, 3},
		{"objects", `"e%06d":{}`, 2},
		{"fractions", `"e%06d":1.5`, 2},
	} {
		document := []byte(event(members(990, c.member)))
		for _, forgive := range []func(cloudevents.Receipt){nil, func(cloudevents.Receipt) {}} {
			t.Run(fmt.Sprintf("%s, forgiving: %t", c.name, forgive != nil), func(t *testing.T) {
				d := cloudevents.JSONDecoder{Forgive: forgive}
				var err error
				checkCost(t, len(document), c.each, func() { _, err = d.Decode(document) })
				var several validation.Errors
				if !errors.As(err, &several) || len(several) < 2 || len(several) > 65 {
					t.Errorf("%d violations: %v", len(several), err)
				}
			})
		}
	}
}

// Those 32 violations are told that are first by name, however many there are, and in
// whatever order.
func TestViolationsOfMany(t *testing.T) {
	for _, member := range []string{`"E%06d":1`, `"e%06d":{}`, `"e%06d":1.5`} {
		all := strings.Split(members(990, member), ",") // in descending order
		for step := range 4 {
			shuffled := make([]string, 0, len(all))
			for i := range all { // 7 and 990 have no divisor in common before 990
				shuffled = append(shuffled, all[i*[]int{1, 7, 13, 989}[step]%len(all)])
			}
			_, err := new(cloudevents.JSONDecoder).Decode([]byte(event(strings.Join(shuffled, ","))))
			var several validation.Errors
			if !errors.As(err, &several) || len(several) != 32 {
				t.Fatalf("%s: %d violations: %v", member, len(several), err)
			}
			for i, err := range several {
				var invalid *validation.Error
				want := fmt.Sprintf("%c%06d", member[1], i+1)
				if !errors.As(err, &invalid) || invalid.Attribute != want {
					t.Errorf("%s: violation %d is %v, want one of %s", member, i, err, want)
				}
			}
		}
	}
}

// Members that are legal stand behind any number of bad ones, and the error about them is not
// lost: there is no event.
func TestBadMembersBeforeAll(t *testing.T) {
	document := "{" + members(500, `"E%06d":1`) + `,"specversion":"1.0","id":"1","source":"/s","type":"t"}`
	for _, forgive := range []func(cloudevents.Receipt){nil, func(cloudevents.Receipt) { t.Error("forgiven") }} {
		d := cloudevents.JSONDecoder{Forgive: forgive}
		_, err := d.Decode([]byte(document))
		if !errors.Is(err, validation.ErrName) || errors.Is(err, validation.ErrMissing) {
			t.Error(err)
		}
		_, err = d.Decode([]byte("{" + members(996, `"F%06d":1`) + "," + document[1:]))
		var limit *cloudevents.LimitError
		if !errors.As(err, &limit) || limit.Limit != 1000 {
			t.Errorf("bad members do not count: %v", err)
		}
	}
}

// Events of a batch share the room for many extensions.
func TestCostOfManyExtensionsInABatch(t *testing.T) {
	element := event(members(17, `"e%06d":1`))
	document := []byte("[" + strings.Repeat(element+",", 500) + element + "]")
	var es []cloudevents.Event
	checkCost(t, len(document), 5, func() {
		var err error
		if es, err = new(cloudevents.JSONDecoder).DecodeBatch(document); err != nil {
			t.Fatal(err)
		}
	})
	for i := range es {
		for j, x := range es[i].Extensions {
			if want := fmt.Sprintf("e%06d", j+1); x.Name != want || x.Value != cloudevents.IntegerValue(1) {
				t.Fatalf("extension %d of event %d is %s: %v", j, i, x.Name, x.Value)
			}
		}
	}
}

// What an event with many extensions had does not appear in the next ones.
func TestManyExtensionsBesideFew(t *testing.T) {
	documents := []string{
		event(members(40, `"e%06d":1`)), event(""), event(members(17, `"f%06d":"x"`)), event(`"g":1`),
		event(members(90, `"h%06d":true`)), event(members(16, `"i%06d":1`)),
	}
	es, err := new(cloudevents.JSONDecoder).DecodeBatch([]byte("[" + strings.Join(documents, ",") + "]"))
	if err != nil {
		t.Fatal(err)
	}
	for i, document := range documents {
		var want cloudevents.Event
		if err := want.UnmarshalJSON([]byte(document)); err != nil {
			t.Fatal(err)
		}
		if got, want := es[i].String(), want.String(); got != want {
			t.Errorf("event %d is %s, want %s", i, got, want)
		}
	}
}

// A forgiving decoder leaves out 100 invalid events of a batch, or one for each 256 bytes if
// that is more, and refuses it for one more.
func TestForgiveLeavesOutAHundred(t *testing.T) {
	for _, element := range []string{"{}", event(`"id":"2"`), `{"":1}`, event(`"id":"` + strings.Repeat("x", 300) + `"`)} {
		for _, n := range []int{99, 100, 101, 118, 200, 9_998} {
			document := []byte("[" + event("") + strings.Repeat(","+element, n) + "," + event("") + "]")
			most := max(100, len(document)/256)
			receipts := 0
			d := cloudevents.JSONDecoder{Forgive: func(r cloudevents.Receipt) {
				if receipts++; r.Index != receipts || r.Event != nil {
					t.Errorf("receipt %d is of event %d, %v", receipts, r.Index, r.Event)
				}
			}}
			es, err := d.DecodeBatch(document)
			var batch *cloudevents.BatchError
			switch ok := n <= most; {
			case ok && (err != nil || len(es) != 2 || receipts != n):
				t.Errorf("%d times %.20s: %d events, %d receipts, %v", n, element, len(es), receipts, err)
			case !ok && (!errors.As(err, &batch) || batch.Index != most+1 || receipts != 0 || es != nil):
				t.Errorf("%d times %.20s: %d receipts, %v", n, element, receipts, err)
			}
		}
	}
}

// The cost of a batch that is refused so does not grow faster than its size. One that begins with
// an empty event makes room for events of another size.
func TestCostOfForgivingABatch(t *testing.T) {
	d := cloudevents.JSONDecoder{Forgive: func(cloudevents.Receipt) {}}
	document := []byte("[" + strings.Repeat("{},", 9_999) + "{}]")
	checkCost(t, len(document), 5, func() { _, _ = d.DecodeBatch(document) })
	document = []byte("[{}" + strings.Repeat(","+event(""), 500) + "]")
	checkCost(t, len(document), 5, func() { _, _ = d.DecodeBatch(document) })
}
