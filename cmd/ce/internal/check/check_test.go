package check_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/spec"
)

const minimal = `"specversion":"1.0","id":"1","source":"/s","type":"t"`

// wire returns a binary message with another header and a body.
func wire(header, body string) string {
	return "POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: /s\nce-type: t\n" + header + "\n\n" + body
}

// structured returns a structured message with that media type.
func structured(mediaType, body string) string {
	return "POST / HTTP/1.1\nContent-Type: " + mediaType + "\n\n" + body
}

// Each case is a fault that ports often miss, or a choice that the specification leaves open.
func TestCheckNamesTheFault(t *testing.T) {
	for _, c := range []struct {
		name      string
		input     string
		rule      string
		attribute string
		section   string
		at        string // where in the input the offset points; "" is nowhere
	}{
		{"a media type that only begins like ours", structured("application/cloudeventsarerubbish", `{`+minimal+`}`), "not-cloudevent", "", "http-protocol-binding.md#3-http-message-mapping", "Content-Type"},
		{"neither media type nor headers", structured("application/json", "{}"), "not-cloudevent", "", "http-protocol-binding.md#3-http-message-mapping", "Content-Type"},
		{"a format that nobody handles", structured("application/cloudevents+yaml", "<e/>"), "unknown-format", "", "http-protocol-binding.md#3-http-message-mapping", "Content-Type"},
		{"a media type without a format", structured("application/cloudevents", `{`+minimal+`}`), "unknown-format", "", "http-protocol-binding.md#3-http-message-mapping", "Content-Type"},
		{"an envelope that is not in UTF-8", structured("application/cloudevents+json; charset=iso-8859-1", `{`+minimal+`}`), "unknown-format", "", "http-protocol-binding.md#3-http-message-mapping", "Content-Type"},
		{"headers beside a structured message do not count", "POST / HTTP/1.1\nce-id: 1\nContent-Type: application/cloudevents+json\n\n{" + strings.Replace(minimal, `"id":"1",`, "", 1) + "}", "missing", "id", "spec.md#id", "{"},
		{"a header that is nothing but the prefix", wire("ce-: x", ""), "name", "", "spec.md#naming-conventions", "ce-: x"},
		{"a hyphen in a name", wire("ce-foo-bar: x", ""), "name", "foo-bar", "spec.md#naming-conventions", "ce-foo-bar"},
		{"an attribute called data", wire("ce-data: x", ""), "name", "data", "spec.md#naming-conventions", "ce-data"},
		{"two values of one attribute", wire("Ce-Subject: a\nce-subject: b", ""), "duplicate", "subject", "spec.md#context-attributes", "ce-subject"},
		{"two content types", wire("content-type: a/b\nContent-Type: a/b", ""), "duplicate", "datacontenttype", "spec.md#context-attributes", "Content-Type"},
		{"another datacontenttype", wire("ce-datacontenttype: text/plain\nContent-Type: application/json", "{}"), "content-type", "datacontenttype", "http-protocol-binding.md#311-http-content-type", "ce-datacontenttype"},
		{"an unclosed quote", wire(`ce-subject: "a`, ""), "syntax", "subject", "http-protocol-binding.md#3132-http-header-values", "ce-subject"},
		{"an overlong escape", wire("ce-subject: %C0%80", ""), "character", "subject", "http-protocol-binding.md#3132-http-header-values", "ce-subject"},
		{"a surrogate in escapes", wire("ce-subject: %ED%A0%80", ""), "character", "subject", "http-protocol-binding.md#3132-http-header-values", "ce-subject"},
		{"a line break in escapes", wire("ce-subject: a%0D%0Ab", ""), "character", "subject", "spec.md#subject", "ce-subject"},
		{"a coded body", wire("Content-Encoding: gzip", "x"), "encoding", "", "http-protocol-binding.md#311-http-content-type", "Content-Encoding"},
		{"a space in a URI", wire("ce-dataschema: http://a/b c", ""), "syntax", "dataschema", "spec.md#dataschema", "ce-dataschema"},
		{"an empty optional attribute", wire("ce-subject:", ""), "missing", "subject", "spec.md#subject", "ce-subject"},
		{"a member twice", `{` + minimal + `,"id":"2"}`, "duplicate", "id", "spec.md#context-attributes", `"id":"2"`},
		{"a member twice, one escaped", `{` + minimal + `,"\u0069d":"2"}`, "duplicate", "id", "spec.md#context-attributes", `"\u0069d"`},
		{"upper case in a name", `{` + minimal + `,"Subject":"a"}`, "name", "Subject", "spec.md#naming-conventions", `a"}`},
		{"bytes behind the event", `{` + minimal + `}]`, "json", "", "json-format.md#3-envelope", "]"},
		{"bytes behind the event of a message", structured("application/cloudevents+json", `{`+minimal+`}]`), "json", "", "json-format.md#3-envelope", "]"},
		{"invalid UTF-8 in an attribute", "{" + minimal + `,"subject":"` + "\xff" + `"}`, "character", "subject", "json-format.md#22-type-system-mapping", "\xff"},
		{"invalid UTF-8 in data", "{" + minimal + `,"data":"` + "\xff" + `"}`, "json", "", "json-format.md#3-envelope", "\xff"},
		{"half a surrogate pair", `{` + minimal + `,"subject":"\ud800"}`, "character", "subject", "json-format.md#22-type-system-mapping", `\ud800`},
		{"too deep", `{` + minimal + `,"data":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}`, "limit", "", "spec.md#size-limits", "["},
		{"an attribute of the wrong kind", `{"specversion":"1.0","id":1,"source":"/s","type":"t"}`, "type", "id", "json-format.md#22-type-system-mapping", `1,"source`},
		{"an integer with a fraction", `{` + minimal + `,"n":1.0}`, "syntax", "n", "json-format.md#22-type-system-mapping", "1.0}"},
		{"an integer out of range", `{` + minimal + `,"n":2147483648}`, "range", "n", "spec.md#type-system", "2147483648"},
		{"data twice", `{` + minimal + `,"data":1,"data_base64":"AA=="}`, "data", "data_base64", "json-format.md#312-payload-deserialization", "AA=="},
		{"base64 without padding", `{` + minimal + `,"data_base64":"AA"}`, "data", "data_base64", "json-format.md#312-payload-deserialization", `AA"`},
		{"null under a text type", `{` + minimal + `,"datacontenttype":"text/plain","data":null}`, "data", "data", "json-format.md#312-payload-deserialization", "null"},
		{"a number under a text type", `{` + minimal + `,"datacontenttype":"text/plain","data":5}`, "data", "data", "json-format.md#312-payload-deserialization", "5}"},
		{"another version", `{"specversion":"0.2","id":"1","source":"/s","type":"t"}`, "version", "specversion", "spec.md#specversion", "0.2"},
		{"a version with a patch level", `{"specversion":"1.0.2","id":"1","source":"/s","type":"t"}`, "version", "specversion", "spec.md#specversion", "1.0.2"},
		{"a one-digit hour", `{` + minimal + `,"time":"2026-01-02T3:04:05Z"}`, "syntax", "time", "spec.md#time", "2026"},
		{"30 February", `{` + minimal + `,"time":"2026-02-30T03:04:05Z"}`, "range", "time", "spec.md#time", "2026"},
		{"a leap second at noon", `{` + minimal + `,"time":"2026-06-30T12:00:60Z"}`, "range", "time", "spec.md#time", "2026"},
		{"the second event of a batch", `[{` + minimal + `},{` + minimal + `,"subject":""}]`, "missing", "subject", "spec.md#subject", `"}]`},
		{"one event under the media type of a batch", structured("application/cloudevents-batch+json", `{`+minimal+`}`), "json", "", "json-format.md#41-mapping-cloudevents", "{"},
		{"a comma too many", `[{` + minimal + `},]`, "json", "", "json-format.md#41-mapping-cloudevents", "]"},
		{"no comma", `[{` + minimal + `} {` + minimal + `}]`, "json", "", "json-format.md#41-mapping-cloudevents", "{" + minimal + `}]`},
		{"a batch that is cut off", `[{` + minimal + `}`, "json", "", "json-format.md#41-mapping-cloudevents", "\x00end"},
		{"something behind a batch", `[{` + minimal + `}] x`, "json", "", "json-format.md#41-mapping-cloudevents", "x"},
		{"less body than announced", wire("Content-Length: 10", "{}"), "http", "", "http-protocol-binding.md#3-http-message-mapping", "{}"},
		{"no empty line", "POST / HTTP/1.1\nce-id: 1\n{}", "http", "", "http-protocol-binding.md#3-http-message-mapping", "{}"},
		{"a folded header", "POST / HTTP/1.1\nce-id: 1\n 2\n\n{}", "http", "", "http-protocol-binding.md#3-http-message-mapping", " 2"},
		{"curl without a content type", `curl localhost -d '{` + minimal + `}'`, "not-cloudevent", "", "http-protocol-binding.md#3-http-message-mapping", ""},
		{"a quote of curl that is open", `curl localhost -d '{`, "curl", "", "", "curl"},
		{"a header of curl", `curl localhost -H 'ce-id: 1' -H 'ce-foo_bar: 1' -H 'ce-source: /' -H 'ce-type: t' -H 'ce-specversion: 1.0'`, "name", "foo_bar", "spec.md#naming-conventions", "'ce-foo_bar"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, errs, status := cetest.Run(t, check.Command(), c.input, "--json")
			if status != cli.ExitFault || errs != "" {
				t.Fatalf("status %d, %s%s", status, out, errs)
			}
			var all []finding.Finding
			for line := range strings.Lines(out) {
				var f finding.Finding
				if err := json.Unmarshal([]byte(line), &f); err != nil {
					t.Fatal(err)
				}
				all = append(all, f)
			}
			if len(all) != 1 {
				t.Errorf("%d findings: %s", len(all), out)
			}
			f := all[0]
			if f.Rule != c.rule || f.Attribute != c.attribute || f.Section != c.section || f.URL != spec.SectionURL(c.section) {
				t.Errorf("got %+v", f)
			}
			if f.Message == "" || f.Advice == "" || f.Advice == "see the section" || c.rule != "limit" && len(f.Advice) < 20 {
				t.Errorf("nothing to do about it: %+v", f)
			}
			switch {
			case c.at == "" && f.Offset != nil:
				t.Errorf("offset %d, want none", *f.Offset)
			case c.at == "\x00end":
				if f.Offset == nil || int(*f.Offset) != len(c.input) {
					t.Errorf("got %s, want the end", out)
				}
			case c.at != "" && (f.Offset == nil || !strings.HasPrefix(c.input[*f.Offset:], c.at)):
				t.Errorf("got %s, want the offset of %q", out, c.at)
			}
		})
	}
}

