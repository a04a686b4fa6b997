package cloudevents_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/alloctest"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// fullV03 is full as an event of version 0.3, with a schema that only 0.3 has.
func fullV03() cloudevents.Event {
	e := full()
	e.SpecVersion = spec.V03
	e.DataSchema = "../schema#object"
	return e
}

// eventV03 returns the JSON of a minimal event of version 0.3 with more members.
func eventV03(members string) string {
	return strings.Replace(event(members), `"1.0"`, `"0.3"`, 1)
}

func TestConvert(t *testing.T) {
	with := func(e cloudevents.Event, name string, v cloudevents.Value) cloudevents.Event {
		e.Extensions = append(slices.Clone(e.Extensions), cloudevents.Extension{Name: name, Value: v})
		return e
	}
	v03 := func(e cloudevents.Event) cloudevents.Event {
		e.SpecVersion = spec.V03
		return e
	}
	schema := func(e cloudevents.Event, schema string) cloudevents.Event {
		e.DataSchema = schema
		return e
	}
	x := cloudevents.StringValue("x")
	for _, c := range []struct {
		name  string
		event cloudevents.Event
		to    spec.Version
		want  string // the violations; "" if there are none
	}{
		{"the least from 1.0", minimal(), spec.V03, ""},
		{"the least from 0.3", v03(minimal()), spec.V1, ""},
		{"everything from 1.0", full(), spec.V03, ""},
		{"everything from 0.3", v03(full()), spec.V1, ""},
		{"1.0 to itself", full(), spec.V1, ""},
		{"0.3 to itself", fullV03(), spec.V03, ""},
		{"a relative schema", fullV03(), spec.V1, "dataschema: malformed value"},
		{"a schema that is a fragment", schema(v03(minimal()), "#"), spec.V1, "dataschema: malformed value"},
		{"a name that begins with a digit", with(minimal(), "1a", x), spec.V03, "1a: illegal attribute name"},
		{"an extension named schemaurl", with(minimal(), "schemaurl", x), spec.V03, "schemaurl: illegal attribute name"},
		{"an extension named datacontentencoding", with(minimal(), "datacontentencoding", x), spec.V03, "datacontentencoding: illegal attribute name"},
		{"an extension named dataschema", with(v03(minimal()), "dataschema", x), spec.V1, "dataschema: illegal attribute name"},
		{"three of them", with(with(with(minimal(), "1a", x), "datacontentencoding", x), "schemaurl", x), spec.V03,
			"1a: illegal attribute name, datacontentencoding: illegal attribute name, schemaurl: illegal attribute name"},
		{"an unknown version", minimal(), 7, "specversion: unsupported specversion"},
		{"an event that is invalid as it is", schema(minimal(), "a"), spec.V03, "dataschema: malformed value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := c.event.Clone()
			got, err := c.event.Convert(c.to)
			if d := diff(before, c.event); d != "" {
				t.Errorf("the event was changed:\n%s", d)
			}
			if lines := strings.Join(broken(err), ", "); lines != c.want {
				t.Fatalf("error is %v, want %q", err, c.want)
			}
			if err != nil {
				if d := diff(cloudevents.Event{}, got); d != "" {
					t.Errorf("an event beside the error:\n%s", d)
				}
				return
			}
			if got.SpecVersion != c.to || got.Validate() != nil {
				t.Errorf("version %v, %v", got.SpecVersion, got.Validate())
			}
			got.SpecVersion = c.event.SpecVersion
			if d := diff(c.event, got); d != "" {
				t.Errorf("something else was changed:\n%s", d)
			}
			if len(got.Data) > 0 && &got.Data[0] == &c.event.Data[0] {
				t.Error("the data is shared")
			}
		})
	}
}

