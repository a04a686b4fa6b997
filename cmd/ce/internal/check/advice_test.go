package check_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/check"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/finding"
	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// findingsOf returns what ce check says about an input.
func findingsOf(t *testing.T, form, input string) []finding.Finding {
	t.Helper()
	args := []string{"--json"}
	if form != "" {
		args = append(args, "--from", form)
	}
	out, errs, status := cetest.Run(t, check.Command(), input, args...)
	if errs != "" || status != cli.ExitOK && status != cli.ExitFault {
		t.Fatalf("status %d, %s", status, errs)
	}
	var all []finding.Finding
	for line := range strings.Lines(out) {
		var f finding.Finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// counted counts violations by event, rule and attribute.
func counted(all []finding.Finding) map[string]int {
	counts := map[string]int{}
	for _, f := range all {
		counts[violation(&f)]++
	}
	return counts
}

func violation(f *finding.Finding) string {
	event := -1
	if f.Event != nil {
		event = *f.Event
	}
	return fmt.Sprintf("event %d: %s %q", event, f.Rule, f.Attribute)
}

// followed makes the edits of each piece of advice about an input, one piece after the other
// and each in a copy of the input. The violation must be gone, without a new one. It returns
// the number of violations, and of those with edits.
func followed(t *testing.T, form, input string) (violations, edited int) {
	t.Helper()
	all := findingsOf(t, form, input)
	before := counted(all)
	for _, f := range all {
		if f.Advice == "" || f.Message == "" {
			t.Errorf("%s: no advice about %s", form, violation(&f))
		}
		if f.Edits == nil {
			continue
		}
		edited++
		changed, ok := follow(t, form, input, &f)
		if !ok {
			continue
		}
		after := counted(findingsOf(t, form, changed))
		if k := violation(&f); after[k] >= before[k] {
			t.Errorf("form %q: %s is still there after %q %+v\n%q\n%q", form, k, f.Advice, f.Edits, input, changed)
		}
		for k, n := range after {
			if n > before[k] {
				t.Errorf("form %q: %s is new after %q %+v\n%q\n%q", form, k, f.Advice, f.Edits, input, changed)
			}
		}
	}
	return len(all), edited
}

// follow makes the edits of a finding in its input, in the form of the input.
func follow(t *testing.T, form, input string, f *finding.Finding) (string, bool) {
	t.Helper()
	switch form {
	case "http":
		return followInMessage(t, input, f.Edits, false), true
	case "curl":
		command, _, err := curl.Parse(input)
		if err != nil {
			t.Fatal(err)
		}
		r, err := command.Request(nil)
		if err != nil {
			t.Fatal(err)
		}
		message := "POST / HTTP/1.1\n"
		for name, values := range r.Header {
			for _, value := range values {
				message += name + ": " + value + "\n"
			}
		}
		return asCommand(followInMessage(t, message+"\n"+string(r.Body), f.Edits, true))
	case "txtar":
		front, section, content, back := cutSection(t, input)
		edits := slices.Clone(f.Edits)
		name, quoted := strings.CutSuffix(section, " quoted")
		if !quoted {
			for i := range edits {
				if edits[i].Offset != nil && edits[i].In == "" {
					offset := *edits[i].Offset - int64(len(front)+len("--  --\n")+len(section))
					edits[i].Offset = &offset
				}
			}
		}
		if name == "json" {
			content = followInBytes(t, content, edits)
		} else {
			content = followInMessage(t, content, edits, false)
		}
		return front + "-- " + name + " quoted --\n" + strconv.Quote(content) + "\n" + back, true
	}
	return followInBytes(t, input, f.Edits), true
}

func followInBytes(t *testing.T, text string, edits []finding.Edit) string {
	t.Helper()
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b finding.Edit) int { return int(*b.Offset - *a.Offset) })
	for _, e := range edits {
		if e.Do != "replace" {
			t.Fatalf("%+v", e)
		}
		at := int(*e.Offset)
		text = text[:at] + e.To + text[at+e.Length:]
	}
	return text
}

