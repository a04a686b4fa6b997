package cloudevents_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// exceptions is the whole list of what an event does not keep on its way through an
// encoder and a decoder. Everything else that Validate accepts comes back.
var exceptions = []struct {
	reason  string
	applies func(w *way, e *cloudevents.Event) bool
	change  func(e *cloudevents.Event) // nil if the encoder refuses the event
}{
	{
		"binary mode refuses data of a media type that begins with application/cloudevents, because receivers tell the mode by that prefix",
		func(w *way, e *cloudevents.Event) bool {
			return w.binary && strings.HasPrefix(strings.ToLower(e.DataContentType), spec.MediaTypePrefix)
		},
		nil,
	},
	{
		"HTTP does not tell an empty body from none, so that empty data in binary mode is absent",
		func(w *way, e *cloudevents.Event) bool { return w.binary && len(e.Data) == 0 },
		func(e *cloudevents.Event) { e.Data = nil },
	},
	{
		"white space around a JSON value is that of the document",
		func(w *way, e *cloudevents.Event) bool { return !w.binary && isJSONMember(e) },
		func(e *cloudevents.Event) { e.Data = bytes.Trim(e.Data, " \t\r\n") },
	},
	{
		"encoding/json compacts what a Marshaler returns, and escapes <, >, & and line separators in it",
		func(w *way, e *cloudevents.Event) bool { return w.compacts && isJSONMember(e) },
		func(e *cloudevents.Event) {
			var compact, escaped bytes.Buffer
			if err := json.Compact(&compact, e.Data); err != nil {
				panic(err)
			}
			json.HTMLEscape(&escaped, compact.Bytes())
			e.Data = escaped.Bytes()
		},
	},
	{
		"RFC 3339 has offsets of whole minutes below a day, and a time with another one is in UTC",
		func(_ *way, e *cloudevents.Event) bool {
			_, offset := e.Time.Zone()
			return offset%60 != 0 || offset <= -86400 || offset >= 86400
		},
		func(e *cloudevents.Event) { e.Time = e.Time.UTC() },
	},
	{
		"decoders sort extensions by name",
		func(*way, *cloudevents.Event) bool { return true },
		func(e *cloudevents.Event) {
			e.Extensions = slices.Clone(e.Extensions)
			slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
		},
	},
}

// arrives returns e as it arrives by a way. ok is false if the way does not take it.
func arrives(w *way, e cloudevents.Event) (arrived cloudevents.Event, ok bool) {
	for _, x := range exceptions {
		if !x.applies(w, &e) {
			continue
		}
		if x.change == nil {
			return e, false
		}
		x.change(&e)
	}
	return e, true
}

// limits are those of a decoder.
type limits struct{ depth, attributes int }

func (l limits) format() format.JSON {
	return format.JSON{MaxDepth: l.depth, MaxAttributes: l.attributes}
}

func (l limits) http(exts []spec.Attribute) *cehttp.Decoder {
	return &cehttp.Decoder{Format: l.format(), Extensions: exts, MaxAttributes: l.attributes, MaxBytes: -1}
}

// way is an encoder and a decoder of the message that it makes.
type way struct {
	name     string
	binary   bool // the message is in binary mode
	compacts bool // encoding/json writes the document
	batch    bool // the message has the event twice
	similar  bool // to another way
	send     func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error)
}

func one(e cloudevents.Event, err error) ([]cloudevents.Event, error) {
	return []cloudevents.Event{e}, err
}

// document makes a way of the encoder of a document.
func document(encode func(e *cloudevents.Event) ([]byte, error)) func(*cloudevents.Event, limits, []spec.Attribute) ([]cloudevents.Event, error) {
	return func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error) {
		b, err := encode(e)
		if err != nil {
			return nil, err
		}
		return one(l.format().DecodeStructuredModeMessage(b, spec.MediaTypeJSON, exts...))
	}
}