// randomEvent returns an event with what one of the versions allows, and now and then with
// what it does not.
func randomEvent(r *rand.Rand) cloudevents.Event {
	pick := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	e := cloudevents.Event{
		SpecVersion:     spec.Version(r.IntN(2)),
		ID:              pick("1", "a b", "€", "", "\n"),
		Source:          pick("/s", "urn:a", "a%20b", "1-555", "", "a b"),
		Type:            pick("t", "com.example.created"),
		Subject:         pick("", "s", "\u0085"),
		DataContentType: pick("", "application/json", "text/plain", "image/png", "text/plain; charset=iso-8859-1", "application/x+json"),
		DataSchema:      pick("", "urn:s", "../s", "#", "https://example.com/s#v1"),
	}
	if r.IntN(2) == 0 {
		e.Time = time.Unix(r.Int64N(1<<33), r.Int64N(1e9)).In(time.FixedZone("", 60*r.IntN(600)))
	}
	values := []cloudevents.Value{
		cloudevents.StringValue("x"), cloudevents.StringValue(""), cloudevents.IntegerValue(-5), cloudevents.BooleanValue(true),
		cloudevents.BinaryValue([]byte("abc")), cloudevents.URIReferenceValue("/r"), cloudevents.TimestampValue(time.Unix(1, 0)),
	}
	names := []string{"a", "z9", "1a", "7", "schemaurl", "datacontentencoding", "dataschema", "partitionkey", "Upper"}
	for range r.IntN(4) {
		name := names[r.IntN(len(names))]
		if !slices.ContainsFunc(e.Extensions, func(x cloudevents.Extension) bool { return x.Name == name }) {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: values[r.IntN(len(values))]})
		}
	}
	slices.SortFunc(e.Extensions, func(x, y cloudevents.Extension) int { return strings.Compare(x.Name, y.Name) })
	e.Data = [][]byte{nil, {}, []byte("{}"), []byte(` {"a": "b"} `), []byte("AQID"), []byte("text"), {0xFF, 0, '"'}, []byte(`{},"id":"2"`)}[r.IntN(8)]
	return e
}

// An event that can be converted comes back as it was; one that cannot says why, and the
// reason is what makes it invalid there.
func TestConvertThereAndBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	converted := 0
	for range 20_000 {
		e := randomEvent(r)
		other := spec.V1 + spec.V03 - e.SpecVersion
		c, err := e.Convert(other)
		moved := e
		moved.SpecVersion = other
		if want := e.Validate() == nil && moved.Validate() == nil; (err == nil) != want {
			t.Fatalf("%v\nConvert: %v; here %v, there %v", e, err, e.Validate(), moved.Validate())
		}
		if err != nil {
			if len(violations(err)) == 0 {
				t.Fatalf("%v\nno violation in %v", e, err)
			}
			continue
		}
		converted++
		back, err := c.Convert(e.SpecVersion)
		if err != nil {
			t.Fatalf("%v\ncannot be converted back: %v", e, err)
		}
		if d := diff(e, back); d != "" {
			t.Fatalf("another event came back:\n%s", d)
		}
	}
	if converted < 1000 {
		t.Errorf("only %d events were converted", converted)
	}
}

// Every valid event of either version comes back from its document with every byte, also
// sealed, in a batch, in place, and through encoding/json.
func TestVersionsRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	n := map[spec.Version]int{}
	for range 20_000 {
		e := randomEvent(r)
		if e.Validate() != nil {
			if _, err := cloudevents.AppendJSON(nil, &e); err == nil {
				t.Fatalf("%v\nis invalid, and was encoded", e)
			}
			continue
		}
		n[e.SpecVersion]++
		document, err := cloudevents.AppendJSON(nil, &e)
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		if strings.Contains(string(document), `"data_base64"`) && e.SpecVersion == spec.V03 {
			t.Fatalf("%s", document)
		}
		want := withoutSpace(e)
		if len(e.Data) == 0 && e.Data != nil {
			want.Data = []byte{}
		}
		// All types but three are Strings in JSON.
		var d cloudevents.JSONDecoder
		want.Extensions = nil
		for _, x := range e.Extensions {
			want.Extensions = append(want.Extensions, x)
			d.Extensions = append(d.Extensions, spec.Attribute{Name: x.Name, Type: x.Value.Type()})
		}
		check := func(how string, got cloudevents.Event, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %s\n%v", how, document, err)
			}
			if df := diff(want, got); df != "" {
				t.Fatalf("%s: %s\n%s", how, document, df)
			}
		}
		got, err := d.Decode(document)
		check("Decode", got, err)
		es, err := d.DecodeBatch(slices.Concat([]byte("["), document, []byte("]")))
		if err == nil {
			got = es[0]
		}
		check("DecodeBatch", got, err)
		sealed, err := d.DecodeSealed(document)
		check("DecodeSealed", sealed.Event(), err)
		if again, err := sealed.AppendJSON(nil); err != nil || len(e.Data) == len(want.Data) && !bytes.Equal(again, document) {
			t.Fatalf("sealed it is %s, want %s (%v)", again, document, err)
		}
		d.InPlace = true
		got, err = d.Decode(bytes.Clone(document))
		check("in place", got, err)
	}
	if n[spec.V1] < 500 || n[spec.V03] < 500 {
		t.Errorf("too few events: %v", n)
	}
}