// followInMessage makes edits of a raw HTTP message; inBody says that offsets are those of
// its body, without its chunks.
func followInMessage(t *testing.T, text string, edits []finding.Edit, inBody bool) string {
	t.Helper()
	end := "\n\n"
	if strings.Contains(text, "\r\n\r\n") {
		end = "\r\n\r\n"
	}
	head, body, _ := strings.Cut(text, end)
	lines := strings.Split(strings.ReplaceAll(head, "\r\n", "\n"), "\n")
	chunked := strings.Contains(strings.ToLower(head), "transfer-encoding")
	if chunked {
		body = unchunked(body)
	}
	var ofBody []finding.Edit
	for _, e := range edits {
		if e.Do == "replace" {
			if !inBody && e.In == "" {
				offset := *e.Offset - int64(len(head)+len(end))
				e.Offset = &offset
			}
			ofBody = append(ofBody, e)
			continue
		}
		var kept []string
		done := false
		for _, line := range lines {
			name, value, ok := strings.Cut(line, ":")
			switch {
			case !ok || !strings.EqualFold(name, e.Header) || strings.Contains(name, " "):
				kept = append(kept, line)
			case e.Do == "rename":
				kept = append(kept, e.To+":"+value)
			case e.Do == "set" && !done:
				done = true
				kept = append(kept, name+": "+e.To)
			}
		}
		if e.Do == "set" && !done {
			kept = append(kept, e.Header+": "+e.To)
		}
		lines = kept
	}
	if ofBody != nil || chunked {
		body = followInBytes(t, body, ofBody)
		for i, line := range lines {
			switch name, _, _ := strings.Cut(line, ":"); {
			case strings.EqualFold(name, "content-length"), strings.EqualFold(name, "transfer-encoding"):
				lines[i] = "Content-Length: " + strconv.Itoa(len(body))
			}
		}
	}
	return strings.Join(lines, end[:len(end)/2]) + end + body
}

func unchunked(body string) string {
	var b strings.Builder
	for {
		size, rest, _ := strings.Cut(body, "\r\n")
		n, err := strconv.ParseUint(size, 16, 32)
		if err != nil || n == 0 {
			return b.String()
		}
		b.WriteString(rest[:n])
		body = rest[n+2:]
	}
}

// asCommand returns the curl command that sends a message, if a command can.
func asCommand(message string) (string, bool) {
	message = strings.ReplaceAll(message, "\r\n", "\n")
	head, body, ok := strings.Cut(message, "\n\n")
	if !ok {
		return "", false
	}
	c := curl.Command{URL: "http://localhost/", Header: http.Header{}, Body: []byte(body)}
	for i, line := range strings.Split(head, "\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok || strings.Contains(name, " ") {
			if i > 0 {
				return "", false
			}
			continue
		}
		if !curl.Pasteable([]byte(value)) {
			return "", false
		}
		switch strings.ToLower(name) {
		case "content-length", "transfer-encoding":
			continue
		}
		c.Header[name] = append(c.Header[name], strings.Trim(value, " "))
	}
	command := string(c.Append(nil))
	return command, strings.HasPrefix(command, "curl ")
}

// cutSection cuts a case before and behind its section with a message.
func cutSection(t *testing.T, archive string) (front, section, content, back string) {
	t.Helper()
	rest := archive
	for rest != "" {
		line, after, _ := strings.Cut(rest, "\n")
		name, ok := strings.CutPrefix(line, "-- ")
		name, ok2 := strings.CutSuffix(name, " --")
		bare, quoted := strings.CutSuffix(name, " quoted")
		if !ok || !ok2 || bare != "request" && bare != "response" && bare != "json" {
			front += line + "\n"
			rest = after
			continue
		}
		content = after
		if i := strings.Index("\n"+after, "\n-- "); i >= 0 {
			content, back = after[:i], after[i:]
		}
		if !quoted {
			return front, name, strings.TrimSuffix(content, "\n"), back
		}
		var b strings.Builder
		for line := range strings.Lines(content) {
			if line = strings.TrimSpace(line); line != "" {
				text, err := strconv.Unquote(line)
				if err != nil {
					t.Fatal(err)
				}
				b.WriteString(text)
			}
		}
		return front, name, b.String(), back
	}
	t.Fatalf("no message in %q", archive)
	return
}

