package cloudevents_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/validation"
)

// unlimited decodes what AppendJSON wrote, which has no limits.
var unlimited = cloudevents.JSONDecoder{MaxDepth: -1, MaxAttributes: -1, MaxEvents: -1}

// seed calls add with every JSON document of the conformance cases that is not
// long, and whether it is a batch.
func seed(f *testing.F, add func(document []byte, batch bool)) {
	cases, err := conformance.Load(os.DirFS("testdata"))
	if err != nil {
		f.Fatal(err)
	}
	n := 0
	for _, c := range cases {
		if c.Message.Protocol == conformance.JSON && len(c.Message.Body) < 8<<10 {
			add(c.Message.Body, c.Batch)
			n++
		}
	}
	if n < 600 {
		f.Fatalf("only %d seeds", n)
	}
}

// checkAccepted checks what holds of every event that a decoder returns.
func checkAccepted(t *testing.T, e *cloudevents.Event) {
	t.Helper()
	if err := e.Validate(); err != nil {
		t.Fatalf("accepted, but invalid: %v", err)
	}
	b, err := cloudevents.AppendJSON(nil, e)
	if err != nil {
		t.Fatalf("accepted, but cannot be encoded: %v", err)
	}
	var d cloudevents.JSONDecoder // with the limits of the first decoder
	back, err := d.Decode(b)
	if err != nil {
		t.Fatalf("%s\ncannot be decoded: %v", b, err)
	}
	if d := diff(withoutSpace(*e), back); d != "" {
		t.Fatalf("%s\ndecodes to another event:\n%s", b, d)
	}
	trimmed := withoutSpace(*e)
	want, _ := cloudevents.AppendJSON(nil, &trimmed)
	if again, err := cloudevents.AppendJSON(nil, &back); err != nil || !bytes.Equal(again, want) {
		t.Fatalf("encoded again it is\n%s (%v)\nwant\n%s", again, err, want)
	}
}

// withoutSpace returns e as it comes back from JSON: white space around one JSON value is
// lost, for it is that of the document then.
func withoutSpace(e cloudevents.Event) cloudevents.Event {
	if isJSONMember(&e) {
		e.Data = bytes.Trim(e.Data, " \t\r\n")
	}
	return e
}

// isJSONMember reports whether the data of e is written as a JSON value.
func isJSONMember(e *cloudevents.Event) bool {
	return mediatype.IsJSON(e.DataContentType) && json.Valid(e.Data) && utf8.Valid(e.Data) && refDepth(e.Data) <= cloudevents.DefaultMaxDepth
}

func FuzzDecodeJSON(f *testing.F) {
	seed(f, func(document []byte, batch bool) {
		if !batch {
			f.Add(document)
		}
	})
	f.Fuzz(func(t *testing.T, document []byte) {
		before := bytes.Clone(document)
		var d cloudevents.JSONDecoder
		e, err := d.Decode(document)
		if !bytes.Equal(before, document) {
			t.Fatal("the document was modified")
		}
		want, refErr := refDecode(document)
		if (err == nil) != (refErr == nil) {
			t.Fatalf("error is %v, the reference decoder says %v", err, refErr)
		}
		if err != nil {
			checkOffset(t, err, document)
			return
		}
		if !json.Valid(bytes.TrimPrefix(document, []byte("\uFEFF"))) {
			t.Fatal("accepted, but no JSON")
		}
		if df := diff(want, e); df != "" {
			t.Fatalf("not the event of the reference decoder:\n%s", df)
		}
		checkAccepted(t, &e)
		checkSealed(t, document, &e)
	})
}

// checkSealed checks that a document with the event e is decoded to the same sealed
// event, and that this writes what the event writes.
func checkSealed(t *testing.T, document []byte, e *cloudevents.Event) {
	t.Helper()
	var d cloudevents.JSONDecoder
	want, wantErr := cloudevents.AppendJSON(nil, e)
	s, err := d.DecodeSealed(document)
	if err != nil {
		t.Fatalf("not sealed: %v", err)
	}
	if df := diff(*e, s.Event()); df != "" {
		t.Fatalf("sealed as another event:\n%s", df)
	}
	if got, err := s.AppendJSON(nil); err != nil || wantErr != nil || !bytes.Equal(got, want) {
		t.Fatalf("sealed it is written as\n%s (%v)\nwant\n%s (%v)", got, err, want, wantErr)
	}
}

