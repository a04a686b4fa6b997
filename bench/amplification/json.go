package main

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// required are the required attributes of a JSON event.
const required = `"specversion":"1.0","id":"1","source":"/s","type":"t"`

// repeated returns a document of about n bytes: head, as many parts as there is room for,
// divided by commas, and tail. The number of parts is at most most, unless that is 0.
func repeated(n, most int, head string, part func(i int) string, tail string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; most == 0 || i < most; i++ {
		text := part(i)
		if i > 0 && b.Len()+len(text)+len(tail) >= n {
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(text)
	}
	b.WriteString(tail)
	return b.String()
}

// same is a part that is the same each time.
func same(text string) func(int) string { return func(int) string { return text } }

// name returns the short name of extension i, in an order that is not sorted.
func name(i int) string {
	return "x" + strconv.FormatInt(int64(i*7919%10007), 36)
}

// filled returns head, text as often as there is room for, and tail.
func filled(n int, head, text, tail string) string {
	return head + strings.Repeat(text, max(1, (n-len(head)-len(tail))/len(text))) + tail
}

// jsonTexts are documents with one event.
var jsonTexts = []struct {
	name string
	text func(n int) string
}{
	{"one bad name, all the time", func(n int) string { return repeated(n, 0, "{", same(`"A":1`), "}") }},
	{"one bad name 996 times", func(n int) string { return repeated(n, 996, "{"+required+",", same(`"A":1`), "}") }},
	{"empty names", func(n int) string { return repeated(n, 996, "{"+required+",", same(`"":1`), "}") }},
	{"bad names that differ", func(n int) string {
		return repeated(n, 996, "{"+required+",", func(i int) string { return `"` + strings.ToUpper(name(i)) + `":1` }, "}")
	}},
	{"one long bad name", func(n int) string { return filled(n, "{"+required+`,"`, "A", `":1}`) }},
	{"names with escapes", func(n int) string {
		return repeated(n, 996, "{"+required+",", func(i int) string { return `"\u0061` + name(i) + `":1` }, "}")
	}},
	{"bad numbers", func(n int) string {
		return repeated(n, 996, "{"+required+",", func(i int) string { return `"` + name(i) + `":1.5` }, "}")
	}},
	{"nulls", func(n int) string {
		return repeated(n, 996, "{"+required+",", func(i int) string { return `"` + name(i) + `":null` }, "}")
	}},
	{"objects as extensions", func(n int) string {
		return repeated(n, 996, "{"+required+",", func(i int) string { return `"` + name(i) + `":{}` }, "}")
	}},
	{"one extension, all the time", func(n int) string { return repeated(n, 0, "{"+required+",", same(`"a":1`), "}") }},
	{"17 extensions", func(n int) string {
		return repeated(n, 17, "{"+required+",", func(i int) string { return `"` + name(i) + `":1` }, "") +
			`,"data":"` + strings.Repeat("d", max(0, n-300)) + `"}`
	}},
	{"996 extensions", func(n int) string {
		return repeated(n, 996, "{"+required+",", func(i int) string { return `"` + name(i) + `":1` }, "}")
	}},
	{"extensions without end", func(n int) string {
		return repeated(n, 0, "{"+required+",", func(i int) string { return `"y` + strconv.FormatInt(int64(i), 36) + `":1` }, "}")
	}},
	{"extensions that are strings", func(n int) string {
		return repeated(n, 996, "{"+required+",", func(i int) string { return `"` + name(i) + `":""` }, "}")
	}},
	{"one attribute of the core, all the time", func(n int) string { return repeated(n, 0, "{", same(`"id":1`), "}") }},
	{"all attributes of the core are wrong", func(n int) string {
		return filled(n, `{"specversion":9,"id":"","source":"","type":"","datacontenttype":"","dataschema":"","subject":"","time":"","a":"`, "a", `"}`)
	}},
	{"nesting", func(n int) string {
		deep := max(1, min(1024, (n-len(required)-12)/2))
		return "{" + required + `,"data":` + strings.Repeat("[", deep) + strings.Repeat("]", deep) + strings.Repeat(" ", max(0, n-2*deep-len(required)-12)) + "}"
	}},
	{"nesting without end", func(n int) string { return filled(n, "{"+required+`,"data":`, "[", "") }},
	{"nesting in an extension", func(n int) string { return filled(n, "{"+required+`,"a":`, `{"":`, "") }},
	{"array of numbers", func(n int) string { return repeated(n, 0, "{"+required+`,"data":[`, same("0"), "]}") }},
	{"data of escapes", func(n int) string {
		return filled(n, "{"+required+`,"datacontenttype":"text/plain","data":"`, `\u0041`, `"}`)
	}},
	{"data of short escapes", func(n int) string {
		return filled(n, "{"+required+`,"datacontenttype":"text/plain","data":"`, `\n`, `"}`)
	}},
	{"data of escapes for three bytes", func(n int) string {
		return filled(n, "{"+required+`,"datacontenttype":"text/plain","data":"`, `\uffee`, `"}`)
	}},
	{"subject of escapes", func(n int) string { return filled(n, "{"+required+`,"subject":"`, `\u0041`, `"}`) }},
	{"long subject", func(n int) string { return filled(n, "{"+required+`,"subject":"`, `s`, `"}`) }},
	{"long source that is none", func(n int) string {
		return filled(n, `{"specversion":"1.0","id":"1","type":"t","source":"`, `%`, `"}`)
	}},
	{"long time that is none", func(n int) string { return filled(n, "{"+required+`,"time":"`, "1", `"}`) }},
	{"long media type that is none", func(n int) string { return filled(n, "{"+required+`,"datacontenttype":"a/b`, `;a=b`, `;","data":""}`) }},
	{"text data of JSON type", func(n int) string { return filled(n, "{"+required+`,"data":"`, "d", `"}`) }},
	{"base64", func(n int) string {
		return "{" + required + `,"data_base64":"` + base64.StdEncoding.EncodeToString(make([]byte, max(3, (n-100)*3/4))) + `"}`
	}},
	{"base64 with escapes", func(n int) string {
		return filled(n, "{"+required+`,"data_base64":"`, `\u0041\u0041\u0041\u0041`, `"}`)
	}},
	{"base64 that is none", func(n int) string { return filled(n, "{"+required+`,"data_base64":"`, `AAAA`, `?"}`) }},
	{"invalid UTF-8 at the end", func(n int) string {
		return filled(n, "{"+required+`,"subject":"`, "ü", "\xff\"}")
	}},
	{"no end", func(n int) string { return filled(n, "{"+required+`,"subject":"`, "s", "") }},
	{"bytes behind the end", func(n int) string { return filled(n, "{"+required+"}", "}", "") }},
	{"spaces", func(n int) string { return filled(n, "{", " ", "") }},
	{"no JSON", func(n int) string { return filled(n, "", "x", "") }},
}

// batchTexts are documents with several events.
var batchTexts = []struct {
	name string
	text func(n int) string
}{
	{"tiny events", func(n int) string { return repeated(n, 0, "[", same("{"+required+"}"), "]") }},
	{"tiny events, 10,000 at most", func(n int) string { return repeated(n, 10_000, "[", same("{"+required+"}"), "]") }},
	{"tiny events with an extension", func(n int) string { return repeated(n, 10_000, "[", same("{"+required+`,"a":1}`), "]") }},
	{"tiny events with 17 extensions", func(n int) string {
		event := repeated(1<<20, 17, "{"+required+",", func(i int) string { return `"` + name(i) + `":1` }, "}")
		return repeated(n, 10_000, "[", same(event), "]")
	}},
	{"tiny events with a time", func(n int) string {
		return repeated(n, 10_000, "[", same("{"+required+`,"time":"2020-01-01T00:00:00Z"}`), "]")
	}},
	{"events with data of escapes", func(n int) string {
		return repeated(n, 10_000, "[", same("{"+required+`,"data":"\u0041"}`), "]")
	}},
	{"events with base64", func(n int) string { return repeated(n, 10_000, "[", same("{"+required+`,"data_base64":"AA=="}`), "]") }},
	{"empty events", func(n int) string { return repeated(n, 10_000, "[", same("{}"), "]") }},
	{"events with a bad name", func(n int) string { return repeated(n, 10_000, "[", same("{"+required+`,"A":1}`), "]") }},
	{"events with 40 bad names", func(n int) string {
		return repeated(n, 10_000, "[", same(repeated(1<<20, 40, "{"+required+",", same(`"A":1`), "}")), "]")
	}},
	{"the last event is wrong", func(n int) string {
		return repeated(n-10, 9_999, "[", same("{"+required+"}"), ",{}]")
	}},
	{"arrays in the array", func(n int) string { return filled(n, "", "[", "") }},
	{"numbers in the array", func(n int) string { return repeated(n, 0, "[", same("0"), "]") }},
}

// jsonEvents are messages without a header.
func jsonEvents() (all []document) {
	for _, d := range jsonTexts {
		all = append(all, document{d.name, func(n int) *message { return &message{body: []byte(d.text(n))} }})
	}
	return all
}

func jsonBatches() (all []document) {
	for _, d := range batchTexts {
		all = append(all, document{d.name, func(n int) *message { return &message{body: []byte(d.text(n))} }})
	}
	return all
}
