package finding

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// remedy is advice that can be followed by a program.
type remedy struct {
	text    string
	edits   []Edit
	example bool
}

// maxValue limits the values that are corrected, in bytes.
const maxValue = 16 << 10

// prescribe sets the advice of f, which describes err. It is the first remedy that heals, or
// else advice in words.
func (d *doctor) prescribe(err error, f *Finding) {
	offset := -1
	var syntax *cloudevents.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	if foreign(d.u) != nil && !errors.Is(err, cehttp.ErrContentEncoding) {
		f.Advice = advice(err, f, d.u) // in words, because edits are those of JSON
		return
	}
	if f.Rule == "json" {
		if d.explain(err, f, offset) {
			return
		}
	} else {
		for _, r := range d.remedies(err, f, offset) {
			if len(r.edits) > 0 && d.heals(err, r.edits) {
				d.take(f, r)
				return
			}
		}
	}
	f.Advice = advice(err, f, d.u)
}

// take gives f a remedy.
func (d *doctor) take(f *Finding, r remedy) {
	f.Advice, f.Edits, f.Example = r.text, r.edits, r.example
	for i := range f.Edits {
		if e := &f.Edits[i]; e.Offset != nil {
			*e.Offset += d.u.Offset
			if d.u.InBody {
				e.In = inBody
			}
		}
	}
}

// remedies returns what may help against err, the best first. None of them was tried.
func (d *doctor) remedies(err error, f *Finding, offset int) []remedy {
	a := d.at(f, offset)
	if a != nil && a.end-a.value+len(a.raw) > maxValue && !errors.Is(err, validation.ErrData) {
		return nil
	}
	switch {
	case errors.Is(err, validation.ErrMissing):
		return d.forMissing(f, a)
	case errors.Is(err, cloudevents.ErrNotCloudEvent), errors.Is(err, format.ErrUnknown):
		return d.forUndeclared()
	case errors.Is(err, cehttp.ErrContentEncoding):
		return d.forCoding()
	case errors.Is(err, validation.ErrData):
		return d.forData(err)
	case a == nil && !d.header && errors.Is(err, validation.ErrCharacter):
		return d.forLatin1()
	case a == nil:
		return nil
	case errors.Is(err, validation.ErrName):
		return d.forName(a)
	case errors.Is(err, validation.ErrCharacter):
		return d.forCharacter(a)
	case errors.Is(err, validation.ErrDuplicate):
		return d.forDuplicate(f, a)
	case errors.Is(err, validation.ErrSyntax), errors.Is(err, validation.ErrRange):
		return append(d.forValue(f, a), d.leaveOut(a, "")...)
	case errors.Is(err, validation.ErrType):
		if a.name == spec.SpecVersion {
			return d.forVersion(a)
		}
		return append(d.forType(a), d.leaveOut(a, "an attribute is no object and no array: move it to data, or leave it out")...)
	case errors.Is(err, validation.ErrVersion):
		return d.forVersion(a)
	}
	return nil
}

// write is a remedy that gives an attribute another value. The format has a verb for the
// attribute as it is then.
func (d *doctor) write(format string, a *attribute, text string) remedy {
	e, as := d.set(a, text)
	return remedy{text: fmt.Sprintf(format, excerpt.Cut(as, 128)), edits: []Edit{e}}
}

// leaveOut is the last resort for an attribute that need not be there.
func (d *doctor) leaveOut(a *attribute, text string) []remedy {
	if isRequired(a.name) {
		return nil
	}
	if text == "" {
		text = "correct it, or leave the attribute out: it need not be there"
		if t, ok := spec.V1.Attribute(a.name); ok && t.Type == spec.Timestamp {
			text = "write an RFC 3339 date-time that exists, with seconds and offset, as in 2026-01-02T15:04:05Z, or leave it out"
		} else if ok && a.name == spec.DataContentType {
			text = "write a media type, as in application/json, or text/plain; charset=utf-8, or leave it out"
		} else if ok && t.Type == spec.URI {
			text = "write a URI as in RFC 3986, which begins with a scheme, or leave it out"
		}
	}
	return []remedy{{text: text, edits: []Edit{d.remove(a)}}}
}

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