// request and response send a message over the wire.
func request(r *http.Request, err error) (*http.Request, error) {
	if err != nil {
		return nil, err
	}
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		return nil, err
	}
	return http.ReadRequest(bufio.NewReader(&wire))
}

func response(w *httptest.ResponseRecorder, err error) (*http.Response, error) {
	if err != nil {
		return nil, err
	}
	var wire bytes.Buffer
	if err := w.Result().Write(&wire); err != nil {
		return nil, err
	}
	return http.ReadResponse(bufio.NewReader(&wire), nil)
}

const target = "http://example.com/"

var ways = []way{
	{name: "AppendJSON", send: document(func(e *cloudevents.Event) ([]byte, error) { return cloudevents.AppendJSON(nil, e) })},
	{name: "AppendJSON with room", similar: true, send: document(func(e *cloudevents.Event) ([]byte, error) {
		return cloudevents.AppendJSON(make([]byte, 0, 1<<20), e)
	})},
	{name: "Seal", send: document(func(e *cloudevents.Event) ([]byte, error) {
		s, err := cloudevents.Seal(*e)
		if err != nil {
			return nil, err
		}
		return s.AppendJSON(nil)
	})},
	{name: "DecodeSealed", send: func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error) {
		b, err := cloudevents.AppendJSON(nil, e)
		if err != nil {
			return nil, err
		}
		d := cloudevents.JSONDecoder{Extensions: exts, MaxDepth: l.depth, MaxAttributes: l.attributes}
		s, err := d.DecodeSealed(b)
		if err != nil {
			return nil, err
		}
		if b, err = s.AppendJSON(nil); err != nil {
			return nil, err
		}
		return one(d.Decode(b))
	}},
	{name: "MarshalJSON", similar: true, send: document(func(e *cloudevents.Event) ([]byte, error) { return e.MarshalJSON() })},
	{name: "json.Marshal", similar: true, compacts: true, send: document(func(e *cloudevents.Event) ([]byte, error) { return json.Marshal(e) })},
	{name: "AppendJSONBatch", batch: true, send: func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error) {
		b, err := cloudevents.AppendJSONBatch(nil, []cloudevents.Event{*e, *e})
		if err != nil {
			return nil, err
		}
		d := cloudevents.JSONDecoder{Extensions: exts, MaxDepth: l.depth, MaxAttributes: l.attributes, InPlace: true}
		return d.DecodeBatch(b)
	}},
	{name: "binary request", similar: true, binary: true, send: requestIn(cloudevents.BinaryMode)},
	{name: "structured request", similar: true, send: requestIn(cloudevents.StructuredMode)},
	{name: "batch request", similar: true, batch: true, send: func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error) {
		r, err := request(cehttp.ToHTTPRequestBatch(context.Background(), target, []cloudevents.Event{*e, *e}, nil))
		if err != nil {
			return nil, err
		}
		return l.http(exts).ToCloudEventBatch(r)
	}},
	{name: "binary response", similar: true, binary: true, send: responseIn(cloudevents.BinaryMode)},
	{name: "structured response", similar: true, send: responseIn(cloudevents.StructuredMode)},
	{name: "batch response", similar: true, batch: true, send: func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error) {
		w := httptest.NewRecorder()
		r, err := response(w, cehttp.WriteHTTPResponseBatch(w, 200, []cloudevents.Event{*e, *e}, nil))
		if err != nil {
			return nil, err
		}
		return l.http(exts).ResponseToCloudEventBatch(r)
	}},
	{name: "header and body", binary: true, send: func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error) {
		h := http.Header{}
		body, err := cehttp.EncodeMessage(h, e, cloudevents.BinaryMode, nil)
		if err != nil {
			return nil, err
		}
		return one(l.http(exts).DecodeMessage(h, body))
	}},
}

