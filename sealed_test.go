package cloudevents_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Decoding and encoding a sealed event is decoding and encoding the event.
func TestSealedIsTheEvent(t *testing.T) {
	for name, document := range map[string]string{
		"no data":            minimalDocument,
		"JSON":               fullDocument,
		"JSON null":          event(`"data":null`),
		"JSON string":        event(`"data":"a\u0000\ud800"`),
		"empty text":         event(`"datacontenttype":"text/plain","data":""`),
		"text with escapes":  event(`"datacontenttype":"text/plain","data":"a\nb\""`),
		"base64":             event(`"data_base64":"AAEC"`),
		"empty base64":       event(`"data_base64":""`),
		"JSON in base64":     event(`"datacontenttype":"application/json","data_base64":"eyJhIjoxfQ=="`),
		"data first":         `{"data":[1,2],"specversion":"1.0","id":"1","source":"/s","type":"t"}`,
		"JSON in a +json":    event(`"datacontenttype":"application/x+json","data":{"a":1}`),
		"text that is so-so": event(`"datacontenttype":"text/html","data":"<a>&amp;"`),
	} {
		t.Run(name, func(t *testing.T) {
			var d cloudevents.JSONDecoder
			want, err := d.Decode([]byte(document))
			if err != nil {
				t.Fatal(err)
			}
			input := []byte(document)
			s, err := d.DecodeSealed(input)
			if err != nil {
				t.Fatal(err)
			}
			clear(input) // it shares no memory with the document
			if diff := cmp.Diff(want, s.Event()); diff != "" {
				t.Errorf("event (-decoded +sealed):\n%s", diff)
			}
			if data, ok := s.Data(); ok != (want.Data != nil) || data != string(want.Data) {
				t.Errorf("Data() = %q, %t", data, ok)
			}
			again, err := cloudevents.Seal(want)
			if err != nil {
				t.Fatal(err)
			}
			golden, err := cloudevents.AppendJSON([]byte("x"), &want)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []cloudevents.Sealed{s, again} {
				if got, err := s.AppendJSON([]byte("x")); err != nil || !bytes.Equal(got, golden) {
					t.Errorf("AppendJSON = %s, %v; want %s", got, err, golden)
				}
			}
		})
	}
}

// What was not checked is never spliced, whatever is done to a sealed event.
func TestSealedCannotBeOpened(t *testing.T) {
	var d cloudevents.JSONDecoder
	noJSON := func(t *testing.T, s *cloudevents.Sealed) {
		t.Helper()
		b, err := s.AppendJSON([]byte("before"))
		data, _ := s.Data()
		want := `,"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(data)) + `"}`
		if err != nil || !strings.HasPrefix(string(b), "before{") || !strings.HasSuffix(string(b), want) {
			t.Errorf("AppendJSON = %q, %v; want %s", b, err, want)
		}
	}
	t.Run("text that is called JSON later", func(t *testing.T) {
		s, err := d.DecodeSealed([]byte(event(`"datacontenttype":"text/plain","data":"},{"`)))
		if err != nil {
			t.Fatal(err)
		}
		s.Attributes.DataContentType = "application/json"
		noJSON(t, &s)
	})
	t.Run("bytes that are called JSON later", func(t *testing.T) {
		s, err := cloudevents.Seal(cloudevents.Event{ID: "1", Source: "/", Type: "t", Data: []byte("{")})
		if err != nil {
			t.Fatal(err)
		}
		s.Attributes.DataContentType = "application/json"
		noJSON(t, &s)
	})
	t.Run("data of the source of Seal", func(t *testing.T) {
		e := full()
		e.Data = bytes.Clone(e.Data)
		s, err := cloudevents.Seal(e)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := s.AppendJSON(nil)
		copy(e.Data, "}}}}}}}}")
		opened := s.Event()
		copy(opened.Data, "}}}}}}}}")
		s.Attributes.Data = []byte("}")
		if got, err := s.AppendJSON(nil); err != nil || !bytes.Equal(got, want) {
			t.Errorf("AppendJSON = %s, %v; want %s", got, err, want)
		}
	})
	for name, document := range map[string]string{
		"base64 that is no JSON":       event(`"datacontenttype":"application/json","data_base64":"ew=="`),
		"base64 that would end it":     event(`"datacontenttype":"application/json","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(`1,"id":"2"`)) + `"`),
		"base64 of deep JSON":          event(`"datacontenttype":"application/json","data_base64":"` + base64.StdEncoding.EncodeToString([]byte(nested(1025))) + `"`),
		"empty base64 that is no JSON": event(`"datacontenttype":"application/json","data_base64":""`),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := d.DecodeSealed([]byte(document))
			if err != nil {
				t.Fatal(err)
			}
			noJSON(t, &s)
			again, err := cloudevents.Seal(s.Event())
			if err != nil {
				t.Fatal(err)
			}
			noJSON(t, &again)
		})
	}
	t.Run("JSON that is called text later", func(t *testing.T) {
		s, err := d.DecodeSealed([]byte(event(`"data":"a\u0062"`)))
		if err != nil {
			t.Fatal(err)
		}
		s.Attributes.DataContentType = "text/plain"
		if b, err := s.AppendJSON(nil); err != nil || !bytes.HasSuffix(b, []byte(`"data":"\"a\\u0062\""}`)) {
			t.Errorf("AppendJSON = %s, %v", b, err)
		}
		s.Attributes.DataContentType = ""
		noJSON(t, &s)
	})
	t.Run("an event that is not valid", func(t *testing.T) {
		s, err := cloudevents.Seal(cloudevents.Event{ID: "1", Source: "a b", Data: []byte("1")})
		if !errors.Is(err, validation.ErrMissing) || !errors.Is(err, validation.ErrSyntax) {
			t.Errorf("error is %v, want both violations", err)
		}
		if data, ok := s.Data(); ok || data != "" || s.Attributes.ID != "" {
			t.Errorf("sealed %v beside an error", s)
		}
	})
	t.Run("attributes", func(t *testing.T) {
		s, err := d.DecodeSealed([]byte(fullDocument))
		if err != nil {
			t.Fatal(err)
		}
		s.Attributes.ID = ""
		if _, err := s.AppendJSON(nil); !errors.Is(err, validation.ErrMissing) {
			t.Errorf("error is %v, want one about the id", err)
		}
	})
	t.Run("zero", func(t *testing.T) {
		var s cloudevents.Sealed
		if _, err := s.AppendJSON(nil); !errors.Is(err, validation.ErrMissing) {
			t.Errorf("error is %v, want one about missing attributes", err)
		}
		if data, ok := s.Data(); ok || data != "" || s.Event().Data != nil {
			t.Errorf("Data() = %q, %t", data, ok)
		}
	})
}

// A sealed event is encoded without a look at its data: the same allocations, none,
// and the decoder copies its data once.
func TestSealedAllocations(t *testing.T) {
	document := []byte(event(`"data":"` + strings.Repeat("x", 64<<10) + `"`))
	var d cloudevents.JSONDecoder
	alloctest.AtMost(t, "DecodeSealed", 2, func() {
		if _, err := d.DecodeSealed(document); err != nil {
			t.Fatal(err)
		}
	})
	s, err := d.DecodeSealed(document)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]byte, 0, 128<<10)
	alloctest.AtMost(t, "AppendJSON", 0, func() {
		if _, err := s.AppendJSON(dst); err != nil {
			t.Fatal(err)
		}
	})
}