// Each case looks wrong and is right.
func TestCheckAccepts(t *testing.T) {
	for name, input := range map[string]string{
		"a byte order mark":             "\uFEFF{" + minimal + "}",
		"an empty batch":                "[]",
		"a null attribute":              `{` + minimal + `,"subject":null}`,
		"a stray %":                     wire("ce-subject: 100%", ""),
		"raw UTF-8 in a header":         wire("ce-subject: \u20ac", ""),
		"a leap second":                 `{` + minimal + `,"time":"2026-12-31T23:59:60Z"}`,
		"lower-case t and z":            `{` + minimal + `,"time":"2026-12-31t23:59:00z"}`,
		"a fragment in dataschema":      `{` + minimal + `,"dataschema":"http://a/b#c"}`,
		"the same datacontenttype":      wire("ce-datacontenttype: text/plain\nContent-Type: text/plain", "x"),
		"an upper-case media type":      structured("Application/CloudEvents+JSON; charset=UTF-8", `{`+minimal+`}`),
		"a response":                    strings.Replace(wire("", ""), "POST / HTTP/1.1", "HTTP/1.1 200 OK", 1),
		"headers without a start line":  strings.TrimPrefix(wire("", ""), "POST / HTTP/1.1\n"),
		"CRLF":                          strings.ReplaceAll(wire("Content-Length: 2", "{}"), "\n", "\r\n"),
		"chunks":                        strings.ReplaceAll(wire("Transfer-Encoding: chunked", "1\n{\n1\n}\n0\n\n"), "\n", "\r\n"),
		"two messages":                  wire("Content-Length: 2", "{}") + "\n" + wire("Content-Length: 0", ""),
		"two curl commands":             "curl a -H 'ce-id: 1' -H 'ce-source: /' -H 'ce-type: t' -H 'ce-specversion: 1.0' -d x\n# and\n$ curl b --json '{" + minimal + "}' -H 'content-type: application/cloudevents+json'\n",
		"events of several lines":       "{\n" + minimal + "\n}\n{\n" + minimal + "}",
		"blank lines":                   "{" + minimal + "}\n\n \r\n{" + minimal + "}\r\n",
		"white space in a batch":        " [ {" + minimal + "} \n , {" + minimal + "} ] \n",
		"brackets and quotes in data":   `[{` + minimal + `,"data":"]}\"\\"},{` + minimal + `,"data":{"a":["}"]}}]`,
		"a curl command of many pieces": `curl -sSo /dev/null -X'POST' localhost "-HContent-Type: application/cloudevents+json" -d {"\"specversion\":\"1.0\""',"id":"1","source":"/s"'\,$'"type":"t\u00e9\x41"'}`,
	} {
		if out, errs, status := cetest.Run(t, check.Command(), input); status != cli.ExitOK {
			t.Errorf("%s: status %d, %s%s", name, status, out, errs)
		}
	}
}