// The attributes of an event have the names of its version.
func TestAttributesByVersion(t *testing.T) {
	e := fullV03()
	want := []string{"id", "source", "specversion", "type", "datacontenttype", "schemaurl", "subject", "time", "partitionkey", "sampledrate"}
	var names []string
	for name := range e.All() {
		names = append(names, name)
	}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
	if v, ok := e.Get("schemaurl"); !ok || v.String() != "../schema#object" || v.Type() != spec.URIReference {
		t.Errorf("schemaurl is %v %q, %t", v.Type(), v, ok)
	}
	if v, ok := e.Get("dataschema"); ok {
		t.Errorf("dataschema is %q", v)
	}
	if err := e.Set("schemaurl", cloudevents.StringValue("a")); err != nil || e.DataSchema != "a" {
		t.Errorf("Set: %v, %q", err, e.DataSchema)
	}
	if err := e.SetText(spec.Attribute{Name: "schemaurl"}, "b"); err != nil || e.DataSchema != "b" {
		t.Errorf("SetText: %v, %q", err, e.DataSchema)
	}
	// dataschema is an extension.
	if err := e.Set("dataschema", cloudevents.IntegerValue(5)); err != nil || e.DataSchema != "b" {
		t.Errorf("Set: %v, %q", err, e.DataSchema)
	}
	if v, ok := e.Get("dataschema"); !ok || v != cloudevents.IntegerValue(5) {
		t.Errorf("dataschema is %q, %t", v, ok)
	}
	if err := e.Validate(); err != nil {
		t.Error(err)
	}
	if s := e.String(); !strings.Contains(s, "\nschemaurl: b\n") || !strings.Contains(s, "\ndataschema: 5\n") {
		t.Errorf("String is\n%s", s)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "event", e)
	if !strings.Contains(log.String(), "event.specversion=0.3") || !strings.Contains(log.String(), "event.schemaurl=b") {
		t.Errorf("it is logged as %s", log.String())
	}
	c := e.Clone()
	if d := diff(e, c); d != "" {
		t.Errorf("Clone:\n%s", d)
	}
	e.Delete("schemaurl")
	if _, ok := e.Get("schemaurl"); ok || e.DataSchema != "" {
		t.Error("schemaurl was not deleted")
	}
	e.Delete("dataschema")
	if _, ok := e.Get("dataschema"); ok || len(e.Extensions) != 2 {
		t.Error("the extension was not deleted")
	}
	if err := e.Set("specversion", cloudevents.StringValue("1.0")); err != nil || e.SpecVersion != spec.V1 {
		t.Errorf("%v, %v", err, e.SpecVersion)
	}
}

func TestSetRefusesByVersion(t *testing.T) {
	x := cloudevents.StringValue("x")
	for _, c := range []struct {
		version spec.Version
		name    string
		value   cloudevents.Value
		err     error
	}{
		{spec.V03, "schemaurl", cloudevents.StringValue(""), validation.ErrMissing},
		{spec.V03, "schemaurl", cloudevents.StringValue("a b"), validation.ErrSyntax},
		{spec.V03, "schemaurl", cloudevents.IntegerValue(1), validation.ErrType},
		{spec.V03, "schemaurl", cloudevents.URIValue("urn:a"), nil},
		{spec.V03, "datacontentencoding", cloudevents.StringValue("base64"), validation.ErrName},
		{spec.V03, "1a", x, validation.ErrName},
		{spec.V03, "data", x, validation.ErrName},
		{spec.V03, "dataschema", x, nil},
		{spec.V03, "subject", cloudevents.StringValue(""), validation.ErrMissing},
		{spec.V1, "schemaurl", x, nil},
		{spec.V1, "datacontentencoding", x, nil},
		{spec.V1, "1a", x, nil},
		{spec.V1, "dataschema", cloudevents.StringValue("a"), validation.ErrSyntax},
	} {
		e := minimal()
		e.SpecVersion = c.version
		err := e.Set(c.name, c.value)
		if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%v: Set(%s, %q) = %v, want %v", c.version, c.name, c.value, err, c.err)
		}
		var v *validation.Error
		if err != nil && (!errors.As(err, &v) || v.Attribute != c.name) {
			t.Errorf("%v: %v", c.version, err)
		}
		if err := e.Validate(); err != nil {
			t.Errorf("%v after Set(%s): %v", c.version, c.name, err)
		}
	}
}