// formsOf returns a message or a document in all forms that ce check reads.
func formsOf(section, content string) map[string]string {
	forms := map[string]string{"txtar": "-- " + section + " quoted --\n" + strconv.Quote(content) + "\n"}
	switch section {
	case "json":
		start := strings.TrimLeft(strings.TrimPrefix(content, "\uFEFF"), " \t\r\n")
		mediaType := "application/cloudevents+json"
		if strings.HasPrefix(start, "[") {
			mediaType = "application/cloudevents-batch+json"
			forms["batch"] = content
		} else {
			forms["json"] = content
			forms["batch"] = `[{"specversion":"1.0","id":"1","source":"/","type":"t"},` + start + "]"
		}
		message := "POST / HTTP/1.1\nContent-Type: " + mediaType + "\nContent-Length: " + strconv.Itoa(len(content)) + "\n\n" + content
		forms["http"] = message
		if !strings.Contains(content, "\n") {
			forms["jsonl"] = content + "\n" + `{"specversion":"1.0","id":"1","source":"/","type":"t"}`
		}
		if command, ok := asCommand(message); ok {
			forms["curl"] = command
		}
	default:
		forms["http"] = content
		if command, ok := asCommand(content); ok && section == "request" {
			forms["curl"] = command
		}
	}
	return forms
}