// A file of headers is not looked for another file in, which may be itself.
func TestCheckCurlHeaderFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "h")
	if err := os.WriteFile(file, []byte("@@"+file+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status := cetest.Run(t, check.Command(), "curl localhost -d x -H @"+file, "--read-files")
	if status != cli.ExitFault || !strings.Contains(out+errs, "no colon") {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
}

// A media type that only begins like one of CloudEvents is that of the data of a binary
// message.
func TestCheckBinaryWithAMediaTypeLikeOurs(t *testing.T) {
	for _, contentType := range []string{"application/cloudeventsarerubbish", "application/cloudevents-batches", "application/cloudevents.v2+json"} {
		input := strings.Replace(wire("Content-Type: "+contentType, "{}"), "ce-source: /s", "ce-source: a b", 1)
		out, errs, status := cetest.Run(t, check.Command(), input)
		if status != cli.ExitFault || strings.Contains(out, "structured") || strings.Contains(out, "batch mode") || !strings.Contains(out, "(http, 1 event, binary mode)") {
			t.Errorf("%s: status %d, %s%s", contentType, status, out, errs)
		}
		var f finding.Finding
		out, _, _ = cetest.Run(t, check.Command(), input, "--json")
		if err := json.Unmarshal([]byte(out), &f); err != nil {
			t.Fatal(err)
		}
		if f.Attribute != spec.Source || f.Line != 4 || f.Offset == nil || !strings.HasPrefix(input[*f.Offset:], "ce-source") {
			t.Errorf("%s: %s", contentType, out)
		}
	}
	input := strings.Replace(wire("Content-Type: application/cloudeventsarerubbish", "{}"), "ce-type: t\n", "", 1)
	if out, _, _ := cetest.Run(t, check.Command(), input); !strings.Contains(out, "add the header ce-type: ") {
		t.Errorf("the advice is not about a header: %s", out)
	}
}

// A curl command opens a file only if the user lets it.
func TestCheckReadsNoFileOfACommand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("ce-secret: the secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, option := range []string{"-d @", "--data-binary @", "--json @", "-H @"} {
		command := "curl localhost -H 'ce-id: 1' " + option + file
		out, errs, status := cetest.Run(t, check.Command(), command)
		if status != cli.ExitFault || !strings.Contains(out, "--read-files") || strings.Contains(out+errs, "the secret") {
			t.Errorf("%s: status %d, %s%s", option, status, out, errs)
		}
		if out, errs, status = cetest.Run(t, check.Command(), command, "--read-files"); status != cli.ExitFault || strings.Contains(out+errs, "--read-files") {
			t.Errorf("%s is not read: status %d, %s%s", option, status, out, errs)
		}
	}
}
