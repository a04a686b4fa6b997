package cloudevents_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// added is an attribute as one of the methods of Attributes takes it. A method that copies
// gets a buffer, which is overwritten after Assemble.
type added struct {
	method string // Add, AddText, AddBytes or AddEncoded
	name   string
	typ    spec.Type
	text   string
}

// assembled returns the event of attributes that are added in that order.
func assembled(a *cloudevents.Attributes, all []added) (cloudevents.Event, error) {
	var buffers [][]byte
	buffer := func(text string) []byte {
		b := []byte(text)
		buffers = append(buffers, b)
		return b
	}
	for i, x := range all {
		switch x.method {
		case "Add":
			a.Add(x.name, x.typ, x.text)
		case "AddText":
			a.AddText(x.name, x.typ, buffer(x.text))
		case "AddBytes":
			a.AddBytes(i, buffer(x.name), x.typ, buffer(x.text))
		case "AddEncoded":
			a.AddEncoded(x.name, x.text)
		}
	}
	var e cloudevents.Event
	err := a.Assemble(&e)
	for _, b := range buffers {
		for i := range b {
			b[i] = '!'
		}
	}
	return e, err
}

// adding reads attributes: "name=text" for Add, with a prefix "text:", "bytes:" or "encoded:"
// for another method. Between the name and = there may be a type, as in "a Integer=1".
func adding(t *testing.T, lines string) (all []added) {
	t.Helper()
	for line := range strings.Lines(lines) {
		line = strings.Trim(line, "\t\n")
		if line == "" {
			continue
		}
		name, text, ok := strings.Cut(line, "=")
		if !ok {
			t.Fatalf("no = in %q", line)
		}
		x := added{method: "Add", text: text}
		for prefix, method := range map[string]string{"text:": "AddText", "bytes:": "AddBytes", "encoded:": "AddEncoded"} {
			if after, ok := strings.CutPrefix(name, prefix); ok {
				name, x.method = after, method
			}
		}
		name, typ, typed := strings.Cut(name, " ")
		if x.name = name; typed {
			if x.typ, ok = spec.ParseType(typ); !ok {
				t.Fatalf("no type %q", typ)
			}
		}
		all = append(all, x)
	}
	return all
}

const required = "specversion=1.0\nid=1\nsource=/s\ntype=t\n"

