package mediatype_test

import (
	"testing"

	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

func TestEssence(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"empty", "", ""},
		{"no parameters", "text/plain", "text/plain"},
		{"case is kept", "Text/Plain", "Text/Plain"},
		{"parameters", "text/plain;charset=utf-8;x=y", "text/plain"},
		{"white space around", " text/plain \t; charset=utf-8", "text/plain"},
		{"parameter only", ";a=b", ""},
		{"space inside is kept", "text / plain", "text / plain"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mediatype.Essence(c.in); got != c.out {
				t.Errorf("Essence(%q) = %q, want %q", c.in, got, c.out)
			}
		})
	}
}

func TestIs(t *testing.T) {
	const essence = "application/cloudevents+json"
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"same", essence, true},
		{"other case", "Application/CloudEvents+JSON", true},
		{"parameters", essence + "; charset=utf-8", true},
		{"white space around", " " + essence + "\t", true},
		{"empty", "", false},
		{"prefix", "application/cloudevents", false},
		{"longer", essence + "x", false},
		{"another suffix", "application/cloudevents+xml", false},
		{"batch", "application/cloudevents-batch+json", false},
		{"in a parameter", "text/plain;" + essence, false},
		{"two types", essence + ", text/plain", false},
		{"space inside", "application/ cloudevents+json", false},
		{"long s, which folds to s", "application/cloudevent\u017F+json", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mediatype.Is(c.in, essence); got != c.want {
				t.Errorf("Is(%q) = %v", c.in, got)
			}
		})
	}
}

func TestKinds(t *testing.T) {
	const (
		json    = "JSON"
		text    = "text"
		neither = ""
	)
	for _, c := range []struct{ name, in, kind string }{
		{"JSON", "application/json", json},
		{"JSON with parameters", "application/json; charset=utf-8", json},
		{"JSON in upper case", "APPLICATION/JSON", json},
		{"JSON with white space", " application/json ;a=b", json},
		{"JSON suffix", "application/geo+json", json},
		{"JSON suffix in upper case", "application/Geo+Json", json},
		{"JSON suffix under another type", "model/gltf+json", json},
		{"JSON behind another suffix", "application/a+b+json", json},

		{"plain text", "text/plain", text},
		{"unknown text", "text/x-unknown", text},
		{"text in upper case", "TEXT/HTML; charset=iso-8859-1", text},
		{"XML", "application/xml", text},
		{"XML suffix", "application/soap+xml", text},
		{"XML suffix under another type", "image/svg+xml", text},
		{"YAML", "application/yaml", text},
		{"YAML suffix", "application/openapi+yaml", text},
		{"form", "application/x-www-form-urlencoded", text},
		{"JSON lines", "application/x-ndjson", text},
		{"JSON sequence", "application/json-seq", text},
		{"JSON sequence suffix", "application/geo+json-seq", text},
		{"JavaScript", "application/JavaScript", text},

		{"empty", "", neither},
		{"bytes", "application/octet-stream", neither},
		{"image", "image/png", neither},
		{"another suffix", "application/cloudevents+avro", neither},
		{"JSON without type", "json", neither},
		{"JSON suffix and nothing before it", "application/+json", json},
		{"letters before json", "application/xjson", neither},
		{"letters behind json", "application/jsonx", neither},
		{"letters behind the JSON suffix", "application/geo+jsonx", neither},
		{"JSON suffix first", "application/json+zip", neither},
		{"JSON with a long s, which folds to s", "application/j\u017Fon", neither},
		{"JSON-like binary", "application/bson", neither},
		{"JSON with a hyphen", "application/geo-json", neither},
		{"JSON in a parameter", "application/x;type=application/json", neither},
		{"JSON suffix in a parameter", "application/x;a+json", neither},
		{"JSON behind a second slash", "application/x/json", neither},
		{"letters before xml", "application/xxml", neither},
		{"XML suffix first", "application/xml+zip", neither},
		{"letters behind text", "texts/plain", neither},
		{"text as subtype", "application/text", neither},
		{"text in a parameter", "application/x;a=text/plain", neither},
		{"JavaScript under another type", "image/javascript", neither},
		{"form without its x", "application/www-form-urlencoded", neither},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mediatype.IsJSON(c.in); got != (c.kind == json) {
				t.Errorf("IsJSON(%q) = %v", c.in, got)
			}
			if got := mediatype.IsText(c.in); got != (c.kind == text) {
				t.Errorf("IsText(%q) = %v", c.in, got)
			}
		})
	}
}