func requestIn(m cloudevents.Mode) func(*cloudevents.Event, limits, []spec.Attribute) ([]cloudevents.Event, error) {
	return func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error) {
		r, err := request(cehttp.ToHTTPRequest(context.Background(), target, e, m, nil))
		if err != nil {
			return nil, err
		}
		return one(l.http(exts).ToCloudEvent(r))
	}
}

func responseIn(m cloudevents.Mode) func(*cloudevents.Event, limits, []spec.Attribute) ([]cloudevents.Event, error) {
	return func(e *cloudevents.Event, l limits, exts []spec.Attribute) ([]cloudevents.Event, error) {
		w := httptest.NewRecorder()
		r, err := response(w, cehttp.WriteHTTPResponse(w, 200, e, m, nil))
		if err != nil {
			return nil, err
		}
		return one(l.http(exts).ResponseToCloudEvent(r))
	}
}

// sendEveryWay sends a valid event every way, and compares what arrives.
func sendEveryWay(t testing.TB, e cloudevents.Event, l limits) {
	t.Helper()
	for i := range ways {
		sendOneWay(t, &ways[i], e, l)
	}
}

func sendOneWay(t testing.TB, w *way, e cloudevents.Event, l limits) {
	t.Helper()
	exts := declared(&e)
	before := e.Clone()
	want, ok := arrives(w, e)
	got, err := w.send(&e, l, exts)
	if !ok {
		if !errors.Is(err, cloudevents.ErrContentMode) {
			t.Errorf("%s: %s:\nerror is %v, want ErrContentMode", w.name, brief(&e), err)
		}
		return
	}
	if err != nil {
		t.Errorf("%s: %s: %v", w.name, brief(&e), err)
		return
	}
	if n := len(got); n != 1 && !w.batch || n != 2 && w.batch {
		t.Errorf("%s: %s: %d events", w.name, brief(&e), n)
	}
	for _, got := range got {
		if !sameEvent(&want, &got) {
			t.Errorf("%s: %s arrives as another event:\n%.2000s", w.name, brief(&e), briefDiff(want, got))
		}
	}
	if !sameEvent(&before, &e) {
		t.Errorf("encoding has changed the event:\n%.2000s", briefDiff(before, e))
	}
}

// sameEvent is diff without a text, which is slow.
func sameEvent(a, b *cloudevents.Event) bool {
	x, _ := a.Get("time")
	y, _ := b.Get("time")
	return a.SpecVersion == b.SpecVersion && a.ID == b.ID && a.Source == b.Source && a.Type == b.Type && a.Subject == b.Subject &&
		x == y && a.Time.Equal(b.Time) && a.DataContentType == b.DataContentType && a.DataSchema == b.DataSchema &&
		slices.Equal(a.Extensions, b.Extensions) && bytes.Equal(a.Data, b.Data) && (a.Data == nil) == (b.Data == nil)
}

// briefDiff is diff for events that may be long.
func briefDiff(a, b cloudevents.Event) string {
	if len(a.Extensions)+len(b.Extensions) > 100 || len(a.Data)+len(b.Data) > 10_000 {
		return fmt.Sprintf("%.1000s\n%.1000s", a, b)
	}
	return diff(a, b)
}

func brief(e *cloudevents.Event) string {
	return fmt.Sprintf("%d extensions, type %q, %d bytes %.60q", len(e.Extensions), e.DataContentType, len(e.Data), e.Data)
}