// misspelt returns the attribute whose name is a misspelling of name, or nil.
func (d *doctor) misspelt(name string) *attribute {
	all := d.attributes()
	for i := range all {
		if all[i].name != name && coreName(all[i].name) == name {
			return &all[i]
		}
	}
	return nil
}

// forMisspelt calls a by its right name, in the place of one that is empty.
func (d *doctor) forMisspelt(a *attribute, name string, empty *attribute) (all []remedy) {
	text := fmt.Sprintf("call %.64q %s: that is its name", d.spelling(a), d.asName(name))
	var edits []Edit
	if empty != nil {
		edits = append(edits, d.remove(empty))
	}
	all = append(all, remedy{text: text, edits: append(edits, d.rename(a, name))})
	if name == spec.SpecVersion {
		text = fmt.Sprintf("write %s in the place of %.64q, and the other attributes of version 1.0", d.asName(name)+` "1.0"`, d.spelling(a))
		if d.header {
			return append(all, remedy{text: text, edits: []Edit{removeHeader(a.key), setHeader("ce-specversion", "1.0")}})
		}
		return append(all, remedy{text: text, edits: append(edits, d.rename(a, name), replace(a.value, a.end, `"1.0"`))})
	}
	return all
}

// spelling returns the name of an attribute as the input has it.
func (d *doctor) spelling(a *attribute) string {
	if d.header {
		return strings.ToLower(a.key)
	}
	return a.name
}

// asName returns a name as the input would have it.
func (d *doctor) asName(name string) string {
	switch {
	case d.header && name == spec.DataContentType:
		return `"Content-Type"`
	case d.header:
		name = "ce-" + name
	}
	return strconv.Quote(name)
}

// forLatin1 is about a document that is not UTF-8.
func (d *doctor) forLatin1() []remedy {
	b := d.u.Body
	if len(b) > maxRewritten || utf8.Valid(b) {
		return nil
	}
	return []remedy{{text: "write the text in UTF-8; if it is in ISO 8859-1, convert it", edits: []Edit{replace(0, len(b), latin1(string(b)))}}}
}

func (d *doctor) forName(a *attribute) (all []remedy) {
	core, legal := coreName(a.name), legalName(a.name)
	if d.header && (core == spec.Data || core == spec.DataBase64) {
		return []remedy{{text: "leave the header out: the data is the body", edits: []Edit{removeHeader(a.key)}}}
	}
	if d.header && core == spec.DataContentType && d.named(core) != nil {
		all = append(all, remedy{text: "leave the header out: the content type of the data is the header Content-Type", edits: []Edit{removeHeader(a.key)}})
	}
	if core != "" && core != a.name {
		all = append(all, d.forMisspeltOrSame(a, core)...)
	}
	if legal != "" && legal != core && legal != a.name {
		all = append(all, d.forMisspeltOrSame(a, legal)...)
	}
	if legal != "" && legal[0] >= '0' && legal[0] <= '9' { // version 0.3
		all = append(all, remedy{text: fmt.Sprintf("begin the name with a letter: %s", d.asName("x"+legal)), edits: []Edit{d.rename(a, "x"+legal)}})
	}
	return append(all, d.leaveOut(a, "give it a name of lower-case letters and digits, or leave it out")...)
}

