package cloudevents_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/spec"
)

// receipts collects what decoders forgive.
type receipts []cloudevents.Receipt

func (rs *receipts) add(r cloudevents.Receipt) { *rs = append(*rs, r) }

// forgiving returns a decoder, and where its receipts go.
func forgiving(exts ...spec.Attribute) (*cloudevents.JSONDecoder, *receipts) {
	rs := new(receipts)
	return &cloudevents.JSONDecoder{Extensions: exts, Forgive: rs.add}, rs
}

// forgiven are documents that are only taken by a decoder that forgives, and the document
// of the event that it returns.
var forgiven = []struct{ name, document, want string }{
	{"dataschema is relative", event(`"dataschema":"#","data":{}`), event(`"data":{}`)},
	{"dataschema is empty", event(`"dataschema":"","ttl":"4000"`), event(`"ttl":"4000"`)},
	{"dataschema has a space", event(`"dataschema":"https://a/b c"`), event("")},
	{"dataschema is a number", event(`"dataschema":5`), event("")},
	{"dataschema is an object", event(`"dataschema":{"a":1}`), event("")},
	{"dataschema is half a character", event(`"dataschema":"\ud800"`), event("")},
	{"subject is empty", event(`"subject":""`), event("")},
	{"subject has a control character", event(`"subject":"a\u0000b"`), event("")},
	{"subject is an array", event(`"subject":["a"]`), event("")},
	{"time is no timestamp", event(`"time":"2018-04-05 17:31:00Z"`), event("")},
	{"time is a number", event(`"time":1522949460`), event("")},
	{"time does not exist", event(`"time":"2018-02-30T00:00:00Z"`), event("")},
	{"datacontenttype ends in a semicolon", event(`"datacontenttype":"text/plain;","data":"x"`), event(`"datacontenttype":"text/plain","data":"x"`)},
	{"datacontenttype ends in two of them", event(`"datacontenttype":"text/plain; ;\t","data":"x"`), event(`"datacontenttype":"text/plain","data":"x"`)},
	{"a parameter before the semicolon is kept", event(`"datacontenttype":"text/plain; charset=utf-8;","data":"x"`), event(`"datacontenttype":"text/plain; charset=utf-8","data":"x"`)},
	{"datacontenttype is no media type", event(`"datacontenttype":"json","data":{}`), event(`"data":{}`)},
	{"datacontenttype is empty", event(`"datacontenttype":"","data":"x"`), event(`"data":"x"`)},
	{"datacontenttype is empty beside bytes", event(`"datacontenttype":"","data_base64":"AQID"`), event(`"data_base64":"AQID"`)},
	{"datacontenttype is a number", event(`"datacontenttype":1,"data":1`), event(`"data":1`)},
	{"a name with an underscore", event(`"eventid":"b5","event_id":"b5","recipient_client_id":"60","recipientclientid":"60","data":{}`), event(`"eventid":"b5","recipientclientid":"60","data":{}`)},
	{"a name in upper case", event(`"traceParent":"x"`), event("")},
	{"a name of a core attribute in upper case", event(`"Subject":"x"`), event("")},
	{"an empty name", event(`"":"x"`), event("")},
	{"a name that is null", event(`"a_b":null`), event("")},
	{"an extension that is an object", event(`"x":{"a":1},"y":"2"`), event(`"y":"2"`)},
	{"an extension that is an array", event(`"x":[1]`), event("")},
	{"an extension with a fraction", event(`"x":1.5`), event("")},
	{"an extension that is too large", event(`"x":2147483648`), event("")},
	{"an extension with a control character", event(`"x":"a\nb"`), event("")},
	{"an extension that is half a character", event(`"x":"\udc00"`), event("")},
	{"the patch level of 1.0", strings.Replace(event(`"x":"1"`), `"1.0"`, `"1.0.2"`, 1), event(`"x":"1"`)},
	{"the patch level of 1.0, before an attribute that is left out", strings.Replace(event(`"subject":""`), `"1.0"`, `"1.0.3"`, 1), event("")},
	{"several", event(`"dataschema":"#","subject":"","time":"","b":[],"a":{},"c":"1"`), event(`"c":"1"`)},
	{"schemaurl of 0.3", eventV03(`"schemaurl":"a b"`), eventV03("")},
	{"a name of 0.3 that begins with a digit", eventV03(`"1a":"x"`), eventV03("")},
	{"a map of 0.3", eventV03(`"x":{"othervalue":5},"y":"1"`), eventV03(`"y":"1"`)},
}

