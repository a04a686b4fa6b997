package finding

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/spec"
)

var examples = [...]struct{ name, value, why string }{
	{spec.ID, "A-1", "unique within the source"},
	{spec.Source, "/orders", "a URI-reference that says where it happened"},
	{spec.SpecVersion, "1.0", "this is what tells versions apart"},
	{spec.EventType, "com.example.order.placed", "what happened, best with a reversed domain name in front"},
}

func (d *doctor) forMissing(f *Finding, a *attribute) (all []remedy) {
	if a == nil {
		a = d.named(f.Attribute) // a null
	}
	for _, m := range examples {
		if m.name != f.Attribute {
			continue
		}
		if m.name == spec.SpecVersion && d.u.Version != nil {
			m.value = d.u.Version.String()
		}
		if misspelt := d.misspelt(m.name); misspelt != nil {
			all = append(all, d.forMisspelt(misspelt, m.name, a)...)
		}
		if a != nil {
			if m.name == spec.SpecVersion {
				return append(all, d.write("write %s ("+m.why+")", a, m.value))
			}
			r := d.write("write %s, with a value of your own ("+m.why+")", a, m.value)
			r.example = true
			return append(all, r)
		}
		e, as := d.add(m.name, m.value)
		what := "add "
		if d.header {
			what = "add the header "
		}
		return append(all, remedy{what + as + " (" + m.why + ")", []Edit{e}, m.name != spec.SpecVersion})
	}
	if a == nil {
		return nil
	}
	return d.leaveOut(a, "leave the attribute out: an optional one is absent or has a value")
}

// forLatin1 is about a document that is not UTF-8.
func (d *doctor) forLatin1() []remedy {
	b := d.u.Body
	if len(b) > maxRewritten || utf8.Valid(b) {
		return nil
	}
	return []remedy{{text: "write the text in UTF-8; if it is in ISO 8859-1, convert it", edits: []Edit{replace(0, len(b), latin1(string(b)))}}}
}

func (d *doctor) forCharacter(a *attribute) (all []remedy) {
	text, ok := d.text(a)
	switch {
	case ok:
	case d.header: // it is not UTF-8
		raw := unescaped(strings.NewReplacer(`"`, "").Replace(a.raw))
		all = append(all, d.write("write the characters in UTF-8, percent-encoded; if the value is in ISO 8859-1, it is %s", a, latin1(raw)))
		text = strings.ToValidUTF8(raw, "")
	default: // half a surrogate pair
		token := d.token(a)
		if token[0] != '"' {
			break
		}
		token = bytes.Clone(token[1 : len(token)-1])
		for {
			b, at, f := jsonscan.AppendUnquoted(nil, token)
			if f == jsonscan.None || at+6 > len(token) {
				text = strings.ReplaceAll(string(b), string(utf8.RuneError), "")
				break
			}
			copy(token[at:at+6], `\ufffd`)
		}
	}
	if clean := withoutControls(text); clean != "" {
		all = append(all, d.write("leave out the characters that no String has: %s; arbitrary bytes belong in data", a, clean))
	}
	for _, m := range examples {
		if m.name == a.name {
			r := d.write("write %s, with a value of your own ("+m.why+")", a, m.value)
			r.example = true
			all = append(all, r)
		}
	}
	return append(all, d.leaveOut(a, "write text without control characters, or leave it out; arbitrary bytes belong in data")...)
}

// unescaped undoes the percent-encoding of a header, whatever comes out.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && ascii.Unhex[s[i+1]]|ascii.Unhex[s[i+2]] < 16 {
			b.WriteByte(ascii.Unhex[s[i+1]]<<4 | ascii.Unhex[s[i+2]])
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// forValue is about a value that is malformed or out of range.
func (d *doctor) forValue(f *Finding, a *attribute) (all []remedy) {
	if d.header && f.Section == spec.SectionHTTPHeaderValues {
		value := strings.ReplaceAll(a.raw, `"`, "%22")
		return []remedy{{text: "close the quote, or percent-encode it: " + a.key + ": " + excerpt.Cut(value, excerpt.Size), edits: []Edit{setHeader(a.key, value)}}}
	}
	text, ok := d.text(a)
	if !ok {
		if d.header {
			return nil
		}
		text = string(d.token(a)) // a number
		whole, fraction, _ := strings.Cut(text, ".")
		if strings.Trim(fraction, "0") == "" && whole != text {
			all = append(all, remedy{text: "write a whole number: " + whole, edits: []Edit{replace(a.value, a.end, whole)}})
		}
		return append(all, d.write("write a whole number from -2147483648 to 2147483647, or a string: %s", a, text))
	}
	switch t := typeOf(a.name); {
	case t == spec.Timestamp:
		switch repaired, assumed := repairTime(text); {
		case repaired == "":
		case assumed:
			all = append(all, d.write("write date, time and offset as in RFC 3339; if it is in UTC: %s", a, repaired))
		default:
			all = append(all, d.write("write it as RFC 3339 has it, with seconds and offset: %s", a, repaired))
		}
	case a.name == spec.DataContentType:
		if repaired := repairMediaType(text); repaired != "" {
			all = append(all, d.write("write one media type: %s", a, repaired))
		}
	case t == spec.URI || t == spec.URIReference:
		said := "write a URI as in RFC 3986, other characters percent-encoded: %s"
		if d.header {
			said = "percent-encode what no URI has, and then % as %25, because a header is decoded once: %s"
			said = strings.NewReplacer("% as", "%% as", "%25", "%%25").Replace(said)
		}
		for _, more := range [...]string{"", "[]", "[]#", "[]#:"} {
			if legal := escapeURI(text, more); legal != text {
				all = append(all, d.write(said, a, legal))
			}
		}
		if a.name == spec.Source {
			r := d.write("write a URI-reference as in RFC 3986, such as %s", a, "/orders")
			r.example = true
			all = append(all, r)
		}
	}
	return all
}

func (d *doctor) forType(a *attribute) (all []remedy) {
	if d.header {
		return nil
	}
	token := d.token(a)
	var compact bytes.Buffer
	if token[0] != '{' && token[0] != '[' {
		compact.Write(token)
	} else if len(token) > 1024 {
		return nil
	} else if err := json.Compact(&compact, token); err != nil {
		return nil
	}
	if a.name == spec.Time {
		if repaired, _ := repairTime(string(token)); repaired != "" {
			return append(all, d.write("write the time as RFC 3339 has it: %s", a, repaired))
		}
	}
	return append(all, d.write("write the value as a JSON string: %s", a, compact.String()))
}

func (d *doctor) forVersion(a *attribute) (all []remedy) {
	if d.u.Version != nil {
		return []remedy{d.write("write %s, as the other events of the batch; a patch level is not part of it", a, d.u.Version.String())}
	}
	for _, version := range [...]string{"1.0", "0.3"} {
		all = append(all, d.write("write %s; a patch level is not part of it", a, version))
	}
	return all
}