// declared declares the extensions of e, because headers have no types and JSON has three.
func declared(e *cloudevents.Event) (exts []spec.Attribute) {
	for _, x := range e.Extensions {
		exts = append(exts, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
	}
	return exts
}

// hostileData is data that encoders must not trust.
func hostileData() map[string][]byte {
	data := map[string][]byte{
		"nil": nil, "empty": {}, "256 bytes": allBytes(), "64 KiB of quotes": bytes.Repeat([]byte{'"'}, 1<<16),
		"70 KiB of JSON": []byte(`"` + strings.Repeat("j", 70<<10) + `"`), "70 KiB of cut JSON": []byte(`"` + strings.Repeat("j", 70<<10)),
	}
	for _, levels := range []int{1, 1023, 1024, 1025, 5000} {
		data[fmt.Sprintf("%d arrays", levels)] = []byte(nested(levels))
		data[fmt.Sprintf("%d objects", levels)] = []byte(strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels))
		data[fmt.Sprintf("%d arrays not closed", levels)] = []byte(strings.Repeat("[", levels))
	}
	for _, s := range []string{
		`{"a":1}`, `[1,2,{"b":null}]`, `"text"`, `""`, "0", "-0", "1e400", "12345678901234567890.10", "true", "null", `{"a":1,"a":2}`,
		" {} ", "\t\r\n1\n", `{ "a" : [ ] }`, `"\u0000"`, `"\ud800"`, `"\udc00\udc00"`, `"\ud83d\ude00"`, "\"\u2028<&>\"",
		"{", "}", "{}}", "1,2", "1 2", "[1,]", "01", "NaN", "nul", "nullx", `"`, `"\"`, `"\x41"`, "\"\n\"", "\"\x00\"", "\"\xFF\"", "\"\xED\xA0\x80\"", "'a'",
		"\uFEFF1", " ", "\n", "/**/1", "{}\x00", "1\x00", "\x001", "[\x00]\x00",
		`1,"id":"x"`, `1},{"id":"x"`, `"data":1`, "-->", "\"}", "plain", "p\xC3\xA9", "\x7F", "\x80", "\xC3", "\xF4\x90\x80\x80", "\xFE\xFF\x00[", "\x00", "\r\n.\r\n",
		"AAAA", "AA==", "eyJhIjoxfQ==", "%41", "a=b&c=d%20", "<a/>", "caf\u00e9", "\u0080", "\U0010FFFF", "\uFFFE", "--x\r\n\r\n--x--",
	} {
		data[s] = []byte(s)
	}
	return data
}

func allBytes() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// hostileTypes are content types, most of them JSON or text in many spellings.
var hostileTypes = []string{
	"", "application/json", "text/json", "Application/JSON; charset=utf-8", "application/vnd.a+JSON;v=1", "application/json; charset=utf-16",
	"application/json; charset=us-ascii", `application/json;charset="iso-8859-1"`, "a/+json", "application/json-seq", "application/jsonx",
	"text/plain", "text/plain; charset=utf-8", "text/plain; charset=UTF8", "text/plain; charset=us-ascii", `text/plain; charset="US-ASCII"`, "text/plain;charset=ascii",
	"text/plain; charset=iso-8859-1", "text/plain; charset=utf-16", "text/plain; charset=utf-7", "text/plain; charset=x-unknown", "text/plain; charset=windows-1252",
	`text/plain; charset="utf\-8"`, `text/plain; a="charset=utf-16"; charset=us-ascii`, "text/plain; charset=us-ascii; charset=utf-8",
	"text/xml", "application/xml", "application/atom+xml;charset=us-ascii", "application/yaml", "application/x-www-form-urlencoded", "application/javascript",
	"application/octet-stream", "application/octet-stream; charset=us-ascii", "image/png", "application/protobuf", "multipart/mixed; boundary=x", "message/http",
	`x/y; a="\"b\\ ;,"`, "x/y ; a=b", "x/y; a=%41", "*/*", "!/~",
	"application/cloudevents", "application/cloudevents+json", "application/cloudevents.v2+json", "application/cloudevents-batchx", "Application/CloudEventsX",
	"application/cloudevents-batch+json; charset=utf-8", "application/cloudevent", "text/cloudevents+json", `x/y; a="application/cloudevents+json"`,
}