func checkOffset(t *testing.T, err error, document []byte) {
	t.Helper()
	var s *cloudevents.SyntaxError
	if errors.As(err, &s) {
		if s.Offset < 0 || s.Offset > len(document) {
			t.Fatalf("offset %d is outside of the document of %d bytes", s.Offset, len(document))
		}
	} else if !errors.Is(err, validation.ErrMissing) {
		t.Fatalf("error has no offset: %v", err)
	}
	if err.Error() == "" {
		t.Fatal("error without text")
	}
}

func FuzzDecodeBatch(f *testing.F) {
	seed(f, func(document []byte, batch bool) {
		if batch {
			f.Add(document)
		}
	})
	f.Add([]byte(events(3)))
	f.Fuzz(func(t *testing.T, document []byte) {
		before := bytes.Clone(document)
		var d cloudevents.JSONDecoder
		es, err := d.DecodeBatch(document)
		if !bytes.Equal(before, document) {
			t.Fatal("the document was modified")
		}
		// The elements as encoding/json sees them decode to the same events.
		var elements []json.RawMessage
		text := bytes.TrimPrefix(document, []byte("\uFEFF"))
		jsonErr := json.Unmarshal(text, &elements)
		isArray := jsonErr == nil && bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("["))
		first := -1 // element that is refused alone
		for i := range elements {
			e, err := d.Decode(elements[i])
			if err != nil || bytes.HasPrefix(elements[i], []byte("\uFEFF")) {
				first = i
				break
			}
			if es != nil {
				if df := diff(e, es[i]); df != "" {
					t.Fatalf("event %d is not what it is alone:\n%s", i, df)
				}
			}
		}
		if err == nil {
			if !isArray || first >= 0 || len(es) != len(elements) || es == nil {
				t.Fatalf("%d events accepted; array: %t (%v), %d elements, bad: %d", len(es), isArray, jsonErr, len(elements), first)
			}
			for i := range es {
				checkAccepted(t, &es[i])
			}
			return
		}
		if es != nil {
			t.Fatal("events beside an error")
		}
		checkOffset(t, err, document)
		var b *cloudevents.BatchError
		if !isArray {
			return
		}
		// What is JSON is refused for one of its events, the first bad one.
		if !errors.As(err, &b) || b.Index != first {
			t.Fatalf("error is %v, but event %d is the first that is bad", err, first)
		}
	})
}

func FuzzUnmarshal(f *testing.F) {
	seed(f, func(document []byte, _ bool) { f.Add(document) })
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, document []byte) {
		want, decodeErr := new(cloudevents.JSONDecoder).Decode(bytes.Clone(document))
		e := full()
		err := e.UnmarshalJSON(document)
		if (err == nil) != (decodeErr == nil) {
			t.Fatalf("UnmarshalJSON: %v; Decode: %v", err, decodeErr)
		}
		if err != nil {
			want = full() // the target is unchanged
		}
		check := func(e cloudevents.Event) {
			t.Helper()
			if df := diff(want, e); df != "" {
				t.Fatal(df)
			}
		}
		clear(document)
		check(e)
		if err != nil {
			return
		}
		// Through encoding/json, which compacts, JSON data keeps its meaning and
		// all else its bytes.
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var back cloudevents.Event
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		if isJSONMember(&e) {
			var x, y bytes.Buffer
			if json.Compact(&x, e.Data) != nil || json.Compact(&y, back.Data) != nil {
				t.Fatalf("data is no JSON: %s", back.Data)
			}
			var escaped bytes.Buffer
			json.HTMLEscape(&escaped, x.Bytes())
			if !bytes.Equal(escaped.Bytes(), y.Bytes()) {
				t.Fatalf("data is %s, want %s", y.Bytes(), escaped.Bytes())
			}
			want.Data, back.Data = nil, nil
		}
		check(back)
	})
}
