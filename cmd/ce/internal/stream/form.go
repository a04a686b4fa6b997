package main

import (
	"path"
	"strings"
)

// form is how events are laid out in a stream.
type form uint8

const (
	formAny   form = iota // told by the first bytes
	formEvent             // JSON events, one after the other, of any number of lines
	formLines             // a JSON event a line
	formBatch             // a JSON array of events
	formHTTP              // HTTP messages
	formCurl              // curl command lines
)

func (f form) String() string {
	return [...]string{"any", "json", "jsonl", "batch", "http", "curl"}[f]
}

// parseForm returns the form of that name or media type.
func parseForm(name string) (form, bool) {
	switch strings.ToLower(name) {
	case "", "any":
		return formAny, true
	case "json", "event", "application/cloudevents+json":
		return formEvent, true
	case "jsonl", "ndjson", "application/jsonl", "application/x-ndjson":
		return formLines, true
	case "batch", "application/cloudevents-batch+json":
		return formBatch, true
	case "http", "message/http":
		return formHTTP, true
	case "curl":
		return formCurl, true
	}
	return 0, false
}

// formOfName returns what the name of a file says of what is in it.
func formOfName(name string) form {
	switch strings.ToLower(path.Ext(name)) {
	case ".jsonl", ".ndjson":
		return formLines
	case ".http":
		return formHTTP
	case ".curl":
		return formCurl
	}
	return formAny
}

// formOfBytes returns the form of an input that begins with b, which is not
// white space, or formAny if it is none.
func formOfBytes(b []byte) form {
	line, _, _ := strings.Cut(string(b), "\n")
	switch {
	case b[0] == '[':
		return formBatch
	case b[0] == '{':
		return formEvent
	case isCurl(line):
		return formCurl
	case isHTTP(line):
		return formHTTP
	}
	return formAny
}

// isCurl reports whether a line may begin a curl command.
func isCurl(line string) bool {
	words := strings.Fields(line)
	if len(words) > 0 && words[0] == "$" {
		words = words[1:]
	}
	return len(words) > 0 && (words[0] == "curl" || words[0] == "curl.exe" || strings.HasSuffix(words[0], "/curl"))
}
