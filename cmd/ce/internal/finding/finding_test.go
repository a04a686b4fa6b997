package finding_test

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

const minimal = `"specversion":"1.0","id":"1","source":"/s","type":"t"`

// all returns all findings.
func all(u *stream.Unit, err error) []finding.Finding {
	found, _ := finding.First(u, err, math.MaxInt)
	return found
}

// Advice depends on what is wrong, and on where the attributes are, not on the words of an
// error.
func TestAdvice(t *testing.T) {
	for _, c := range []struct{ name, input, advice string }{
		{"no type in JSON", `{"specversion":"1.0","id":"1","source":"/s"}`, `add "type":`},
		{"no type in a header", binary("", "ce-type: t\n"), "add the header ce-type: "},
		{"an empty subject", `{` + minimal + `,"subject":""}`, "leave the attribute out"},
		{"a name in upper case", `{` + minimal + `,"fooBar":1}`, `call it "foobar": names have`},
		{"a name without a letter", `{` + minimal + `,"_":1}`, "give it a name"},
		{"the name data", binary("ce-data: x\n", ""), "leave the header out: the data is the body"},
		{"a header that is not UTF-8", binary("ce-x: %FF\n", ""), "percent-encoded; if the value is in ISO 8859-1, it is ce-x: %C3%BF"},
		{"a control character", `{` + minimal + `,"x":"\u0001"}`, "write text without control characters"},
		{"an open quote", binary("ce-x: \"a\n", ""), "close the quote"},
		{"a time", `{` + minimal + `,"time":"x"}`, "RFC 3339"},
		{"a day that is not", `{` + minimal + `,"time":"2026-02-30T00:00:00Z"}`, "RFC 3339"},
		{"a content type", `{` + minimal + `,"datacontenttype":"x"}`, "write a media type"},
		{"a source", `{"specversion":"1.0","id":"1","source":"a b","type":"t"}`, `percent-encoded: "source":"a%20b"`},
		{"a schema", `{` + minimal + `,"dataschema":"/a"}`, "begins with a scheme"},
		{"an integer", `{` + minimal + `,"n":2147483648}`, "whole number"},
		{"a fraction", `{` + minimal + `,"n":1.5}`, "whole number"},
		{"an attribute of another type", `{` + minimal + `,"subject":1}`, "write the value as a JSON string"},
		{"a member twice", `{` + minimal + `,"id":"2"}`, "leave one of them out"},
		{"a header twice", binary("ce-x: 1\nce-x: 2\n", ""), "leave one of them out"},
		{"datacontenttype twice", binary("ce-datacontenttype: a/b\nce-datacontenttype: a/b\nContent-Type: a/b\n", ""), "leave ce-datacontenttype out"},
		{"Content-Type twice", binary("Content-Type: a/b\ncontent-type: a/b\n", ""), "send one Content-Type"},
		{"another datacontenttype", binary("ce-datacontenttype: a/b\nContent-Type: c/d\n", ""), "leave ce-datacontenttype out"},
		{"another version", `{"specversion":"0.2","id":"1","source":"/s","type":"t"}`, `write "specversion":"1.0"`},
		{"data twice", `{` + minimal + `,"data":1,"data_base64":"AA=="}`, "leave data or data_base64 out"},
		{"no base64", `{` + minimal + `,"data_base64":"A"}`, "encode the data as base64"},
		{"a number as text", `{` + minimal + `,"datacontenttype":"text/plain","data":1}`, `as a JSON string: "data":"1"`},
		{"another charset", `{` + minimal + `,"datacontenttype":"text/plain; charset=utf-16","data":"a"}`, "charset=utf-8"},
		{"no JSON", `{` + minimal + `,"data":}`, "RFC 8259"},
		{"half a surrogate pair in a text", `{` + minimal + `,"datacontenttype":"text/plain","data":"\ud800"}`, "surrogate pairs"},
		{"invalid UTF-8 in data", `{` + minimal + `,"data":"` + "\xff" + `"}`, "write the text in UTF-8"},
		{"too deep", `{` + minimal + `,"data":` + strings.Repeat("[", 2000), "make it smaller"},
		{"no event", "a: b\n\n", "send ce-id"},
		{"an event under another type", "Content-Type: application/json\n\n{" + minimal + "}", "Content-Type: application/cloudevents+json"},
		{"a batch under another type", "Content-Type: application/json\n\n[{" + minimal + "}]", "Content-Type: application/cloudevents-batch+json"},
		{"an unknown format", "Content-Type: application/cloudevents+yaml\n\n<e/>", "JSON in UTF-8"},
		{"a coded body", binary("Content-Encoding: gzip\n", ""), "the body is not coded"},
		{"no header", "a: b\nc\n", "start line, headers"},
		{"a bad command", "curl 'a", "quotes and all"},
		{"a command with a file", "curl a -d @x", "--read-files"},
		{"another structure", "[1 2]", "RFC 8259"},
		{"a line break in a string", "{" + minimal + ",\"data\":\"a\nb\"}", `as escapes: \n, \t`},
		{"typographic quotes", `{"specversion":“1.0”}`, "write straight quotes"},
		{"a backslash", `{` + minimal + `,"data":"\q"}`, "write a backslash as two"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := decode(c.input)
			if err == nil {
				t.Fatal("nothing is wrong")
			}
			found := all(&u, err)
			if len(found) == 0 || !strings.Contains(found[len(found)-1].Advice, c.advice) || found[0].Text() == "" {
				t.Errorf("%v: %+v, want %q", err, found, c.advice)
			}
		})
	}
}