func TestForgiven(t *testing.T) {
	for _, c := range forgiven {
		t.Run(c.name, func(t *testing.T) {
			_, strict := new(cloudevents.JSONDecoder).Decode([]byte(c.document))
			if strict == nil {
				t.Fatal("there is nothing to forgive")
			}
			want := decode(t, c.want)
			d, rs := forgiving()
			check := func(how string, e cloudevents.Event, err error) {
				t.Helper()
				if err != nil {
					t.Fatalf("%s: %v", how, err)
				}
				if df := diff(want, e); df != "" {
					t.Errorf("%s: another event:\n%s", how, df)
				}
				if len(*rs) != 1 {
					t.Fatalf("%s: %d receipts", how, len(*rs))
				}
				r := (*rs)[0]
				*rs = nil
				if r.Index != -1 || r.Err.Error() != strict.Error() {
					t.Errorf("%s: receipt %d %v\nwant -1 %v", how, r.Index, r.Err, strict)
				}
				if df := diff(e, *r.Event); df != "" {
					t.Errorf("%s: the receipt has another event:\n%s", how, df)
				}
				sameViolations(t, r.Err, strict)
			}
			e, err := d.Decode([]byte(c.document))
			check("Decode", e, err)
			d.InPlace = true
			e, err = d.Decode([]byte(c.document))
			check("in place", e, err)
			d.InPlace = false
			s, err := d.DecodeSealed([]byte(c.document))
			check("DecodeSealed", s.Event(), err)
		})
	}
}

// sameViolations compares what programs read of two errors.
func sameViolations(t *testing.T, got, want error) {
	t.Helper()
	g, w := violations(got), violations(want)
	if len(g) != len(w) || len(g) == 0 {
		t.Fatalf("%d violations, want %d", len(g), len(w))
	}
	for i := range g {
		if g[i].Attribute != w[i].Attribute || g[i].Section != w[i].Section || g[i].Value != w[i].Value || g[i].Err.Error() != w[i].Err.Error() {
			t.Errorf("violation %v, want %v", g[i], w[i])
		}
	}
	var gotAt, wantAt *cloudevents.SyntaxError
	if errors.As(got, &gotAt) != errors.As(want, &wantAt) || gotAt != nil && gotAt.Offset != wantAt.Offset {
		t.Errorf("at %v, want %v", gotAt, wantAt)
	}
}

// What is declared is checked, and left out, by its type.
func TestForgivenDeclared(t *testing.T) {
	d, rs := forgiving(spec.Attribute{Name: "n", Type: spec.Integer}, spec.Attribute{Name: "at", Type: spec.Timestamp})
	e, err := d.Decode([]byte(event(`"n":"five","at":"noon","x":"1"`)))
	if err != nil || len(e.Extensions) != 1 || len(*rs) != 1 {
		t.Fatalf("%v, %v, %d receipts", e, err, len(*rs))
	}
	if got := strings.Join(broken((*rs)[0].Err), ", "); got != "at: malformed value, n: malformed value" {
		t.Errorf("forgiven: %s", got)
	}
}