// hostileTexts are values of attributes.
var hostileTexts = []string{
	"a", " ", " a ", "a  b", `"`, `""`, `"a"`, `a"b"c`, `\`, `\"`, "%", "%41", "%2", "%%41", "%C3%A9", "%00", "caf\u00e9", "\u20ac", "\U0001F600", "\U0010FFFD",
	"a,b", "(a)", "=?utf-8?q?a?=", "a: b", "a;b=c", `","id":"x`, `</script>`, "\u2028", "\u00a0", "\uFEFF", "null", "true", "5", "-0", "1.0", "2024-01-01T00:00:00Z",
	"AAAA", "data", strings.Repeat("x", 5000), strings.Repeat("\u00e9", 3000), strings.Repeat("%", 1000), "'", "<&>", "+", "a+b", "~", "!",
}

// hostileNames are names of extensions.
var hostileNames = []string{
	"a", "0", "00", "9z", "ids", "sources", "data0", "dataschema1", "datacontentencoding", "schemaurl", "dat", "databa64", "specversion2", "ce", "ceid", "cedata", "contenttype",
	"contentlength", "host", "connection", "transferencoding", "proto", "constructor", "length", "true", "null", "traceparent", "partitionkey", "z", strings.Repeat("n", 300),
}

var hostileReferences = []string{
	"/s", "a", "a/b", "?", "#", "//host", ".", "..", "%41", "%C3%A9", "/%22%25", "urn:x:y", "http://example.com/?a=b&c=%20#f", "mailto:a@b", "//[::1]:80/", "/a'b(c)*", "/;,@:!$&=+~_-.",
}

var hostileURIs = []string{"urn:a", "http://example.com/#x", "a:", "a:%41", "x-y.z+1:/a?b#c", "http://[::ffff:1.2.3.4]/%25"}

// hostileTimes are times at every border.
func hostileTimes() []time.Time {
	zone := func(seconds int) *time.Location { return time.FixedZone("", seconds) }
	return []time.Time{
		{}, time.Time{}.In(time.FixedZone("", 0)), time.Unix(0, 0), time.Unix(0, 1).UTC(), time.Now(),
		time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, zone(3600)), time.Date(0, 1, 1, 0, 0, 0, 0, zone(-86340)),
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, zone(-86340)),
		time.Date(9999, 12, 31, 23, 59, 59, 0, zone(86340)), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9998, 12, 31, 23, 59, 59, 0, zone(-60)),
		time.Date(2024, 2, 29, 23, 59, 59, 100_000_000, zone(5400)), time.Date(1900, 1, 1, 0, 0, 0, 0, zone(1172)), time.Date(2024, 1, 1, 0, 0, 0, 0, zone(90_000)),
		time.Date(2024, 1, 1, 0, 0, 0, 0, zone(-86_400)), time.Date(1969, 12, 31, 23, 59, 59, 1, zone(-12345)),
	}
}

// anyTyped returns values of all types.
func anyTyped(r *rand.Rand) cloudevents.Value {
	switch r.IntN(9) {
	case 0:
		return cloudevents.BooleanValue(r.IntN(2) == 0)
	case 1:
		return cloudevents.IntegerValue(int32(r.Uint32()))
	case 2:
		return cloudevents.BinaryValue(allBytes()[:r.IntN(257)])
	case 3:
		return cloudevents.URIValue(pick(r, hostileURIs))
	case 4:
		return cloudevents.URIReferenceValue(pick(r, append(hostileReferences, "")))
	case 5:
		return cloudevents.TimestampValue(pick(r, hostileTimes()))
	case 6:
		v, err := cloudevents.ParseValue(spec.Timestamp, pick(r, []string{"2016-12-31t23:59:60.1234567890123z", "0000-01-01T00:00:00-00:00", "9999-12-31T23:59:59.000Z"}))
		if err != nil {
			panic(err)
		}
		return v
	case 7:
		return cloudevents.StringValue("")
	}
	return cloudevents.StringValue(pick(r, hostileTexts))
}

func pick[T any](r *rand.Rand, all []T) T { return all[r.IntN(len(all))] }