func TestAttributes(t *testing.T) {
	declared := []spec.Attribute{{Name: "n", Type: spec.Integer}, {Name: "b", Type: spec.Boolean}, {Name: "u", Type: spec.URIReference}}
	sampledRate, _ := spec.Extension("sampledrate")
	for _, c := range []struct {
		name       string
		attributes cloudevents.Attributes
		added      string
		want       string // attributes other than the four of required
		err        string // part of it, "" is none
	}{
		{name: "only what is required", added: required},
		{name: "in any order", added: "type=t\nx=1\nsource=/s\na=2\nid=1\nspecversion=1.0", want: "a=2 x=1"},
		{name: "required ones by text", added: "text:type=t\ntext:source=/s\ntext:id=1\ntext:specversion=1.0"},
		{name: "required ones by bytes", added: "bytes:type=t\nbytes:source=/s\nbytes:id=1\nbytes:specversion=1.0"},
		{name: "required ones encoded, in any case", added: "encoded:TYPE=t\nencoded:Source=/s\nencoded:iD=1\nencoded:sPecversion=1.0"},
		{name: "all core attributes", added: required + "datacontenttype=a/b\ndataschema=urn:s\nsubject=s\ntime=2020-01-01T00:00:00Z",
			want: "datacontenttype=a/b dataschema=urn:s subject=s time=2020-01-01T00:00:00Z"},
		{name: "extensions by text and bytes", added: required + "text:b=1\nbytes:a=2\nc=3", want: "a=2 b=1 c=3"},
		{name: "empty extensions", added: required + "text:b=\nbytes:a=\nc=\nencoded:D=", want: "a= b= c= d="},
		{name: "a name in capitals is folded if encoded", added: required + "encoded:ABC=1\nencoded:Sampledrate=5", want: "abc=1 sampledrate=5"},
		{name: "and is an error elsewhere", added: required + "ABC=1", err: `attribute "ABC": `},
		{name: "a percent-encoded value", added: required + "encoded:a=%e2%82%ac%20\nencoded:Subject=%41", want: "subject=A a=€ "},
		{name: "a quoted value", added: required + `encoded:a="b\"c"`, want: `a=b"c`},
		{name: "a cut percent-encoding", added: required + "encoded:a=%e2%82", err: "http-protocol-binding.md#3132-http-header-values"},
		{name: "a section of another binding", attributes: cloudevents.Attributes{Section: "x.md#y"}, added: required + "encoded:a=%e2%82", err: "(x.md#y)"},

		{name: "missing", added: "x=1", err: `attribute "id": a required attribute is missing (spec.md#id); attribute "source"`},
		{name: "nothing", added: "", err: "a required attribute is missing"},
		{name: "an empty required one", added: "specversion=1.0\nid=\nsource=/s\ntype=t", err: `attribute "id": must not be empty`},
		{name: "an empty optional one", added: required + "subject=", err: `attribute "subject": must not be empty`},
		{name: "a core attribute twice", added: required + "id=2", err: `attribute "id": duplicate attribute`},
		{name: "a core attribute in two spellings", added: required + "encoded:ID=2", err: `attribute "id": duplicate attribute`},
		{name: "an extension twice", added: required + "a=1\nb=2\na=1", err: `attribute "a": duplicate attribute`},
		{name: "an extension in two spellings", added: required + "encoded:a=1\nencoded:A=1", err: `attribute "a": duplicate attribute`},
		{name: "an extension three times is one error", added: required + "a=1\na=1\na=1\nZ=", err: `(spec.md#naming-conventions); attribute "a": duplicate attribute (spec.md#context-attributes)`},
		{name: "an offset", added: required + "bytes:A=", err: "offset 4: attribute"},
		{name: "an offset of a duplicate", added: required + "bytes:a=\nbytes:b=\nbytes:a=", err: `offset 6: attribute "a": duplicate`},
		{name: "an empty name", added: required + "=1", err: "name is empty"},
		{name: "the name data", added: required + "data=1", err: `attribute "data"`},
		{name: "a byte beside the digits", added: required + "a:=1", err: `"a:"`},
		{name: "a control character", added: required + "a=\x01", err: "character"},
		{name: "invalid UTF-8", added: required + "text:a=\xff", err: "invalid UTF-8"},

		{name: "types of the message", added: required + "a Integer=5\nb Boolean=true\nc Binary=AAAA\nd URI=urn:a\ne URI-reference=/a\nf Timestamp=2020-01-01t00:00:00z",
			want: "a Integer=5 b Boolean=true c Binary=AAAA d URI=urn:a e URI-reference=/a f Timestamp=2020-01-01t00:00:00z"},
		{name: "a text that is none of its type", added: required + "a Integer=five", err: `attribute "a"`},
		{name: "declared types", attributes: cloudevents.Attributes{Extensions: declared}, added: required + "n=5\nb=true\nu=/a\nx=5",
			want: "b Boolean=true n Integer=5 u URI-reference=/a x=5"},
		{name: "declared types fit", attributes: cloudevents.Attributes{Extensions: declared}, added: required + "n Integer=-0\nu URI=urn:a",
			want: "n Integer=0 u URI-reference=urn:a"},
		{name: "a declared type does not fit the text", attributes: cloudevents.Attributes{Extensions: declared}, added: required + "n=five", err: `attribute "n"`},
		{name: "a declared type does not fit that of the message", attributes: cloudevents.Attributes{Extensions: declared}, added: required + "n Boolean=true",
			err: "the type is Boolean, and must be Integer"},
		{name: "a URI is no URI-reference", attributes: cloudevents.Attributes{Extensions: []spec.Attribute{{Name: "u", Type: spec.URI}}}, added: required + "u URI-reference=/a",
			err: "must be URI"},
		{name: "a documented extension", attributes: cloudevents.Attributes{Extensions: []spec.Attribute{sampledRate}}, added: required + "sampledrate=0", err: "greater than zero"},
		{name: "a type of a core attribute", added: "specversion=1.0\nid Integer=1\nsource=/s\ntype=t", err: "the type is Integer"},
		{name: "a type that a core attribute has", added: "specversion=1.0\nid=1\nsource URI=urn:a\ntype=t\ntime Timestamp=2020-01-01T00:00:00Z",
			want: "source=urn:a time=2020-01-01T00:00:00Z"},

		{name: "as many as the limit", attributes: cloudevents.Attributes{MaxAttributes: 5}, added: required + "a=1", want: "a=1"},
		{name: "one more than the limit", attributes: cloudevents.Attributes{MaxAttributes: 5}, added: required + "a=1\nb=1", err: "more than 5 attributes"},
		{name: "repeated ones count", attributes: cloudevents.Attributes{MaxAttributes: 5}, added: required + "a=1\na=1", err: "more than 5 attributes"},
		{name: "repeated core ones count", attributes: cloudevents.Attributes{MaxAttributes: 4}, added: required + "id=1", err: "more than 4 attributes"},

		{name: "version 0.3", added: "specversion=0.3\nid=1\nsource=/s\ntype=t\nschemaurl=urn:a", want: "specversion=0.3 schemaurl=urn:a"},
		{name: "version 0.3, refused", attributes: cloudevents.Attributes{V1Only: true}, added: "specversion=0.3\nid=1\nsource=/s\ntype=t", err: "specversion"},
		{name: "schemaurl twice", added: "specversion=0.3\nid=1\nsource=/s\ntype=t\nschemaurl=urn:a\nschemaurl=urn:a", err: "duplicate"},
		{name: "schemaurl of 1.0", added: required + "schemaurl=a b", want: "schemaurl=a b"},
		{name: "an unknown version", added: "specversion=2.0\nid=1\nsource=/s\ntype=t", err: "specversion"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := c.attributes
			all := adding(t, c.added)
			e, err := assembled(&a, all)
			if a.Len() != len(all) {
				t.Errorf("Len is %d, want %d", a.Len(), len(all))
			}
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for name, v := range e.All() {
				text := name + "=" + v.String()
				if _, isCore := e.SpecVersion.Attribute(name); !isCore && v.Type() != spec.String {
					text = name + " " + v.Type().String() + "=" + v.String()
				}
				if !strings.Contains("\n"+required, "\n"+text+"\n") {
					got = append(got, text)
				}
			}
			if got := strings.Join(got, " "); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
			if err := e.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
}

// Extensions are in the order of their names, however many there are, and in whatever order
// they were added: 16 have room in an Attributes, and 7 bytes of a name in a key.
func TestAttributesSort(t *testing.T) {
	for _, n := range []int{1, 2, 7, 15, 16, 17, 18, 33, 64, 65, 200} {
		for _, prefix := range []string{"", "abcdefg", "abcdefgh"} {
			for _, step := range []int{1, 3, n - 1} { // some orders of n
				if step == 3 && n%3 == 0 {
					continue
				}
				all := adding(t, required)
				for i := range n {
					name := fmt.Sprintf("%s%d", prefix, 1000+i*max(step, 1)%n)
					all = append(all, added{[]string{"Add", "AddText", "AddBytes"}[i%3], name, spec.String, "v" + name})
				}
				var a cloudevents.Attributes
				e, err := assembled(&a, all)
				if err != nil {
					t.Fatalf("%d extensions: %v", n, err)
				}
				for i, x := range e.Extensions {
					if want := fmt.Sprintf("%s%d", prefix, 1000+i); x.Name != want || x.Value != cloudevents.StringValue("v"+want) {
						t.Fatalf("%d extensions in steps of %d: number %d is %s: %v, want %s", n, step, i, x.Name, x.Value, want)
					}
				}
				if len(e.Extensions) != n || cap(e.Extensions) != n {
					t.Errorf("%d extensions, room for %d, want %d", len(e.Extensions), cap(e.Extensions), n)
				}
				// One of them again is found wherever it is.
				again := all[len(all)-1-n/2]
				var twice cloudevents.Attributes
				if _, err := assembled(&twice, append(all, again)); len(violations(err)) != 1 || !errors.Is(err, validation.ErrDuplicate) {
					t.Errorf("%s twice: %v", again.name, err)
				}
			}
		}
	}
}

// Of many violations 32 are told.
func TestAttributesTellSoMuch(t *testing.T) {
	for _, n := range []int{31, 32, 33, 200} {
		all := adding(t, required)
		for i := range n {
			all = append(all, added{"Add", fmt.Sprintf("A%d", i), spec.String, ""})
		}
		var strict cloudevents.Attributes
		if _, err := assembled(&strict, all); len(violations(err)) != min(n, 32) {
			t.Errorf("%d bad names: %d violations", n, len(violations(err)))
		}
		a := cloudevents.Attributes{Forgive: true}
		e, err := assembled(&a, all)
		if (err == nil) != (n <= 32) || err == nil && (len(violations(a.Forgiven())) != n || len(e.Extensions) != 0) {
			t.Errorf("%d bad names, forgiven: %v, %v", n, err, a.Forgiven())
		}
	}
}

// What Fail was given comes behind the violations, and is never forgiven.
func TestAttributesFail(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	for _, forgive := range []bool{false, true} {
		a := cloudevents.Attributes{Forgive: forgive}
		a.Fail(first)
		a.Add("A", spec.String, "1")
		a.Fail(second)
		_, err := assembled(&a, adding(t, "specversion=1.0\nid=1\nsource=/s"))
		var several validation.Errors
		if !errors.As(err, &several) || len(several) != 4 {
			t.Fatalf("%v", err)
		}
		want := []string{"type", "A", "first", "second"}
		if forgive {
			want = []string{"type", "first", "second", "A"}
		}
		for i, err := range several {
			if !strings.Contains(err.Error(), want[i]) {
				t.Errorf("forgiving: %t: error %d is %v, want one of %s", forgive, i, err, want[i])
			}
		}
		alone := cloudevents.Attributes{Forgive: forgive}
		alone.Fail(first)
		if _, err := assembled(&alone, adding(t, required)); err != first {
			t.Errorf("one error is %v", err)
		}
	}
}

// The default limit counts all, and -1 is none.
func TestAttributesDefaultLimit(t *testing.T) {
	for _, c := range []struct {
		most, n int
		ok      bool
	}{{0, 996, true}, {0, 997, false}, {-1, 997, true}, {-1, 8000, true}, {math.MinInt, 997, true}, {1, 1, false}} {
		a := cloudevents.Attributes{MaxAttributes: c.most}
		all := adding(t, required)
		for i := range c.n {
			all = append(all, added{"AddBytes", fmt.Sprint("x", i), spec.String, "v"})
		}
		e, err := assembled(&a, all)
		var limit *cloudevents.LimitError
		if c.ok && (err != nil || len(e.Extensions) != c.n) || !c.ok && (!errors.As(err, &limit) || limit.What != "attributes") {
			t.Errorf("%d extensions with limit %d: %v", c.n, c.most, err)
		}
	}
}

// The work is in proportion to the number of extensions, whether they are right or wrong.
func TestAttributesAreLinear(t *testing.T) {
	for _, c := range []struct {
		name, format, text string
		method             string
	}{
		{"descending", "e%06d", "text", "AddText"},
		{"by bytes", "e%06d", "text", "AddBytes"},
		{"in capitals, encoded", "E%06d", "%41", "AddEncoded"},
		{"bad names", "E%06d", "", "Add"},
		{"bad values", "e%06d", "\x00", "AddText"},
		{"one name", "e", "", "AddBytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkLinear(t, func(n int) func() {
				all := adding(t, required)
				for i := range n {
					name := c.format
					if strings.Contains(name, "%") {
						name = fmt.Sprintf(name, n-i)
					}
					all = append(all, added{c.method, name, spec.String, c.text})
				}
				return func() {
					a := cloudevents.Attributes{MaxAttributes: -1}
					_, _ = assembled(&a, all)
				}
			})
		})
	}
}

