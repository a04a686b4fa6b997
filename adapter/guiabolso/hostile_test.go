package guiabolso_test

import (
	"strings"
	"testing"
)

// Whatever a stranger sends is refused or converted at a cost that grows with its size, and
// errors are short.
func TestHostileMessages(t *testing.T) {
	const n = 50_000
	long := strings.Repeat("x", 1<<20)
	member := func(name, value string) string {
		if name == "payload" {
			return envelope(`,"payload":` + value)
		}
		return strings.Replace(envelope(""), `"`+name+`":`, `"`+name+`":`+value+`,"was`+name+`":`, 1)
	}
	for name, document := range map[string]string{
		"nothing":                   "",
		"null":                      "null",
		"deep arrays":               envelope(`,"x":` + strings.Repeat("[", n) + strings.Repeat("]", n)),
		"deep objects":              envelope(`,"x":` + strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n)),
		"arrays that do not end":    strings.Repeat("[", n),
		"objects that do not end":   strings.Repeat(`{"a":`, n),
		"a long version":            member("version", strings.Repeat("1", 1<<20)),
		"a long fraction":           member("version", "1."+strings.Repeat("0", 1<<20)),
		"a long exponent":           member("version", "1e"+strings.Repeat("9", 1<<20)),
		"a version that is text":    member("version", `"`+long+`"`),
		"a long name":               member("name", `"`+long+`"`),
		"a long id":                 member("id", `"`+long+`"`),
		"a name of escapes":         member("name", `"`+strings.Repeat(`\u0000`, 1<<17)+`"`),
		"a name of surrogates":      member("name", `"`+strings.Repeat(`\ud800`, 1<<17)+`"`),
		"null for a name":           member("name", "null"),
		"an object for a name":      member("name", "{"+strings.Repeat(`"a":{},`, n)+`"b":1}`),
		"a member twice":            envelope(`,"` + long + `":1,"` + long + `":2`),
		"members twice":             envelope("," + strings.Repeat(`"a":1,`, n) + `"a":2`),
		"members with escapes":      envelope("," + strings.Repeat(`"\u0061":1,`, n) + `"a":2`),
		"null for objects":          envelope(`,"identity":null,"auth":null,"metadata":null`),
		"an array for an object":    envelope(`,"identity":` + "[" + strings.Repeat("1,", n) + "1]"),
		"metadata of null":          envelope(`,"metadata":{"origin":null,"timestamp":null,"cloudevents":null}`),
		"metadata of arrays":        envelope(`,"metadata":{"origin":[],"timestamp":[],"cloudevents":[]}`),
		"attributes of null":        envelope(`,"metadata":{"cloudevents":{"source":null,"time":null,"x":null}}`),
		"attributes that are long":  envelope(`,"metadata":{"cloudevents":{"subject":"` + long + `","` + long + `":"1"}}`),
		"attributes twice":          envelope(`,"metadata":{"cloudevents":{` + strings.Repeat(`"x":1,`, n) + `"x":1}}`),
		"attributes without number": envelope(`,"metadata":{"cloudevents":{` + numbered(n, `"X%d":"\u0000"`) + `}}`),
		"a long origin":             envelope(`,"metadata":{"origin":"` + strings.Repeat("\u0085", 1<<18) + `"}`),
		"an origin of escapes":      envelope(`,"metadata":{"origin":"` + strings.Repeat(`\u0085`, 1<<17) + `"}`),
		"a long timestamp":          envelope(`,"metadata":{"timestamp":` + strings.Repeat("9", 1<<20) + `}`),
		"invalid UTF-8":             envelope(`,"x":"` + strings.Repeat("\xff", 1<<20) + `"`),
		"a name of invalid UTF-8":   envelope(`,"` + strings.Repeat("\xff", 1<<20) + `":1`),
		"bytes behind it":           envelope("") + long,
		"white space":               strings.Repeat(" ", 1<<20) + envelope("") + strings.Repeat("\n", 1<<20),
		"controls in others":        envelope(`,"x":"` + strings.Repeat("\u007f", 1<<19) + `"`),
		"others that are enormous":  envelope("," + numbered(n, `"x%d":{"a":[null,"\u0000",{}]}`)),
		"payload of a long number":  member("payload", strings.Repeat("7", 1<<20)),
		"payload that is malformed": envelope(`,"payload":{"a":` + strings.Repeat("-", 1<<20) + "}"),
	} {
		t.Run(name, func(t *testing.T) {
			b := []byte(document)
			cost, err := costOfReading(b)
			// A character that an attribute must not have becomes six bytes.
			if most := 24*len(b) + 64<<10; cost > uint64(most) {
				t.Errorf("%.1f bytes are allocated for each of %d", float64(cost)/float64(len(b)), len(b))
			}
			if err != nil && len(err.Error()) > 256 {
				t.Errorf("an error of %d bytes: %.300s", len(err.Error()), err)
			}
		})
	}
}