func TestTextJSONIsJSON(t *testing.T) {
	for _, in := range []string{"text/json", "text/json; charset=utf-8", "text/x+json"} {
		if !mediatype.IsJSON(in) {
			t.Errorf("IsJSON(%q) = false", in)
		}
	}
}

func TestIsUTF8(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"no parameters", "text/plain", true},
		{"another parameter", "text/plain; format=flowed", true},
		{"UTF-8", "text/plain; charset=utf-8", true},
		{"UTF-8 in upper case", "text/plain;CHARSET=UTF-8", true},
		{"UTF-8 quoted", `text/plain; charset="utf-8"`, true},
		{"UTF-8 without hyphen", "text/plain; charset=utf8", true},
		{"US-ASCII", "text/plain; charset=us-ascii", true},
		{"ASCII", "text/plain; charset=ASCII", true},
		{"behind another parameter", "text/plain; format=flowed; charset=utf-8", true},
		{"first of two", "text/plain; charset=utf-8; charset=utf-16", true},
		{"in a quoted value", `text/plain; a="; charset=utf-16"`, true},
		{"another name", "text/plain; xcharset=utf-16", true},

		{"UTF-16", "text/plain; charset=utf-16", false},
		{"Latin-1", "text/plain; charset=iso-8859-1", false},
		{"Latin-1 quoted", `text/plain; charset="iso-8859-1"`, false},
		{"first of two is another", "text/plain; charset=utf-16; charset=utf-8", false},
		{"longer name", "text/plain; charset=utf-8x", false},
		{"shorter name", "text/plain; charset=utf", false},
		{"empty", "text/plain; charset=", false},
		{"behind a quoted value", `text/plain; a="b\";c"; charset=utf-16`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mediatype.IsUTF8(c.in); got != c.want {
				t.Errorf("IsUTF8(%q) = %v", c.in, got)
			}
		})
	}
}

func TestFitsCharset(t *testing.T) {
	for _, c := range []struct {
		contentType, text string
		want              bool
	}{
		{"text/plain", "ü", true}, {"text/plain; charset=utf-8", "ü", true},
		{"text/plain; charset=us-ascii", "u\x7f", true}, {"text/plain; charset=us-ascii", "aü", false}, {"text/plain; charset=US-ASCII", "u\u0080", false},
		{"text/plain; charset=utf-16", "u", false}, {"text/plain; charset=us-ascii", "", true},
	} {
		if got := mediatype.FitsCharset(c.contentType, []byte(c.text)); got != c.want {
			t.Errorf("%s: %q: %v", c.contentType, c.text, got)
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	for _, in := range []string{
		"application/json", "Application/Geo+JSON ; charset=utf-8", "text/plain; a=b; Charset=iso-8859-1", "application/octet-stream", "",
	} {
		for name, f := range map[string]func(){
			"Essence":   func() { mediatype.Essence(in) },
			"Is":        func() { mediatype.Is(in, "application/cloudevents+json") },
			"IsJSON":    func() { mediatype.IsJSON(in) },
			"IsText":    func() { mediatype.IsText(in) },
			"IsUTF8":    func() { mediatype.IsUTF8(in) },
			"Parameter": func() { mediatype.Parameter(in, "charset") },
		} {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s(%q): %v allocations", name, in, n)
			}
		}
	}
}

func BenchmarkIsJSON(b *testing.B) {
	for name, in := range map[string]string{"plain": "application/json", "suffix": "application/vnd.x+json; charset=utf-8", "other": "text/plain"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				mediatype.IsJSON(in)
			}
		})
	}
}

func BenchmarkIsText(b *testing.B) {
	for name, in := range map[string]string{"text": "text/plain", "form": "application/x-www-form-urlencoded", "other": "application/octet-stream"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				mediatype.IsText(in)
			}
		})
	}
}

func BenchmarkIsUTF8(b *testing.B) {
	for name, in := range map[string]string{"none": "text/plain", "bare": "text/plain; charset=utf-8", "quoted": `text/plain; charset="utf-8"`} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				mediatype.IsUTF8(in)
			}
		})
	}
}