// forMisspeltOrSame calls a by a legal name, if that is not taken.
func (d *doctor) forMisspeltOrSame(a *attribute, name string) []remedy {
	there := d.named(name)
	switch {
	case there == nil && coreName(name) == name:
		return d.forMisspelt(a, name, nil)
	case there == nil:
		return []remedy{{text: fmt.Sprintf("call it %s: names have lower-case letters and digits only", d.asName(name)), edits: []Edit{d.rename(a, name)}}}
	case d.same(a, there):
		return []remedy{{text: fmt.Sprintf("leave it out: %s is there, with the same value", d.asName(name)), edits: []Edit{d.remove(a)}}}
	}
	if coreName(name) == name {
		return nil // its plain form, or a name of its own, comes next
	}
	for n := 2; n < 10; n++ {
		free := name + strconv.Itoa(n)
		if d.named(free) == nil {
			text := fmt.Sprintf("leave it out, or call it otherwise, such as %s: %s is there, with another value", d.asName(free), d.asName(name))
			return []remedy{{text: text, edits: []Edit{d.rename(a, free)}}}
		}
	}
	return nil
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
		return []remedy{{text: "close the quote, or percent-encode it: " + a.key + ": " + excerpt.Cut(value, 64), edits: []Edit{setHeader(a.key, value)}}}
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

func (d *doctor) forDuplicate(f *Finding, a *attribute) (all []remedy) {
	if d.header {
		return d.forDuplicateHeader(f, a)
	}
	name := a.name
	var edits []Edit
	var first *attribute
	same := true
	for i := range d.attributes() {
		switch b := &d.all[i]; {
		case b.name != name:
		case first == nil:
			first = b
		default:
			same = same && d.same(first, b)
			edits = append(edits, d.remove(b))
		}
	}
	text := "leave one of them out: receivers differ in which one they take"
	if same {
		text = "leave one of them out: they have the same value"
	}
	return []remedy{{text: text, edits: edits}}
}

func (d *doctor) forDuplicateHeader(f *Finding, a *attribute) (all []remedy) {
	text := "leave one of them out: receivers differ in which one they take"
	if f.Attribute == spec.DataContentType {
		prefixed, contentTypes := "", []string(nil)
		for i := range d.attributes() {
			switch b := &d.all[i]; {
			case b.name != spec.DataContentType:
			case b.hasPrefix():
				prefixed = b.key
			default:
				contentTypes = append(contentTypes, b.raw)
			}
		}
		var edits []Edit
		if prefixed != "" {
			text = "leave ce-datacontenttype out: in binary mode Content-Type is datacontenttype"
			edits = append(edits, removeHeader(prefixed))
			if len(contentTypes) == 0 {
				text = "send it as the header Content-Type: in binary mode that is datacontenttype"
				edits = append(edits, setHeader("Content-Type", a.raw))
			} else {
				all = append(all, remedy{text: text, edits: edits})
			}
		}
		if len(contentTypes) > 1 {
			text = "send one Content-Type: proxies and frameworks may have added theirs"
			for _, value := range contentTypes[:2] {
				all = append(all, remedy{text: text, edits: append(slices.Clone(edits), setHeader("Content-Type", value))})
			}
		}
		return append(all, remedy{text: text, edits: edits})
	}
	tried := 0
	for i := range d.attributes() {
		if b := &d.all[i]; b.name == a.name && tried < 4 {
			tried++
			all = append(all, remedy{text: text, edits: []Edit{setHeader(b.key, b.raw)}})
		}
	}
	return all
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

func (d *doctor) forData(err error) (all []remedy) {
	data, encoded := d.named(spec.Data), d.named(spec.DataBase64)
	if d.header {
		return nil
	}
	if errors.Is(err, validation.ErrDataTwice) && data != nil && encoded != nil {
		text := "leave data or data_base64 out: text and JSON go into data, everything else into data_base64"
		return []remedy{{text: text, edits: []Edit{d.remove(encoded)}}, {text: text, edits: []Edit{d.remove(data)}}}
	}
	if encoded != nil {
		return d.forBase64(encoded)
	}
	if data == nil {
		return nil
	}
	token := d.token(data)
	contentType := d.named(spec.DataContentType)
	asJSON := func() {
		if contentType != nil {
			all = append(all, d.write("data is JSON, so say that: %s", contentType, "application/json"))
		}
	}
	switch {
	case errors.Is(err, validation.ErrDataCharset) && contentType != nil:
		text, _ := d.text(contentType)
		all = append(all, d.write("a JSON string is Unicode, and its bytes are UTF-8: say so with %s", contentType, mediatype.Essence(text)+"; charset=utf-8"))
	case errors.Is(err, validation.ErrDataString) && token[0] == 'n':
		all = append(all, remedy{text: "leave data out, if there is none; a JSON null is data of its own, under a JSON media type", edits: []Edit{d.remove(data)}})
	case errors.Is(err, validation.ErrDataString):
		if asJSON(); token[0] != '{' && token[0] != '[' {
			all = append([]remedy{d.write("write the text as a JSON string: %s", data, string(token))}, all...)
		}
	default: // version 0.3
		if encoding := d.named(spec.DataContentEncoding); encoding != nil {
			if text, ok := d.text(data); ok {
				if repaired, ok := repairBase64(text); ok {
					all = append(all, remedy{text: "write the data as standard base64, with padding and without line breaks", edits: []Edit{replace(data.value, data.end, quoted(repaired))}})
				}
			}
			all = append(all, remedy{text: "leave datacontentencoding out: the data is no base64", edits: []Edit{d.remove(encoding)}})
		}
		asJSON()
	}
	return all
}

func (d *doctor) forBase64(a *attribute) (all []remedy) {
	if text, ok := d.text(a); ok {
		if repaired, ok := repairBase64(text); ok {
			all = append(all, remedy{text: "write it as standard base64, with padding and without line breaks", edits: []Edit{replace(a.value, a.end, quoted(repaired))}})
		}
	}
	text := "encode the data as base64, or, if it is text or JSON, call the member data"
	return append(all, remedy{text: text, edits: []Edit{d.rename(a, spec.Data)}})
}

// forUndeclared is about a message that does not say that it is an event, or in which format.
func (d *doctor) forUndeclared() (all []remedy) {
	m := d.u.Message
	if m == nil {
		return nil
	}
	start := bytes.TrimLeft(bytes.TrimPrefix(m.Body, []byte("\uFEFF")), " \t\r\n")
	for _, c := range [...]struct{ prefix, mediaType string }{{"{", spec.MediaTypeJSON}, {"[", spec.BatchMediaTypeJSON}} {
		if bytes.HasPrefix(start, []byte(c.prefix)) && bytes.Contains(m.Body, []byte(`"specversion"`)) {
			all = append(all, remedy{text: "the body looks like JSON events: say so with Content-Type: " + c.mediaType, edits: []Edit{setHeader("Content-Type", c.mediaType)}})
		}
	}
	var edits []Edit
	var first string
	for _, prefix := range [...]string{"ce_", "cloudEvents_", "cloudEvents:", "cloudEvents-", "X-CE-", "X-CloudEvents-"} {
		for _, key := range sortedKeys(m.Header) {
			if name, ok := ascii.CutPrefixFold(key, prefix); ok && name != "" {
				if first == "" {
					first = key
				}
				edits = append(edits, renameHeader(key, "ce-"+strings.ToLower(name)))
			}
		}
	}
	if edits != nil {
		text := fmt.Sprintf("in HTTP the headers of attributes begin with ce-: call %.64q %.64q, and the others like that", first, edits[0].To)
		all = append(all, remedy{text: text, edits: edits})
		if core := d.foreignContentType(); core != "" { // the binding of the prefix may have it
			all = append(all, remedy{text: text, edits: append(slices.Clone(edits), removeHeader("ce-datacontenttype"))})
		}
	}
	if len(keysOf(m.Header, "ce-specversion")) > 0 && len(keysOf(m.Header, "Content-Type")) > 0 {
		dataType := "application/octet-stream"
		if end, f := jsonscan.Value(start, 0, cloudevents.DefaultMaxDepth); f == jsonscan.None && jsonscan.Space(start, end) == len(start) {
			dataType = "application/json"
		}
		all = append(all, remedy{text: "the attributes are in ce- headers, so Content-Type is that of the data: " + dataType, edits: []Edit{setHeader("Content-Type", dataType)}})
	}
	return all
}

func (d *doctor) foreignContentType() string {
	for _, key := range keysOf(d.u.Message.Header, "ce-datacontenttype") {
		return key
	}
	return ""
}

func sortedKeys(h http.Header) []string {
	keys := make([]string, 0, len(h))
	for key := range h {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// forCoding is about a Content-Encoding.
func (d *doctor) forCoding() (all []remedy) {
	m := d.u.Message
	if m == nil {
		return nil
	}
	if text, ok := inflated(m.Body); ok && m.Header != nil && strings.EqualFold(m.Get("Content-Encoding"), "gzip") {
		body := replace(0, len(m.Body), text)
		all = append(all, remedy{text: "send the body as it is, without gzip and Content-Encoding", edits: []Edit{removeHeader("Content-Encoding"), body}})
	}
	if utf8.Valid(m.Body) {
		all = append(all, remedy{text: "leave Content-Encoding out: the body is not coded", edits: []Edit{removeHeader("Content-Encoding")}})
	}
	return all
}
