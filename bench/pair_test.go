package bench

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func TestPairsAgree(t *testing.T) {
	if err := Agree(Pairs()); err != nil {
		t.Error(err)
	}
}

func TestMeansHaveMembers(t *testing.T) {
	members := map[string]int{}
	for _, p := range Pairs() {
		members[p.Mean]++
	}
	delete(members, "")
	for _, m := range Means() {
		if members[m.Name()] != m.Of {
			t.Errorf("%s is the mean of %d pairs, not of %d", m.Name(), members[m.Name()], m.Of)
		}
		delete(members, m.Name())
	}
	for name := range members {
		t.Errorf("pairs name the mean %q, which is no row", name)
	}
}

func TestItems(t *testing.T) {
	sizes := map[string]int{"small": 120, "4 KiB": 4 * kib, "64 KiB": 64 * kib, "1 MiB": mib, "base64 4 KiB": 4 * kib, "base64 64 KiB": 64 * kib}
	again := Items()
	for i, x := range Items() {
		if !bytes.Equal(x.JSON, again[i].JSON) {
			t.Errorf("%s differs from run to run", x.Name)
		}
		if n, ok := sizes[x.Name]; ok && len(x.Event.Data) != n {
			t.Errorf("%s has %d bytes of data, not %d", x.Name, len(x.Event.Data), n)
		}
		if !utf8.Valid(x.JSON) || !json.Valid(x.JSON) || !json.Valid(x.DataFirst) {
			t.Errorf("%s is no JSON", x.Name)
		}
	}
}

func TestDifferencesAreFound(t *testing.T) {
	x := Items()[0]
	other := x.Event
	other.Subject = "orders/4712"
	if sameFacts(factsOf(&other), factsOf(&x.Event)) == nil {
		t.Error("another subject is not noticed")
	}
	other = x.Event
	other.Data = append([]byte(" "), other.Data...)
	if sameFacts(factsOf(&other), factsOf(&x.Event)) == nil {
		t.Error("another byte of data is not noticed")
	}
	if sameJSON([]byte(`{"a":1.0}`), []byte(`{"a":1.00}`)) == nil || sameJSON([]byte(`[1] 2`), []byte(`[1]`)) == nil {
		t.Error("another JSON document is not noticed")
	}
	if err := sameJSON([]byte(`{"b":"\u003c","a":1}`), []byte(`{"a":1,"b":"<"}`)); err != nil {
		t.Error(err)
	}
}