func TestNeverForgiven(t *testing.T) {
	several := func(n int, format string) string { return event(members(n, format)) }
	for _, c := range []struct{ name, document string }{
		{"no id", `{"specversion":"1.0","source":"/s","type":"t"}`},
		{"an empty id", `{"specversion":"1.0","id":"","source":"/s","type":"t"}`},
		{"an id with a control character", `{"specversion":"1.0","id":"\u0000","source":"/s","type":"t"}`},
		{"an id that is a number", `{"specversion":"1.0","id":1,"source":"/s","type":"t"}`},
		{"a source with a space", `{"specversion":"1.0","id":"1","source":"a b","type":"t"}`},
		{"no source beside what is forgiven", `{"specversion":"1.0","id":"1","type":"t","subject":""}`},
		{"no type", `{"specversion":"1.0","id":"1","source":"/s"}`},
		{"no version", `{"id":"1","source":"/s","type":"t"}`},
		{"another version", `{"specversion":"1.1","id":"1","source":"/s","type":"t"}`},
		{"half a version", `{"specversion":"1","id":"1","source":"/s","type":"t"}`},
		{"a patch level that is no number", `{"specversion":"1.0.x","id":"1","source":"/s","type":"t"}`},
		{"a patch level that is empty", `{"specversion":"1.0.","id":"1","source":"/s","type":"t"}`},
		{"a draft", `{"specversion":"1.0.3-wip","id":"1","source":"/s","type":"t"}`},
		{"a long patch level", `{"specversion":"1.0.00002","id":"1","source":"/s","type":"t"}`},
		{"a patch level of 0.3", `{"specversion":"0.3.1","id":"1","source":"/s","type":"t"}`},
		{"a version that is a number", `{"specversion":1.0,"id":"1","source":"/s","type":"t"}`},
		{"id twice", event(`"id":"1"`)},
		{"subject twice", event(`"subject":"a","subject":"a"`)},
		{"an extension twice", event(`"x":"a","x":"a"`)},
		{"a bad extension twice", event(`"a_b":"a","a_b":"a"`)},
		{"an extension twice, once bad", event(`"x":"a","x":{}`)},
		{"data twice", event(`"data":1,"data":1`)},
		{"data and bytes", event(`"data":1,"data_base64":"AQID"`)},
		{"bad base64", event(`"data_base64":"AQI"`)},
		{"a number as text", event(`"datacontenttype":"text/plain","data":5`)},
		{"text in another charset", event(`"datacontenttype":"text/plain; charset=iso-8859-1","data":"\u00e4"`)},
		{"bad data beside what is forgiven", event(`"subject":"","data_base64":"AQI"`)},
		{"an unknown datacontentencoding of 0.3", eventV03(`"datacontentencoding":"8bit","data":"x"`)},
		{"data_base64 in 0.3", eventV03(`"data_base64":"AQID"`)},
		{"no object", `["a"]`},
		{"nothing", ``},
		{"a member without a value", event(`"x":`)},
		{"no end", strings.TrimSuffix(event(`"subject":""`), "}")},
		{"bytes behind the event", event(`"subject":""`) + "x"},
		{"invalid UTF-8 in an extension", event("\"x\":\"\xff\"")},
		{"invalid UTF-8 in a name", event("\"\xff\":\"x\"")},
		{"a raw line feed", event("\"x\":\"a\nb\"")},
		{"too deep", event(`"x":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000))},
		{"too many attributes", several(1000, `"x_%d":"a"`)},
		{"more than 32 violations", several(33, `"x_%d":"a"`)},
		{"a hundred violations", several(100, `"x%d":{}`)},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, strict := new(cloudevents.JSONDecoder).Decode([]byte(c.document))
			d, rs := forgiving()
			e, err := d.Decode([]byte(c.document))
			if strict == nil || err == nil || len(*rs) != 0 {
				t.Fatalf("strict: %v; forgiving: %v, %d receipts", strict, err, len(*rs))
			}
			if df := diff(cloudevents.Event{}, e); df != "" {
				t.Errorf("an event beside the error:\n%s", df)
			}
			got, want := broken(err), broken(strict)
			slices.Sort(got)
			slices.Sort(want)
			if len(want) > 1 && len(want) < 32 && !slices.Equal(got, want) {
				t.Errorf("error is %v\nwithout Forgive %v", err, strict)
			}
			if s, err := d.DecodeSealed([]byte(c.document)); err == nil || len(*rs) != 0 {
				t.Errorf("sealed: %v, %v", s, err)
			}
		})
	}
	d, rs := forgiving()
	if _, err := d.Decode([]byte(several(32, `"x_%d":"a"`))); err != nil || len(*rs) != 1 || len(violations((*rs)[0].Err)) != 32 {
		t.Errorf("32 violations: %v, %d receipts", err, len(*rs))
	}
}

// A batch hands over its good events, and says of the others which they are.
func TestForgivenBatch(t *testing.T) {
	good, mended, bad, old := event(`"x":"1"`), event(`"dataschema":"#"`), `{"specversion":"1.0","id":"2"}`, eventV03("")
	const rest = `"source":"/s","type":"t"`
	for _, c := range []struct {
		name   string
		events []string
		want   string // for each event taken as it is, mended, or refused
	}{
		{"none", nil, ""},
		{"good ones", []string{good, good}, "=="},
		{"the first is mended", []string{mended, good}, "~="},
		{"the last is mended", []string{good, mended}, "=~"},
		{"the first is refused", []string{bad, good, mended}, "x=~"},
		{"the last is refused", []string{good, mended, bad}, "=~x"},
		{"one between others", []string{good, bad, good, bad, mended, good}, "=x=x~="},
		{"all are refused", []string{bad, bad}, "xx"},
		{"an empty object", []string{`{}`, good}, "x="},
		{"an attribute twice", []string{`{"specversion":"1.0","id":"1","id":"2",` + rest + `}`, good}, "x="},
		{"bad data", []string{event(`"data_base64":"?"`), good}, "x="},
		{"half a character as text", []string{event(`"datacontenttype":"text/plain","data":"\ud800"`), good}, "x="},
		{"another version", []string{good, old, good}, "=x="},
		{"another version first", []string{old, good, old}, "=x="},
		{"another version behind one that is refused", []string{bad, old, good, old}, "x=x="},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, rs := forgiving()
			document := "[" + strings.Join(c.events, ",") + "]"
			es, err := d.DecodeBatch([]byte(document))
			if err != nil || es == nil {
				t.Fatalf("%v, %v", es, err)
			}
			place := 0
			for i, verdict := range c.want {
				var alone cloudevents.Event
				if verdict != 'x' {
					own, _ := forgiving()
					if alone, err = own.Decode([]byte(c.events[i])); err != nil {
						t.Fatal(err)
					}
					if place >= len(es) {
						t.Fatalf("%d events", len(es))
					}
					if df := diff(alone, es[place]); df != "" {
						t.Errorf("event %d:\n%s", i, df)
					}
				}
				if verdict != '=' {
					if len(*rs) == 0 || (*rs)[0].Index != i {
						t.Fatalf("receipts %v, want one of event %d", *rs, i)
					}
					r := (*rs)[0]
					*rs = (*rs)[1:]
					var in *cloudevents.BatchError
					if !errors.As(r.Err, &in) || in.Index != i {
						t.Errorf("receipt of event %d: %v", i, r.Err)
					}
					if want := verdict == '~'; (r.Event != nil) != want || want && r.Event != &es[place] {
						t.Errorf("receipt of event %d has the event %v", i, r.Event)
					}
				}
				if verdict != 'x' {
					place++
				}
			}
			if len(es) != place || len(*rs) != 0 {
				t.Errorf("%d events, want %d; receipts left: %v", len(es), place, *rs)
			}
		})
	}
}

// The receipt of an event that is the only one with a fault is the error of the batch.
func TestForgivenBatchIsTheStrictError(t *testing.T) {
	for _, c := range forgiven {
		document := "[" + event("") + "," + c.document + "]"
		if strings.Contains(c.document, `"0.3"`) {
			document = "[" + eventV03("") + "," + c.document + "]"
		}
		_, strict := new(cloudevents.JSONDecoder).DecodeBatch([]byte(document))
		d, rs := forgiving()
		es, err := d.DecodeBatch([]byte(document))
		if err != nil || len(es) != 2 || len(*rs) != 1 || strict == nil {
			t.Fatalf("%s: strict %v; %d events, %v, %d receipts", c.name, strict, len(es), err, len(*rs))
		}
		if got := (*rs)[0].Err; got.Error() != strict.Error() {
			t.Errorf("%s: %v\nwant %v", c.name, got, strict)
		}
		sameViolations(t, (*rs)[0].Err, strict)
	}
}

func TestBatchNeverForgiven(t *testing.T) {
	for _, c := range []struct{ name, document string }{
		{"no array", event("")},
		{"no end", "[" + event(`"subject":""`)},
		{"no comma", "[" + event("") + event("") + "]"},
		{"a comma at the end", "[" + event("") + ",]"},
		{"no object", "[" + event("") + ",1]"},
		{"bytes behind it", "[" + event("") + "]x"},
		{"a malformed event", "[" + event("") + `,{"a":]`},
		{"too many attributes", "[" + event("") + "," + event(members(1000, `"x%d":"a"`)) + "]"},
		{"too many events", "[" + strings.Repeat("{},", cloudevents.DefaultMaxEvents) + "{}]"},
	} {
		_, strict := new(cloudevents.JSONDecoder).DecodeBatch([]byte(c.document))
		d, rs := forgiving()
		es, err := d.DecodeBatch([]byte(c.document))
		if strict == nil || err == nil || es != nil || len(*rs) != 0 {
			t.Errorf("%s: strict %v; forgiving %d events, %v, %d receipts", c.name, strict, len(es), err, len(*rs))
		}
	}
}

// hostile returns a document of members that are good, bad and repeated.
func hostile(r *rand.Rand) string {
	members := []string{
		`"specversion":"1.0"`, `"specversion":"0.3"`, `"specversion":"1.0.1"`, `"specversion":"2.0"`, `"id":"1"`, `"id":""`, `"source":"/s"`,
		`"source":"a b"`, `"type":"t"`, `"type":5`, `"subject":"s"`, `"subject":""`, `"time":"2020-01-01T00:00:00Z"`, `"time":"noon"`,
		`"dataschema":"urn:a"`, `"dataschema":"#"`, `"schemaurl":"#"`, `"schemaurl":"a b"`, `"datacontenttype":"text/plain;"`,
		`"datacontenttype":"json"`, `"datacontenttype":"application/json"`, `"datacontentencoding":"base64"`, `"datacontentencoding":"x"`,
		`"data":"AQID"`, `"data":{"a":1}`, `"data_base64":"AQID"`, `"data_base64":null`, `"a":"x"`, `"a":{}`, `"a_b":"x"`, `"1a":5`, `"z":1.5`,
		`"z":null`, `"":1`, `"x":"\ud800"`, `"A":"x"`, `"partitionkey":"p"`, `"data":null`,
	}
	good := []string{`"specversion":"1.0"`, `"id":"1"`, `"source":"/s"`, `"type":"t"`}
	if r.IntN(3) == 0 {
		good[0] = `"specversion":"0.3"`
	}
	if r.IntN(6) == 0 {
		good = good[:r.IntN(4)]
	}
	for range r.IntN(6) {
		good = append(good, members[r.IntN(len(members))])
	}
	r.Shuffle(len(good), func(i, j int) { good[i], good[j] = good[j], good[i] })
	return "{" + strings.Join(good, ",") + "}"
}

// checkForgiving compares a decoder that forgives with one that does not.
func checkForgiving(t *testing.T, document []byte) (taken bool) {
	t.Helper()
	want, strict := new(cloudevents.JSONDecoder).Decode(document)
	d, rs := forgiving()
	got, err := d.Decode(document)
	switch {
	case strict == nil:
		if err != nil || len(*rs) != 0 {
			t.Fatalf("%s\nwithout a fault: %v, %d receipts", document, err, len(*rs))
		}
		if df := diff(want, got); df != "" {
			t.Fatalf("%s\nis another event:\n%s", document, df)
		}
	case err != nil:
		if len(*rs) != 0 {
			t.Fatalf("%s\n%d receipts beside %v", document, len(*rs), err)
		}
		return false
	case len(*rs) != 1 || (*rs)[0].Err == nil || len(violations(strict)) < 32 && (*rs)[0].Err.Error() != strict.Error():
		t.Fatalf("%s\nreceipts %v\nwant %v", document, *rs, strict)
	}
	if err := got.Validate(); err != nil {
		t.Fatalf("%s\nis an invalid event: %v", document, err)
	}
	return strict != nil
}

func TestForgivingHostileDocuments(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	taken := 0
	for range 30_000 {
		if checkForgiving(t, []byte(hostile(r))) {
			taken++
		}
	}
	if taken < 1000 {
		t.Errorf("only %d documents were forgiven", taken)
	}
}

func TestForgivingHostileBatches(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 5000 {
		var documents []string
		for range r.IntN(6) {
			documents = append(documents, hostile(r))
		}
		checkForgivingBatch(t, []byte("["+strings.Join(documents, ",")+"]"))
	}
}

// checkForgivingBatch compares a batch with its events one by one.
func checkForgivingBatch(t *testing.T, document []byte) {
	t.Helper()
	d, rs := forgiving()
	es, err := d.DecodeBatch(document)
	want, strict := new(cloudevents.JSONDecoder).DecodeBatch(document)
	if strict == nil {
		if err != nil || len(*rs) != 0 || len(es) != len(want) {
			t.Fatalf("%s\nwithout a fault: %v, %d receipts", document, err, len(*rs))
		}
	}
	if err != nil {
		if es != nil || len(*rs) != 0 {
			t.Fatalf("%s\n%d events and %d receipts beside %v", document, len(es), len(*rs), err)
		}
		return
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(bytes.TrimPrefix(document, []byte("\uFEFF")), &elements); err != nil {
		t.Fatalf("accepted, but %v", err)
	}
	refused := map[int]bool{}
	last := -1
	for _, r := range *rs {
		if r.Index <= last || r.Err == nil {
			t.Fatalf("%s\nreceipt of event %d behind that of %d: %v", document, r.Index, last, r.Err)
		}
		last = r.Index
		refused[r.Index] = r.Event == nil
	}
	place := 0
	for i, element := range elements {
		if refused[i] {
			continue
		}
		own, _ := forgiving()
		alone, err := own.Decode(element)
		if err != nil || place == len(es) {
			t.Fatalf("%s\nevent %d alone: %v; %d events", document, i, err, len(es))
		}
		if df := diff(alone, es[place]); df != "" {
			t.Fatalf("%s\nevent %d is another one alone:\n%s", document, i, df)
		}
		if err := es[place].Validate(); err != nil || es[place].SpecVersion != es[0].SpecVersion {
			t.Fatalf("%s\nevent %d: %v", document, i, err)
		}
		place++
	}
	if place != len(es) {
		t.Fatalf("%s\n%d events, want %d", document, len(es), place)
	}
}

func FuzzForgive(f *testing.F) {
	seed(f, func(document []byte, batch bool) { f.Add(document, batch) })
	for _, c := range forgiven {
		f.Add([]byte(c.document), false)
		f.Add([]byte("["+c.document+",{},"+c.document+"]"), true)
	}
	f.Fuzz(func(t *testing.T, document []byte, batch bool) {
		before := bytes.Clone(document)
		if batch {
			checkForgivingBatch(t, document)
		} else {
			checkForgiving(t, document)
		}
		if !bytes.Equal(before, document) {
			t.Fatal("the document was modified")
		}
	})
}

// Forgive costs nothing for events that are valid.
func TestForgiveAllocatesNothing(t *testing.T) {
	for _, document := range []string{
		event(""), fullDocument, event(twoExtensions + `"data":{"a":1}`), event(`"subject":"a\u0062"`), eventV03(`"schemaurl":"a","data":1`),
	} {
		strict := cloudevents.JSONDecoder{}
		d, rs := forgiving()
		bytes, batch := []byte(document), []byte("["+document+","+document+"]")
		limit := testing.AllocsPerRun(100, func() { _, _ = strict.Decode(bytes) })
		alloctest.AtMost(t, document, limit, func() {
			if _, err := d.Decode(bytes); err != nil {
				t.Fatal(err)
			}
		})
		limit = testing.AllocsPerRun(100, func() { _, _ = strict.DecodeBatch(batch) })
		alloctest.AtMost(t, "two of them", limit, func() {
			if _, err := d.DecodeBatch(batch); err != nil {
				t.Fatal(err)
			}
		})
		if len(*rs) != 0 {
			t.Errorf("%d receipts", len(*rs))
		}
	}
}

// A batch of events with faults costs no more than in proportion to its size.
func TestLinearForgiving(t *testing.T) {
	for name, element := range map[string]string{"mended": event(`"subject":""`), "mended twice": event(`"subject":"","A":1`)} {
		t.Run(name, func(t *testing.T) {
			checkLinear(t, func(n int) func() {
				document := []byte("[" + strings.TrimSuffix(strings.Repeat(element+",", n), ",") + "]")
				d := cloudevents.JSONDecoder{MaxEvents: -1, Forgive: func(cloudevents.Receipt) {}}
				return func() {
					if _, err := d.DecodeBatch(document); err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

// Attributes is what the decoders of other messages forgive with.
func TestForgivenAttributes(t *testing.T) {
	for _, c := range []struct {
		name       string
		attributes []string // names and values, as a header has them
		want       string   // attributes of the event behind the required ones
		broken     string
	}{
		{"an escape in source", []string{"source", "https://example.com/a%20b"}, "https://example.com/a%20b", "source: malformed value"},
		{"UTF-8 in source", []string{"source", "/z%C3%BCrich"}, "/z%C3%BCrich", "source: malformed value"},
		{"Latin-1 in source", []string{"source", "/z%FCrich"}, "/z%FCrich", "source: illegal character"},
		{"a line feed in source", []string{"source", "/a%0Ab"}, "/a%0Ab", "source: malformed value"},
		{"an escape in dataschema", []string{"source", "/s", "dataschema", "https://example.com/a%20b"}, "/s https://example.com/a%20b", "dataschema: malformed value"},
		{"Latin-1 in dataschema", []string{"source", "/s", "dataschema", "urn:%FC"}, "/s urn:%FC", "dataschema: illegal character"},
		{"dataschema that is legal in no way", []string{"source", "/s", "dataschema", "a%20b"}, "/s", "dataschema: malformed value"},
		{"an unclosed quote", []string{"source", "/s", "subject", `"a`}, "/s", "subject: malformed value"},
		{"an overlong escape", []string{"source", "/s", "x", "%C0%80"}, "/s", "x: illegal character"},
		{"a name with a hyphen", []string{"source", "/s", "a-b", "x"}, "/s", "a-b: illegal attribute name"},
		{"the name data", []string{"source", "/s", "data", "x"}, "/s", "data: illegal attribute name"},
		{"no name", []string{"source", "/s", "", "x"}, "/s", ": illegal attribute name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assemble := func(a *cloudevents.Attributes) (e cloudevents.Event, err error) {
				for name, value := range map[string]string{"id": "1", "specversion": "1.0", "type": "t"} {
					a.AddEncoded(name, value)
				}
				for i := 0; i < len(c.attributes); i += 2 {
					a.AddEncoded(c.attributes[i], c.attributes[i+1])
				}
				return e, a.Assemble(&e)
			}
			var strict cloudevents.Attributes
			_, want := assemble(&strict)
			if want == nil || strict.Forgiven() != nil {
				t.Fatalf("strict: %v, forgiven %v", want, strict.Forgiven())
			}
			a := cloudevents.Attributes{Forgive: true}
			e, err := assemble(&a)
			if err != nil || a.Forgiven() == nil || a.Forgiven().Error() != want.Error() {
				t.Fatalf("%v, forgiven %v, want %v", err, a.Forgiven(), want)
			}
			if got := strings.Join(broken(a.Forgiven()), ", "); got != c.broken {
				t.Errorf("forgiven %s, want %s", got, c.broken)
			}
			if got := strings.TrimSpace(e.Source + " " + e.DataSchema); got != c.want || len(e.Extensions) != 0 || e.Validate() != nil {
				t.Errorf("event is %v, %v", e, e.Validate())
			}
		})
	}
}

// A source that is legal when decoded is decoded, also by those who forgive.
func TestForgivingDecodesWhatItCan(t *testing.T) {
	a := cloudevents.Attributes{Forgive: true}
	for name, value := range map[string]string{"id": "1", "specversion": "1.0", "type": "t", "source": "/a%2520b"} {
		a.AddEncoded(name, value)
	}
	var e cloudevents.Event
	if err := a.Assemble(&e); err != nil || e.Source != "/a%20b" || a.Forgiven() != nil {
		t.Errorf("%v, %q, %v", err, e.Source, a.Forgiven())
	}
}

// What makes an event invalid all the same comes before what would have been forgiven.
func TestRefusedWithWhatWasForgiven(t *testing.T) {
	d, rs := forgiving()
	_, err := d.Decode([]byte(`{"specversion":"1.0","id":"1","source":"a b","type":"t","subject":"","x":{},"data":1,"data":2}`))
	want := []string{"source: malformed value", "data: duplicate attribute", "subject: missing or empty", "x: wrong type"}
	if got := broken(err); !slices.Equal(got, want) || len(*rs) != 0 {
		t.Errorf("%q, want %q; %d receipts", got, want, len(*rs))
	}
}