// binary returns a binary message with more headers, and with a header replaced by "".
func binary(more, without string) string {
	head := "POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: /s\nce-type: t\n"
	if without != "" {
		head = strings.Replace(head, without, "", 1)
	}
	return head + more + "\n"
}

// decode returns the first unit of an input and the error about it.
func decode(input string) (stream.Unit, error) {
	in := stream.NewReader(strings.NewReader(input), "", stream.Any, 0)
	for {
		u, err := in.Next()
		if err != nil {
			return in.Here(), err
		}
		if m := u.Message; m != nil {
			_, err = cehttp.DecodeMessage(m.Header, m.Body, nil)
		} else {
			var d cloudevents.JSONDecoder
			_, err = d.Decode(u.Body)
			if in.Form() == stream.Batch {
				err = nil // the test is about what is between events
			}
		}
		if err != nil {
			return u, err
		}
	}
}

// Errors that no decoder of a file returns.
func TestAdviceOnOtherErrors(t *testing.T) {
	for _, c := range []struct {
		err          error
		rule, advice string
	}{
		{&http.MaxBytesError{Limit: 1}, "limit", "make it smaller"},
		{&stream.TooLongError{Max: 1}, "limit", "make it smaller"},
		{fmt.Errorf("a batch: %w", cloudevents.ErrContentMode), "content-mode", "send one event"},
		{errors.New("any other"), "", "see the section"},
	} {
		found := all(&stream.Unit{}, c.err)
		if len(found) != 1 || found[0].Rule != c.rule || !strings.HasPrefix(found[0].Advice, c.advice) {
			t.Errorf("%v: %+v", c.err, found)
		}
	}
	if found := all(&stream.Unit{}, nil); found != nil {
		t.Errorf("%+v", found)
	}
}

// The text is for a terminal, and names event, attribute and value.
func TestText(t *testing.T) {
	u, err := decode("{" + minimal + `,"dataschema":"\u202e a"}`)
	found := all(&u, &cloudevents.BatchError{Index: 3, Err: err})
	if want := `event 3: attribute "dataschema": a URI begins with a scheme: "\u202e a"`; len(found) != 1 || found[0].Text() != want {
		t.Errorf("got %+v, want %s", found, want)
	}
	if want := "line 1, column 70, offset 69"; found[0].Where() != want {
		t.Errorf("%s, want %s", found[0].Where(), want)
	}
	if where := new(finding.Finding).Where(); where != "" {
		t.Error(where)
	}
}