// generated returns an event without data.
func generated(r *rand.Rand) cloudevents.Event {
	e := cloudevents.Event{ID: pick(r, hostileTexts), Source: pick(r, hostileReferences), Type: pick(r, hostileTexts)}
	if r.IntN(2) == 0 {
		e.Subject = pick(r, hostileTexts)
	}
	if r.IntN(2) == 0 {
		e.DataSchema = pick(r, hostileURIs)
	}
	if r.IntN(2) == 0 {
		e.Time = pick(r, hostileTimes())
	}
	names := slices.Clone(hostileNames)
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:r.IntN(1+r.IntN(len(names)))] {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: anyTyped(r)})
	}
	if r.IntN(1000) == 0 { // as many as the default limit allows
		e.Extensions = nil
		for i := range 992 {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("e%d", (i*7)%992), Value: anyTyped(r)})
		}
	}
	return e
}

// TestEveryEventCanBeSent is the property that no valid event is without an encoding:
// whatever Validate accepts goes out every way and comes back, but for the exceptions.
func TestEveryEventCanBeSent(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	data := hostileData()
	sent := 0
	for name, b := range data {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			for _, contentType := range hostileTypes {
				e := generated(r)
				e.DataContentType, e.Data = contentType, b
				if err := e.Validate(); err != nil {
					t.Fatalf("the test is wrong: %v", err)
				}
				for i := range ways { // those that resemble another one in turn
					if !ways[i].similar || (sent+i)%5 == 0 {
						sendOneWay(t, &ways[i], e, limits{})
					}
				}
				sent++
			}
		})
	}
	if sent < 3000 {
		t.Errorf("only %d events", sent)
	}
	for range 500 {
		e := generated(r)
		sendEveryWay(t, e, limits{})
	}
}

// TestEveryTimeCanBeSent and its neighbors go through what generated picks from.
func TestEveryTimeCanBeSent(t *testing.T) {
	for _, at := range hostileTimes() {
		e := minimal()
		e.Time = at
		if err := e.Validate(); err != nil {
			t.Errorf("the test is wrong: %v", err)
		}
		sendEveryWay(t, e, limits{})
	}
}

func TestEveryTextCanBeSent(t *testing.T) {
	for _, text := range hostileTexts {
		sendEveryWay(t, cloudevents.Event{ID: text, Source: "/", Type: text, Subject: text, Extensions: []cloudevents.Extension{{Name: "x", Value: cloudevents.StringValue(text)}}}, limits{})
	}
	for _, ref := range hostileReferences {
		sendEveryWay(t, cloudevents.Event{ID: "1", Source: ref, Type: "t", Extensions: []cloudevents.Extension{{Name: "x", Value: cloudevents.URIReferenceValue(ref)}}}, limits{})
	}
	for _, uri := range hostileURIs {
		sendEveryWay(t, cloudevents.Event{ID: "1", Source: uri, Type: "t", DataSchema: uri, Extensions: []cloudevents.Extension{{Name: "x", Value: cloudevents.URIValue(uri)}}}, limits{})
	}
	for _, name := range hostileNames {
		e := minimal()
		e.Extensions = []cloudevents.Extension{{Name: name, Value: cloudevents.IntegerValue(-5)}}
		sendEveryWay(t, e, limits{})
	}
}

// An event with more attributes than the default limit is valid. It can be sent, and
// decoded with a higher limit.
func TestManyAttributesCanBeSent(t *testing.T) {
	e := minimal()
	for i := range 5000 {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: fmt.Sprintf("e%d", i), Value: cloudevents.IntegerValue(int32(i))})
	}
	sendEveryWay(t, e, limits{attributes: -1})
}

