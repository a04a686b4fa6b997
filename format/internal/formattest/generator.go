package formattest

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Generator makes valid events. Its fields have what is of interest to one format, beside
// what is for all of them. A Generator is not changed by use.
type Generator struct {
	Texts        []string // of id, type, subject and Strings
	Schemas      []string
	ContentTypes []string
	Data         []string
	More         func(*rand.Rand) []byte // other data; may be nil
	Names        []string                // the beginnings of names
	Timestamps   []string                // of extensions, as text
	V03          bool                    // a tenth of the events has version 0.3
}

var (
	texts        = []string{"x", "é€😀", " ", "\u00a0x"}
	contentTypes = []string{
		"application/json", "application/vnd.x+json", "text/plain", "text/plain; charset=iso-8859-1", "text/plain;charset=us-ascii",
		"application/xml", "application/octet-stream", "application/json; charset=utf-16",
	}
	data  = []string{`{"a":1}`, ` [1] `, "text", "é", "\xff\x00", "{", "null"}
	names = []string{"a", "x", "time1", "zz", "alongername"}
)

// one returns one of several texts.
func one(r *rand.Rand, texts ...[]string) string {
	all := slices.Concat(texts...)
	return all[r.IntN(len(all))]
}

func (g *Generator) text(r *rand.Rand) string {
	return one(r, texts, g.Texts, []string{strings.Repeat("long", 1+r.IntN(60)), strconv.Itoa(r.IntN(1000))})
}

// at returns a time, which may be out of the range of a Timestamp.
func at(r *rand.Rand) time.Time {
	seconds := []int64{0, -1, 1, -62167219200, -62167219201, -62135596800, -62135596801, 253402300799, 253402300800, r.Int64N(1e10), -r.Int64N(1e10)}
	nanoseconds := []int64{0, 1, 999_999_999, 500_000_000, r.Int64N(1e9)}
	zone := time.FixedZone("", []int{0, 3600, -19800, 86340}[r.IntN(4)])
	return time.Unix(seconds[r.IntN(len(seconds))], nanoseconds[r.IntN(len(nanoseconds))]).In(zone)
}

// Event returns an event.
func (g *Generator) Event(r *rand.Rand) cloudevents.Event {
	e := cloudevents.Event{ID: g.text(r), Source: one(r, []string{"/s", "urn:a", "", "https://example.com/a?b&c#d'"}) + "x", Type: g.text(r)}
	if g.V03 && r.IntN(10) == 0 {
		e.SpecVersion = spec.V03
	}
	if r.IntN(2) == 0 {
		e.Subject = g.text(r)
	}
	if r.IntN(2) == 0 {
		if e.Time = at(r); e.Validate() != nil {
			e.Time = time.Time{}
		}
	}
	if r.IntN(2) == 0 {
		e.DataSchema = one(r, []string{"urn:x", "http://a/b#c"}, g.Schemas)
	}
	if r.IntN(4) > 0 {
		e.DataContentType = one(r, contentTypes, g.ContentTypes)
	}
	switch n := r.IntN(5); {
	case n == 0:
	case n == 1:
		e.Data = []byte{}
	case n == 2 && g.More != nil:
		e.Data = g.More(r)
	default:
		e.Data = []byte(one(r, data, g.Data, []string{strings.Repeat("d&", r.IntN(300))}))
	}
	for i := range r.IntN(6) * r.IntN(5) {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: one(r, names, g.Names) + strconv.Itoa(i), Value: g.value(r)})
	}
	r.Shuffle(len(e.Extensions), func(i, j int) { e.Extensions[i], e.Extensions[j] = e.Extensions[j], e.Extensions[i] })
	return e
}

// value returns a value of any type.
func (g *Generator) value(r *rand.Rand) cloudevents.Value {
	switch r.IntN(7) {
	case 0:
		return cloudevents.BooleanValue(r.IntN(2) == 0)
	case 1:
		return cloudevents.IntegerValue([]int32{0, 1, -1, 1<<31 - 1, -1 << 31, r.Int32()}[r.IntN(6)])
	case 2:
		return cloudevents.BinaryValue(bytes.Repeat([]byte{byte(r.Uint32())}, r.IntN(300)))
	case 3:
		return cloudevents.URIValue(one(r, []string{"urn:x", "https://example.com/?a&b#c"}))
	case 4:
		return cloudevents.URIReferenceValue(one(r, []string{"", "../x", "#", "urn:x"}))
	case 5:
		text := cloudevents.TimestampValue(at(r)).String()
		if v, err := cloudevents.ParseValue(spec.Timestamp, one(r, g.Timestamps, []string{text})); err == nil {
			return v
		}
	}
	return cloudevents.StringValue(one(r, []string{"", g.text(r)}))
}

// Arguments are those of a target that encodes events, from Event.ID on.
type Arguments struct {
	ID, Source, Type, Subject, DataContentType, DataSchema string
	Seconds, Nanoseconds                                   int64
	Name, Text                                             string // of an extension
	Kind                                                   uint8  // of it
	Data                                                   []byte
	Seed                                                   uint64 // of the rest
}

// Arguments returns an event with those arguments, which may be invalid.
func (g *Generator) Arguments(a Arguments) cloudevents.Event {
	e := g.Event(rand.New(rand.NewPCG(a.Seed, 0)))
	e.ID, e.Source, e.Type, e.Subject = a.ID, a.Source, a.Type, a.Subject
	e.DataContentType, e.DataSchema, e.Data = a.DataContentType, a.DataSchema, a.Data
	if a.Seconds != 0 {
		e.Time = time.Unix(a.Seconds, a.Nanoseconds).UTC()
	}
	if v, err := cloudevents.ParseValue(spec.Type(a.Kind%7), a.Text); err == nil {
		e.Extensions = append(e.Extensions, cloudevents.Extension{Name: a.Name, Value: v})
	}
	return e
}