// Errors cite the documents of the version.
func TestValidateCitesItsVersion(t *testing.T) {
	e := cloudevents.Event{
		SpecVersion: spec.V03, Source: "a b", DataContentType: "json", DataSchema: "a b", Subject: "\n",
		Extensions: []cloudevents.Extension{{Name: "1a"}},
	}
	want := "v0.3/spec.md#id v0.3/spec.md#source v0.3/spec.md#type v0.3/spec.md#datacontenttype v0.3/spec.md#schemaurl " +
		"v0.3/spec.md#subject v0.3/spec.md#attribute-naming-convention"
	var sections []string
	for _, v := range violations(e.Validate()) {
		sections = append(sections, v.Section)
		if !strings.HasPrefix(spec.SectionURL(v.Section), "https://github.com/cloudevents/spec/blob/v0.3/spec.md#") {
			t.Errorf("%s is at %s", v.Section, spec.SectionURL(v.Section))
		}
	}
	if got := strings.Join(sections, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestV1Only(t *testing.T) {
	d := cloudevents.JSONDecoder{V1Only: true}
	check := func(how string, err error) {
		t.Helper()
		var v *validation.Error
		if !errors.Is(err, validation.ErrVersion) || !errors.As(err, &v) || v.Attribute != "specversion" || v.Value != "0.3" || v.Section != spec.SectionSpecVersion {
			t.Errorf("%s: error is %v", how, err)
		}
	}
	old := []byte(eventV03(`"schemaurl":"a"`))
	_, err := d.Decode(old)
	check("Decode", err)
	var at *cloudevents.SyntaxError
	if !errors.As(err, &at) || !strings.HasPrefix(string(old[at.Offset:]), "0.3") {
		t.Errorf("error is at %v", at)
	}
	_, err = d.DecodeBatch(slices.Concat([]byte("["), old, []byte("]")))
	check("DecodeBatch", err)
	_, err = d.DecodeSealed(old)
	check("DecodeSealed", err)
	a := cloudevents.Attributes{V1Only: true}
	for name, text := range map[string]string{"id": "1", "source": "/s", "specversion": "0.3", "type": "t"} {
		a.Add(name, spec.String, text)
	}
	var e cloudevents.Event
	check("Attributes", a.Assemble(&e))
	d.Forgive = func(cloudevents.Receipt) { t.Error("a receipt") }
	_, err = d.Decode(old)
	check("forgiving", err)
	d.Forgive = nil
	if _, err := d.Decode([]byte(fullDocument)); err != nil {
		t.Errorf("1.0: %v", err)
	}
}

// The extension that dataschema is in 0.3 counts once.
func TestDataSchemaOfV03AtTheLimit(t *testing.T) {
	for _, document := range []string{
		eventV03(`"dataschema":"x"`), eventV03(`"dataschema":"x","datacontentencoding":null`), eventV03(`"schemaurl":"u","dataschema":"x"`),
	} {
		for most := 5; most < 8; most++ {
			d := cloudevents.JSONDecoder{MaxAttributes: most}
			e, err := d.Decode([]byte(document))
			var limit *cloudevents.LimitError
			if want := strings.Count(document, ":") > most; errors.As(err, &limit) != want || !want && err != nil {
				t.Errorf("%s, at most %d: %v", document, most, err)
			}
			if v, ok := e.Get("dataschema"); err == nil && (!ok || v.String() != "x") {
				t.Errorf("%s, at most %d: dataschema is %q, %t", document, most, v, ok)
			}
		}
	}
}

// Taking attributes out and in again keeps the others, however many there are.
func TestV03AmongManyExtensions(t *testing.T) {
	for n := range 40 {
		for _, more := range []string{
			``, `,"schemaurl":"u"`, `,"dataschema":"d"`, `,"schemaurl":"u","dataschema":"d"`,
			`,"schemaurl":"u","datacontentencoding":"base64"`, `,"datacontentencoding":"BASE64","dataschema":"d","schemaurl":"u"`,
		} {
			var others strings.Builder
			for i := range n {
				fmt.Fprintf(&others, `,"x%02d":"%d"`, n-i, i)
			}
			for _, members := range []string{others.String() + more, more + others.String()} {
				document := eventV03(strings.TrimPrefix(members, ","))
				e := decode(t, document)
				if len(e.Extensions) != n+strings.Count(more, "dataschema") {
					t.Fatalf("%s\nhas %d extensions", document, len(e.Extensions))
				}
				if (e.DataSchema == "u") != strings.Contains(more, "schemaurl") {
					t.Fatalf("%s: schemaurl is %q", document, e.DataSchema)
				}
				if v, ok := e.Get("dataschema"); ok != strings.Contains(more, "dataschema") || ok && v.String() != "d" {
					t.Fatalf("%s: dataschema is %q", document, v)
				}
				for i := range n {
					if v, _ := e.Get(fmt.Sprintf("x%02d", n-i)); v.String() != fmt.Sprint(i) {
						t.Fatalf("%s: extension %d is %q", document, n-i, v)
					}
				}
			}
		}
	}
}

// A second attribute is found where it is, also behind those that were taken out.
func TestDuplicatesOfV03AreLocated(t *testing.T) {
	for _, c := range []struct{ members, attribute string }{
		{`"schemaurl":"u","x":"1","x":"second"`, "x"},
		{`"x":"1","schemaurl":"u","datacontentencoding":"base64","y":"","x":"second"`, "x"},
		{`"schemaurl":"u","schemaurl":"second"`, "schemaurl"},
		{`"datacontentencoding":"base64","schemaurl":"u","datacontentencoding":"second"`, "datacontentencoding"},
	} {
		document := eventV03(c.members)
		_, err := new(cloudevents.JSONDecoder).Decode([]byte(document))
		var at *cloudevents.SyntaxError
		if !errors.Is(err, validation.ErrDuplicate) || !errors.As(err, &at) || !strings.HasPrefix(document[at.Offset:], "second") {
			t.Errorf("%s: %v", document, err)
		}
		if lines := broken(err); len(lines) != 1 || !strings.HasPrefix(lines[0], c.attribute+":") {
			t.Errorf("%s: %v", document, lines)
		}
	}
}

func TestLinearV03(t *testing.T) {
	for name, format := range map[string]string{
		"schemaurl": `"schemaurl":"u"`, "datacontentencoding": `"datacontentencoding":"base64"`, "dataschema": `"dataschema":"d"`,
		"extensions": `"x%d":"v","schemaurl":"u"`,
	} {
		t.Run(name, func(t *testing.T) {
			checkLinear(t, func(n int) func() {
				document := []byte(eventV03(members(n, format)))
				d := cloudevents.JSONDecoder{MaxAttributes: -1}
				return func() {
					if _, err := d.Decode(document); err == nil {
						t.Fatal("no error")
					}
				}
			})
		})
	}
}

func TestV03Allocations(t *testing.T) {
	for _, c := range []struct {
		name     string
		document string
		max      float64
	}{
		{"nothing but what is required", eventV03(""), 1},
		{"two extensions and JSON data", eventV03(twoExtensions + `"schemaurl":"/s","data":{"a":1}`), 2},
		{"base64", eventV03(twoExtensions + `"datacontentencoding":"base64","data":"YWJj"`), 4},
	} {
		document := []byte(c.document)
		var d cloudevents.JSONDecoder
		alloctest.AtMost(t, c.name, c.max, func() {
			if _, err := d.Decode(document); err != nil {
				t.Fatal(err)
			}
		})
	}
	e := fullV03()
	dst := make([]byte, 0, 4<<10)
	alloctest.AtMost(t, "AppendJSON", 0, func() {
		if _, err := cloudevents.AppendJSON(dst, &e); err != nil {
			t.Fatal(err)
		}
	})
}
