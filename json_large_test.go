package cloudevents_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
)

// A new slice for large data is made in another way than room in a given one is used:
// the bytes are the same, whatever the size of data and attributes.
func TestAppendJSONLargeData(t *testing.T) {
	room := make([]byte, 0, 1<<20)
	for _, size := range []int{1, 1<<16 - 3, 1<<16 - 2, 1<<16 - 1, 1 << 16, 1 << 18} {
		for _, attribute := range []string{"", "x", strings.Repeat("a", 500), strings.Repeat(`"`, 1000), strings.Repeat(`\`, 5000)} {
			e := full()
			e.Subject = attribute
			e.Data = []byte(`"` + strings.Repeat("d", size) + `"`)
			want, err := cloudevents.AppendJSON(room, &e)
			if err != nil {
				t.Fatal(err)
			}
			for _, dst := range [][]byte{nil, {}, []byte("before"), make([]byte, 0, 100)} {
				got, err := cloudevents.AppendJSON(dst, &e)
				if err != nil || !bytes.Equal(got, append(dst[:len(dst):len(dst)], want...)) {
					t.Errorf("%d bytes of data, %d of subject, behind %d: %d bytes, want %d more; %v", size, len(attribute), len(dst), len(got), len(want), err)
				}
				s, err := cloudevents.Seal(e)
				if err != nil {
					t.Fatal(err)
				}
				if sealed, err := s.AppendJSON(dst); err != nil || !bytes.Equal(sealed, got) {
					t.Errorf("%d bytes of data, %d of subject, behind %d, sealed: %d bytes, want %d; %v", size, len(attribute), len(dst), len(sealed), len(got), err)
				}
			}
			if len(e.Data) < 1<<16 || len(attribute) > 500 { // a slice that grows may be made twice
				continue
			}
			alloctest.AtMost(t, "new slice", 1, func() {
				if _, err := cloudevents.AppendJSON(nil, &e); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func TestAppendJSONLargeDataIsChecked(t *testing.T) {
	e := full()
	e.Data = []byte(`"` + strings.Repeat("d", 1<<17))
	b, err := cloudevents.AppendJSON(nil, &e)
	if err != nil || !bytes.Contains(b[:1000], []byte(`"data_base64":"`)) || !json.Valid(b) {
		t.Errorf("a string that does not end: %d bytes, %v", len(b), err)
	}
	e.Data = append(e.Data, '"')
	e.ID = ""
	if b, err := cloudevents.AppendJSON(nil, &e); err == nil || b != nil {
		t.Errorf("no id: %d bytes, %v", len(b), err)
	}
}

// Many large events behind each other are not copied again for each.
func TestAppendJSONLargeDataIsLinear(t *testing.T) {
	e := full()
	e.Data = []byte(`"` + strings.Repeat("d", 1<<17) + `"`)
	const n = 64
	var dst []byte
	made := 0
	for range n {
		before := cap(dst)
		var err error
		if dst, err = cloudevents.AppendJSON(dst, &e); err != nil {
			t.Fatal(err)
		}
		if cap(dst) != before {
			made++
		}
	}
	if made > n/3 {
		t.Errorf("%d new slices for %d events", made, n)
	}
}