// Every piece of advice about every refused case of testdata, in every form of an input.
func TestAdviceAboutCases(t *testing.T) {
	root := os.DirFS("../../../../testdata")
	forms, violations, edited, refused := map[string]int{}, 0, 0, 0
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch path.Dir(name) { // ce reads no messages of other protocols
		case "json/decode", "batch/decode", "http/decode":
		default:
			return err
		}
		if err != nil || path.Ext(name) != ".txtar" {
			return err
		}
		b, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		archive := string(b)
		if !strings.Contains(archive, "\n-- error --\n") {
			return nil
		}
		refused++
		t.Run(strings.TrimSuffix(name, ".txtar"), func(t *testing.T) {
			_, section, content, _ := cutSection(t, archive)
			section = strings.TrimSuffix(section, " quoted")
			all := formsOf(section, content)
			all["txtar"] = archive
			found := 0
			for _, form := range slices.Sorted(maps.Keys(all)) {
				n, m := followed(t, form, all[form])
				forms[form]++
				violations, edited, found = violations+n, edited+m, found+n
			}
			if found == 0 && !strings.Contains(archive, "\n-- extensions --\n") && name != "batch/decode/not-an-array-event.txtar" {
				t.Errorf("nothing is wrong with it")
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cases, %v, %d violations, %d with edits", refused, forms, violations, edited)
	if refused < 600 || len(forms) < 6 || edited < violations*6/10 {
		t.Errorf("%d cases, %v, %d violations, %d with edits", refused, forms, violations, edited)
	}
}

// utf16le returns a text in UTF-16.
func utf16le(text string, swap bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if swap {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

// What is no JSON is named, and shown with its line and a caret. In a message and in a case it
// is found too.
func TestAdviceAboutWhatIsNoJSON(t *testing.T) {
	const valid = "{" + minimal + "}"
	for _, c := range []struct {
		name, input, message string
		at                   int  // the offset
		edits                bool // there is advice that a program can follow
	}{
		{"single quotes", strings.ReplaceAll(valid, `"`, "'"), "single quotes", 1, true},
		{"single quotes behind a line", "{\n" + minimal + ",\n  'x': 'it\\'s \"y\"'}", "single quotes", strings.Index("{\n"+minimal+",\n  '", "'"), true},
		{"a literal of Python", `{'specversion': '1.0', 'id': '1', 'source': '/s', 'type': 't', 'data': {'a': None, 'b': [True, False, 1.5e3]}}`, "single quotes", 1, true},
		{"a word of Python", `{` + minimal + `,"data":None}`, "lower case", len(minimal) + 9, true},
		{"a literal of JavaScript", `{specversion: "1.0", id: "1", source: "/s", type: "t"}`, "a name without quotes", 1, true},
		{"a comment", "{ // an event\n" + minimal + "}", "a comment", 2, true},
		{"typographic quotes", strings.ReplaceAll(valid, `"1.0"`, "\u201c1.0\u201d"), "typographic", 15, true},
		{"a trailing comma", `{` + minimal + `,}`, "a comma behind the last", len(minimal) + 1, true},
		{"a trailing comma in data", `{` + minimal + `,"data":[1,2 , ]}`, "a comma behind the last", len(minimal) + 14, true},
		{"two trailing commas", `{` + minimal + `,"data":[1,],}`, "a comma behind the last", len(minimal) + 11, true},
		{"a trailing comma behind an event of a batch", "[" + valid + ",\n]", "a comma behind the last", len(valid) + 3, true},
		{"a trailing comma in an event of a batch", "[" + valid + ",{" + minimal + ",}]", "a comma behind the last", len(valid) + len(minimal) + 3, true},
		{"YAML", "specversion: \"1.0\"\nid: 1\nsource: /s\ntype: t\ndata:\n  a: 1\n", "YAML", 0, false},
		{"YAML with a document marker", "---\nspecversion: \"1.0\"\nid: 1\nsource: /s\ntype: t\n", "YAML", 0, false},
		{"a list in YAML", "- specversion: \"1.0\"\n  id: 1\n  source: /s\n  type: t\n", "YAML", 0, false},
		{"an event encoded twice", strconv.Quote(valid), "encoded twice", 0, true},
		{"an event of several lines encoded twice", strconv.Quote("{\n" + minimal + "\n}"), "encoded twice", 0, true},
		{"a batch encoded twice", strconv.Quote("[" + valid + "]"), "encoded twice", 0, false},
		{"gzip", gzipped(valid), "gzip", 0, true},
		{"gzip of something else", gzipped("hello"), "gzip", 0, false},
		{"gzip that is cut off", gzipped(valid)[:40], "gzip", 0, false},
		{"Zstandard", "\x28\xb5\x2f\xfd\x04\x00", "Zstandard", 0, false},
		{"UTF-16 with a byte order mark", "\xff\xfe" + utf16le(valid, false), "UTF-16", 0, true},
		{"UTF-16 with the other byte order mark", "\xfe\xff" + utf16le(valid, true), "UTF-16", 0, true},
		{"UTF-16 without a byte order mark", utf16le(valid, false), "UTF-16", 0, true},
		{"UTF-16 in the other order, without a byte order mark", utf16le(valid, true), "UTF-16", 0, true},
		{"UTF-16 with characters beyond 16 bits", "\xff\xfe" + utf16le(`{`+minimal+`,"x":"😀"}`, false), "UTF-16", 0, true},
		{"quotes of a shell", "'" + valid + "'", "quotes", 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := findingsOf(t, "", c.input)
			if len(all) != 1 || !strings.Contains(all[0].Message, c.message) || all[0].Offset == nil || int(*all[0].Offset) != c.at || len(all[0].Edits) > 0 != c.edits {
				t.Fatalf("%+v", all)
			}
			if !strings.Contains(c.name, "batch") {
				followed(t, "", c.input)
			}
			out, _, _ := cetest.Run(t, check.Command(), c.input)
			lines := strings.Split(out, "\n")
			line := 1 + strings.Count(c.input[:c.at], "\n")
			if !strings.Contains(lines[0], c.message) || !strings.Contains(lines[1], fmt.Sprintf("line %d, column ", line)) {
				t.Error(out)
			}
			source, caret := strings.TrimPrefix(lines[2], "           "), strings.TrimPrefix(lines[3], "           ")
			if n := len(caret) - 1; !strings.HasSuffix(caret, "^") || n > 41 || len([]rune(source)) > 41+4*33 ||
				c.input[c.at] < 0x7f && c.input[c.at] > ' ' && []rune(source)[n] != rune(c.input[c.at]) {
				t.Error(out)
			}
			for section, message := range map[string]string{
				"json":    c.input,
				"request": "POST / HTTP/1.1\r\nContent-Type: application/cloudevents+json\r\nContent-Length: " + strconv.Itoa(len(c.input)) + "\r\n\r\n" + c.input,
			} {
				if strings.HasPrefix(c.input, "[") {
					continue
				}
				for form, input := range formsOf(section, message) {
					all := findingsOf(t, form, input)
					if form != "batch" && form != "jsonl" && form != "curl" && (len(all) == 0 || !strings.Contains(all[0].Message, c.message) && c.message != "quotes") {
						t.Errorf("%s: %+v", form, all)
					}
					followed(t, form, input)
				}
			}
		})
	}
}

// Hand-made inputs: what reports and the issue name, and what is near it.
func TestAdviceThatIsFollowed(t *testing.T) {
	head := func(more string) string {
		return "POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: /s\nce-type: t\n" + more + "\n"
	}
	without := func(name, more string) string {
		return strings.Replace(head(more), "ce-"+name+": "+map[string]string{"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}[name]+"\n", "", 1)
	}
	for _, c := range []struct{ name, input, advice string }{
		{"R04 version 0.3 and ce-content-type", "POST / HTTP/1.1\nce-id: b\nce-specversion: 0.3\nce-type: t\nce-source: curl\nce-content-type: application/json\n\n{}", "Content-Type"},
		{"R04 ce-content-type beside Content-Type", head("ce-content-type: a/b\nContent-Type: application/json\n") + "{}", "leave the header out: the content type of the data is the header Content-Type"},
		{"R05 an underscore for all", "POST / HTTP/1.1\nce_specversion: 1.0\nce_id: 1\nce_source: /\nce_type: t\nContent-Type: application/json\n\n{}", `call "ce_id" "ce-id"`},
		{"R05 one underscore", without("type", "ce_type: t\n"), "ce-type"},
		{"R07 an old draft", "POST / HTTP/1.1\nCe-Cloudeventsversion: 0.1\nCe-Eventid: 1\nCe-Eventtype: pull\nCe-Source: /\nCe-X-Github-Event: \"pull_request\"\n\n{}", `call "ce-eventid" "ce-id"`},
		{"R19 a patch level", `{"specversion":"1.0.2","id":"1","source":"/s","type":"t"}`, `write "specversion":"1.0"`},
		{"R22 a dataschema that is a fragment", `{` + minimal + `,"dataschema":"#"}`, "leave it out"},
		{"R23 a name that exists already", `{` + minimal + `,"eventid":"b5","event_id":"b5","recipient_client_id":"60","recipientclientid":"60","data":{}}`, `leave it out: "eventid" is there, with the same value`},
		{"R23 a name that exists already, with another value", `{` + minimal + `,"eventid":"b5","event_id":"b6"}`, `"eventid2"`},
		{"R23 a header that exists already", head("ce-event-x: 1\nce-eventx: 1\n"), "leave it out"},
		{"R25 an empty dataschema", `{` + minimal + `,"dataschema":"","ttl":"4000"}`, "leave the attribute out"},
		{"R28 escapes that have to be escaped again", "POST / HTTP/1.1\nce-specversion: 1.0\nce-id: 1\nce-source: https://example.com/a%20b\nce-type: t\n\n", "https://example.com/a%2520b"},
		{"R28 a percent sign before one digit", `{"specversion":"1.0","id":"1","source":"/a%4G1","type":"t"}`, "/a%254G1"},
		{"R28 a schema", head("ce-dataschema: https://example.com/z%C3%BCrich\n"), "z%25C3%25BCrich"},
		{"R29 an event under JSON", "POST / HTTP/1.1\nContent-Type: application/json\n\n{" + minimal + "}", "Content-Type: application/cloudevents+json"},
		{"R29 an event under the type of forms", "POST / HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\n{" + minimal + "}", "Content-Type: application/cloudevents+json"},
		{"R29 an event that is wrong itself", "POST / HTTP/1.1\nContent-Type: application/json\n\n{" + minimal + `,"id":""}`, "Content-Type"},
		{"R02 no seconds", `{` + minimal + `,"time":"2020-09-29T12:00Z"}`, "2020-09-29T12:00:00Z"},
		{"R02 a zone in brackets", `{` + minimal + `,"time":"2024-02-22T10:15+01:00[Europe/Rome]"}`, "2024-02-22T10:15:00+01:00"},
		{"R02 a space", head("ce-time: 2020-06-17 12:52:43Z\n"), "2020-06-17T12:52:43Z"},
		{"R02 an offset without colon", `{` + minimal + `,"time":"2022-02-24T13:25:16+0000"}`, "2022-02-24T13:25:16Z"},
		{"R01 a zone name", `{` + minimal + `,"time":"2023-01-25T19:07:06.370582GMT"}`, "2023-01-25T19:07:06.370582Z"},
		{"R16 a number as time", head("ce-time: 1732800000.123456789\n"), "2024-11-28T13:20:00.12345678"},
		{"no zone", `{` + minimal + `,"time":"2023-01-25 19:07:06"}`, "if it is in UTC"},
		{"a date", `{` + minimal + `,"time":"2023-01-25"}`, "if it is in UTC"},
		{"a time of mail", `{` + minimal + `,"time":"Wed, 25 Jan 2023 19:07:06 GMT"}`, "2023-01-25T19:07:06Z"},
		{"a number as time in JSON", `{` + minimal + `,"time":1732800000123}`, "2024-11-28T13:20:00.123Z"},
		{"no time at all", `{` + minimal + `,"time":"yesterday"}`, "or leave it out"},
		{"another case", `{"specversion":"1.0","ID":"1","Source":"/s","type":"t"}`, `call "ID" "id"`},
		{"a prefix in JSON", `{"ce_specversion":"1.0","ce-id":"1","source":"/s","type":"t"}`, `call "ce-id" "id"`},
		{"a prefix beside the attribute", `{` + minimal + `,"ce_id":"1"}`, `leave it out: "id" is there, with the same value`},
		{"a prefix beside another value", `{` + minimal + `,"ce_id":"2"}`, `call it "ceid"`},
		{"an underscore in a core attribute", `{` + minimal + `,"data_content_type":"text/plain","data":"x"}`, `call "data_content_type" "datacontenttype"`},
		{"a misspelling that would make a violation", `{` + minimal + `,"data_schema":"x"}`, "leave it out"},
		{"data in upper case", `{` + minimal + `,"Data":{"a":1}}`, `call "Data" "data"`},
		{"data_base64 in camel case", `{` + minimal + `,"dataBase64":"AA=="}`, `call "dataBase64" "data_base64"`},
		{"null where an attribute must be", `{"specversion":"1.0","id":null,"source":"/s","type":"t"}`, `write "id":"A-1"`},
		{"nothing at all", `{}`, `add "id":"A-1"`},
		{"an empty member and no other", `{"id":""}`, "write"},
		{"a member twice", `{` + minimal + `,"id":"2"}`, "differ"},
		{"a member three times", `{` + minimal + `,"id":"1","id":"1"}`, "same value"},
		{"an extension twice, escaped", `{` + minimal + `,"x":"1","\u0078":"2"}`, "leave one of them out"},
		{"a header twice", head("ce-x: 1\nCe-X: 2\n"), "leave one of them out"},
		{"a content type twice", head("Content-Type: application/json\nContent-Type: application/json\n") + "{}", "send one Content-Type"},
		{"two content types in one", head("Content-Type: application/json, application/json\n") + "{}", "write one media type"},
		{"ce-datacontenttype that differs", head("ce-datacontenttype: a/b\nContent-Type: application/json\n") + "{}", "leave ce-datacontenttype out"},
		{"ce-datacontenttype alone", head("ce-datacontenttype: application/json\n") + "{}", "Content-Type"},
		{"a semicolon", `{` + minimal + `,"datacontenttype":"application/json;"}`, `"application/json"`},
		{"no media type", `{` + minimal + `,"datacontenttype":"json","data":1}`, `"application/json"`},
		{"a header in Latin-1", head("ce-x: caf%E9\n"), "caf%C3%A9"},
		{"a required header in Latin-1", without("id", "ce-id: %E9\n"), "%C3%A9"},
		{"an overlong escape in a required header", without("id", "ce-id: %C0%80\n"), "A-1"},
		{"a quote that is open", head("ce-x: \"a b\n"), "%22a b"},
		{"a control character", `{` + minimal + `,"x":"a\u0001b"}`, `"x":"ab"`},
		{"only a control character", `{"specversion":"1.0","id":"\u0001","source":"/s","type":"t"}`, `"A-1"`},
		{"half a surrogate pair", `{` + minimal + `,"x":"a\ud800b"}`, `"x":"ab"`},
		{"Latin-1", "{" + minimal + ",\"x\":\"caf\xe9\"}", "UTF-8"},
		{"a number as id", `{"specversion":"1.0","id":17,"source":"/s","type":"t"}`, `"id":"17"`},
		{"an object as an extension", `{` + minimal + `,"x":{"a": 1}}`, `"x":"{\"a\":1}"`},
		{"a whole number with a fraction", `{` + minimal + `,"x":1.0}`, "write a whole number: 1"},
		{"a fraction", `{` + minimal + `,"x":1.5}`, `"x":"1.5"`},
		{"a number out of range", `{` + minimal + `,"x":2147483648}`, `"x":"2147483648"`},
		{"a space in a source", `{"specversion":"1.0","id":"1","source":"a b","type":"t"}`, `"a%20b"`},
		{"brackets in a source", `{"specversion":"1.0","id":"1","source":"/a[1]","type":"t"}`, `"/a%5B1%5D"`},
		{"two fragments", `{"specversion":"1.0","id":"1","source":"/a#b#c","type":"t"}`, `"/a%23b%23c"`},
		{"a port that is none", `{"specversion":"1.0","id":"1","source":"http://a:b","type":"t"}`, `source`},
		{"data and data_base64", `{` + minimal + `,"data":1,"data_base64":"AA=="}`, "leave data or data_base64 out"},
		{"base64 of URLs", `{` + minimal + `,"data_base64":"_-8"}`, "standard base64"},
		{"base64 with line breaks", `{` + minimal + `,"data_base64":"AA\r\n=="}`, "standard base64"},
		{"no base64", `{` + minimal + `,"data_base64":"hello, world"}`, "call the member data"},
		{"an object as text", `{` + minimal + `,"datacontenttype":"text/plain","data":{"a":1}}`, `"application/json"`},
		{"a number as text", `{` + minimal + `,"datacontenttype":"text/plain","data":1}`, `"data":"1"`},
		{"null as text", `{` + minimal + `,"datacontenttype":"text/plain","data":null}`, "leave data out"},
		{"a charset", `{` + minimal + `,"datacontenttype":"text/plain; charset=utf-16","data":"a"}`, "charset=utf-8"},
		{"0.3: a name that begins with a digit", `{"specversion":"0.3","id":"1","source":"/s","type":"t","1x":"a"}`, `"x1x"`},
		{"0.3: no base64", `{"specversion":"0.3","id":"1","source":"/s","type":"t","datacontentencoding":"base64","data":"A"}`, "base64"},
		{"0.3: another coding", `{"specversion":"0.3","id":"1","source":"/s","type":"t","datacontentencoding":"x","data":"A"}`, "leave"},
		{"a batch under the type of an event", "POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n[{" + minimal + "}]", "application/cloudevents-batch+json"},
		{"an event under the type of a batch", "POST / HTTP/1.1\nContent-Type: application/cloudevents-batch+json\n\n{" + minimal + "}", "application/cloudevents+json"},
		{"a charset of the envelope", "POST / HTTP/1.1\nContent-Type: application/cloudevents+json; charset=iso-8859-1\n\n{" + minimal + "}", "Content-Type: application/cloudevents+json"},
		{"a type without format", "POST / HTTP/1.1\nContent-Type: application/cloudevents\n\n{" + minimal + "}", "Content-Type: application/cloudevents+json"},
		{"a type of ours beside headers", head("Content-Type: application/cloudevents\n") + "hello", "application/octet-stream"},
		{"a coded body", head("Content-Encoding: gzip\nContent-Type: text/plain\n") + gzipped("hello"), "without gzip"},
		{"a body that is not coded", head("Content-Encoding: gzip\nContent-Type: text/plain\n") + "hello", "the body is not coded"},
		{"a coded body of known length", head("Content-Encoding: gzip\nContent-Length: "+strconv.Itoa(len(gzipped("hello")))+"\n") + gzipped("hello"), "without gzip"},
		{"chunks", strings.ReplaceAll("POST / HTTP/1.1\nContent-Type: application/cloudevents+json\nTransfer-Encoding: chunked\n\n5\n{\"id\"\n4\n:\"\"}\n0\n\n", "\n", "\r\n"), "write"},
		{"several violations in one line", `{"specversion":"1.0.1","ID":"1","source":"a b","subject":"","type":"t","event_id":1,"time":"x"}`, ""},
		{"a batch with several", `[{` + minimal + `},{"specversion":"1.0","Id":"1","source":"/s","type":""}]`, ""},
		{"versions that are mixed in a batch", `[{` + minimal + `},{"specversion":"0.3","id":"1","source":"/s","type":"t"}]`, "batch"},
		{"an illegal version before events of 0.3", `[{"specversion":"0.9","id":"1","source":"/s","type":"t"},` +
			`{"specversion":"0.3","id":"2","source":"/s","type":"t"}]`, `"0.3", as the other events`},
		{"no version before events of 0.3", `[{"id":"1","source":"/s","type":"t"},{"specversion":"7","id":"2","source":"/s","type":"t"},` +
			`{"specversion":"0.3","id":"3","source":"/s","type":"t"}]`, `"specversion":"0.3"`},
		{"an escaped member name", `{"specversion":"1.0","id":"1","source":"/s","t\u0079pe":"t","\u0041":"1"}`, `call it "a"`},
		{"something behind the event", "POST / HTTP/1.1\nContent-Type: application/cloudevents+json\n\n{" + minimal + "}]", "leave out what is behind"},
		{"a batch that is cut off", "[{" + minimal + "}", "closing bracket"},
		{"a comma that is missing", "[{" + minimal + "} {" + minimal + "}]", "comma"},
		{"less body than announced", head("Content-Length: 10\n") + "{}", "Content-Length"},
		{"white space before a colon", "POST / HTTP/1.1\nce-id : 1\n\n", "colon"},
	} {
		t.Run(c.name, func(t *testing.T) {
			section, form := "json", ""
			if strings.HasPrefix(c.input, "POST") {
				section, form = "request", "http"
			} else if strings.HasPrefix(c.input, "[") {
				form = "batch"
			}
			all := findingsOf(t, form, c.input)
			found := false
			for _, f := range all {
				found = found || strings.Contains(f.Advice, c.advice)
			}
			if !found {
				t.Errorf("no advice with %q: %+v", c.advice, all)
			}
			followed(t, form, c.input)
			for form, input := range formsOf(section, c.input) {
				if n, _ := followed(t, form, input); n == 0 && !(form == "curl" && all[0].Rule == "http") { // curl knows lengths
					t.Errorf("%s: nothing is wrong", form)
				}
			}
		})
	}
}