// FuzzEveryEventCanBeSent looks for exceptions that are not on the list.
func FuzzEveryEventCanBeSent(f *testing.F) {
	i := uint64(0)
	for _, b := range hostileData() {
		if len(b) < 8<<10 {
			i++
			f.Add(i, hostileTypes[int(i)%len(hostileTypes)], b, b != nil)
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, contentType string, data []byte, present bool) {
		e := generated(rand.New(rand.NewPCG(seed, 0)))
		e.DataContentType = contentType
		if present {
			e.Data = append([]byte{}, data...)
		}
		if e.Validate() == nil {
			sendEveryWay(t, e, limits{})
		}
	})
}

// TestRelay is the property that a relay loses nothing: what a decoder took can be encoded
// in every mode and decoded again with the same limits. Where that could not be, the first
// decoder refuses.
func TestRelay(t *testing.T) {
	deep := func(levels int) string { return nested(levels) }
	var bodies []string
	for _, levels := range []int{0, 1, 2, 3, 5, 6, 1023, 1024, 1025, 2000, 2001} {
		bodies = append(bodies, deep(levels), " "+deep(levels)+"x")
	}
	for _, l := range []limits{
		{}, {depth: -1, attributes: -1}, {depth: -1}, {attributes: -1}, {depth: 1}, {depth: 2}, {depth: 5}, {depth: 1023}, {depth: 1024}, {depth: 2000},
		{attributes: 4}, {attributes: 5}, {attributes: 6}, {attributes: 7}, {depth: 2, attributes: 5},
	} {
		t.Run(fmt.Sprintf("%+v", l), func(t *testing.T) {
			taken := 0
			relay := func(e cloudevents.Event, err error) {
				t.Helper()
				if err != nil {
					return
				}
				taken++
				for i := range ways {
					if !ways[i].similar {
						sendOneWay(t, &ways[i], e, l)
					}
				}
			}
			for _, body := range bodies {
				for _, contentType := range []string{"application/json", "text/plain", ""} {
					for extensions := range 4 {
						if extensions > 0 && len(body) > 4 {
							continue
						}
						h := http.Header{"Ce-Id": {"1"}, "Ce-Source": {"/"}, "Ce-Type": {"t"}, "Ce-Specversion": {"1.0"}}
						members := ""
						if contentType != "" {
							h["Content-Type"] = []string{contentType}
							members += fmt.Sprintf(`,"datacontenttype":%q`, contentType)
						}
						for i := range extensions {
							h[fmt.Sprintf("Ce-X%d", i)] = []string{"x"}
							members += fmt.Sprintf(`,"x%d":"x"`, i)
						}
						relay(l.http(nil).DecodeMessage(h, []byte(body)))
						e := minimal()
						encoded, err := json.Marshal([]byte(body))
						if err != nil {
							t.Fatal(err)
						}
						for _, data := range []string{"", `,"data":` + body, `,"data":null`, `,"data_base64":` + string(encoded), `,"data":"x","data_base64":null`} {
							doc := []byte(event(strings.TrimPrefix(members+data, ",")))
							relay(l.format().DecodeStructuredModeMessage(doc, spec.MediaTypeJSON))
							r, err := http.NewRequest("POST", target, bytes.NewReader(doc))
							if err != nil {
								t.Fatal(err)
							}
							r.Header.Set("Content-Type", spec.MediaTypeJSON)
							relay(l.http(nil).ToCloudEvent(r))
							d := cloudevents.JSONDecoder{MaxDepth: l.depth, MaxAttributes: l.attributes}
							if s, err := d.DecodeSealed(doc); err == nil {
								b, err := s.AppendJSON(nil)
								if err != nil {
									t.Fatal(err)
								}
								if again, err := d.Decode(b); err != nil {
									t.Errorf("sealed: %.200s: %v", doc, err)
								} else if e = s.Event(); isJSONMember(&e) && !sameEvent(&e, &again) {
									t.Errorf("sealed: %.200s arrives as another event", doc)
								}
							}
						}
					}
				}
			}
			if taken < 100 {
				t.Errorf("only %d messages", taken)
			}
		})
	}
}