// FuzzAttributes compares Attributes with a slow reference: Event.SetText, one after the other.
// The first byte of a line is the method and the type; name and value are divided by =.
func FuzzAttributes(f *testing.F) {
	f.Add("0specversion=1.0\n0id=1\n0source=/s\n0type=t")
	f.Add("1specversion=1.0\n2id=1\n3source=/s\n1type=t\n2b=1\n1a=2\n3C=3\n4n=5\n8x=true\n0subject=s\n0time=2020-01-01T00:00:00Z")
	f.Add("0specversion=1.0.1\n0id=1\n0source=/s\n0type=t\n0A=\n0subject=\n0datacontenttype=a/b;\n0a=1\n0a=1")
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, "\n%cx%d=%d", '0'+i%4, i*7%40, i)
	}
	f.Add("0specversion=1.0\n0id=1\n0source=/s\n0type=t" + many.String())
	f.Fuzz(func(t *testing.T, text string) {
		const limit = 60
		var all []added
		for line := range strings.SplitSeq(text, "\n") {
			if line == "" {
				continue
			}
			name, value, _ := strings.Cut(line[1:], "=")
			x := added{[]string{"Add", "AddText", "AddBytes", "AddEncoded"}[line[0]&3], name, spec.Type(line[0] >> 2 & 15 % 7), value}
			if x.method == "AddEncoded" {
				if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' || r == '%' || r == '"' }) {
					continue // which has tests of its own
				}
				x.typ = spec.String
			}
			if name == spec.SpecVersion && value == "0.3" {
				return // whose attributes are others
			}
			all = append(all, x)
		}
		a := cloudevents.Attributes{MaxAttributes: limit}
		got, err := assembled(&a, all)
		var over *cloudevents.LimitError
		if isOver := errors.As(err, &over); isOver != (len(all) > limit) || isOver {
			if isOver != (len(all) > limit) {
				t.Fatalf("%d attributes: %v", len(all), err)
			}
			return
		}
		want, ok := reference(all)
		if ok != (err == nil) {
			t.Fatalf("%+v: error %v, the reference accepts it: %t", all, err, ok)
		}
		if d := diff(want, got); ok && d != "" {
			t.Fatalf("%+v: %s", all, d)
		}
		forgiving := cloudevents.Attributes{MaxAttributes: limit, Forgive: true}
		forgiven, notForgiven := assembled(&forgiving, all)
		switch receipts := forgiving.Forgiven(); {
		case err == nil && (notForgiven != nil || receipts != nil || diff(got, forgiven) != ""):
			t.Fatalf("%+v: forgiven though it is legal: %v, %v", all, notForgiven, receipts)
		case err != nil && notForgiven == nil:
			if receipts == nil || receipts.Error() != err.Error() {
				t.Fatalf("%+v: forgiven is %v, not %v", all, receipts, err)
			}
			if err := forgiven.Validate(); err != nil {
				t.Fatalf("%+v: %v", all, err)
			}
		case err != nil && len(violations(notForgiven)) > len(violations(err))+1:
			t.Fatalf("%+v: %v, more than %v", all, notForgiven, err)
		}
	})
}

// reference returns the event of attributes of version 1.0, if it is valid.
func reference(all []added) (e cloudevents.Event, ok bool) {
	seen := map[string]bool{}
	for _, x := range all {
		name := x.name
		if x.method == "AddEncoded" {
			name = strings.Map(func(r rune) rune {
				if 'A' <= r && r <= 'Z' {
					r += 'a' - 'A'
				}
				return r
			}, name)
		}
		if seen[name] {
			return e, false
		}
		seen[name] = true
		if core, isCore := spec.V1.Attribute(name); isCore {
			if x.typ != spec.String && x.typ != core.Type && !(x.typ == spec.URI && core.Type == spec.URIReference) {
				return e, false
			}
		}
		if name == spec.Data || e.SetText(spec.Attribute{Name: name, Type: x.typ}, x.text) != nil {
			return e, false
		}
	}
	for _, name := range []string{spec.SpecVersion, spec.ID, spec.Source, spec.EventType} {
		if !seen[name] {
			return e, false
		}
	}
	return e, cmp.Equal(e.Validate(), nil)
}
