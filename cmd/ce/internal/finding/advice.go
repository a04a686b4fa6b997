package finding

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/curl"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// advice returns in words what to do about err, of which f is the description. It is for
// violations that no [remedy] takes away.
func advice(err error, f *Finding, u *stream.Unit) string {
	other := foreign(u)
	switch {
	case other != nil && f.Rule == "malformed":
		title, named := formatTitle(other), "Content-Type: "+other.MediaType()
		if u.Message.IsDocument() {
			named = "what names the format, --from or the name of the file"
		}
		return fmt.Sprintf("send one whole document of the %s format as it was encoded, with no byte more or less, or correct %s", title, named)
	case other != nil && errors.Is(err, validation.ErrType):
		return fmt.Sprintf("write the value with the type that the %s format has for it", formatTitle(other))
	case other != nil && errors.Is(err, validation.ErrData):
		return fmt.Sprintf("write the data as the %s format has it for datacontenttype, or correct datacontenttype", formatTitle(other))
	case errors.Is(err, validation.ErrMissing):
		for _, m := range examples {
			if m.name == f.Attribute {
				return fmt.Sprintf("add %s, such as %q (%s)", m.name, m.value, m.why)
			}
		}
		return "leave the attribute out: an optional one is absent or has a value"
	case errors.Is(err, validation.ErrName):
		return "names have lower-case letters and digits only: give it another name, or leave it out"
	case errors.Is(err, validation.ErrCharacter):
		if f.Section == spec.SectionHTTPHeaderValues {
			return `percent-encode the UTF-8 bytes of the value: "€" is %E2%82%AC`
		}
		return "remove control characters and what is not UTF-8; a String has text, and arbitrary bytes belong in data"
	case errors.Is(err, validation.ErrSyntax), errors.Is(err, validation.ErrRange):
		return adviceValue(f)
	case errors.Is(err, validation.ErrType):
		return "write the value as a JSON string; extensions may be true, false and whole numbers too"
	case errors.Is(err, validation.ErrDuplicate):
		return "leave one of them out: receivers differ in which one they take"
	case errors.Is(err, validation.ErrVersion):
		if f.Section == spec.SectionMessage {
			return "put events of another version into a batch of their own"
		}
		return `write specversion "1.0", or "0.3" for an event of that version; the patch level is not part of it`
	case errors.Is(err, validation.ErrData):
		return adviceData(err, f)
	}
	return adviceMessage(err, u)
}

// typeOf returns the type of an attribute whose value is malformed or out of range. No
// extension is declared when a message is checked, and of the types that an undeclared one
// can have, only an Integer, which is a number in JSON, can be that.
func typeOf(attribute string) spec.Type {
	if a, ok := spec.V1.Attribute(attribute); ok {
		return a.Type
	}
	if a, ok := spec.V03.Attribute(attribute); ok {
		return a.Type
	}
	return spec.Integer
}

// adviceValue is about a value that is malformed or out of range.
func adviceValue(f *Finding) string {
	switch t := typeOf(f.Attribute); {
	case f.Section == spec.SectionHTTPHeaderValues:
		return `close the quote, or percent-encode it as %22`
	case t == spec.Timestamp:
		return "write an RFC 3339 date-time that exists, with seconds and offset: 2026-01-02T15:04:05Z"
	case f.Attribute == spec.DataContentType:
		return "write a media type: application/json, or text/plain; charset=utf-8"
	case t == spec.URI || t == spec.URIReference:
		if t == spec.URI {
			return "write a URI as in RFC 3986, with a scheme, and with spaces and non-ASCII characters percent-encoded"
		}
		return "write a URI-reference as in RFC 3986, with spaces and non-ASCII characters percent-encoded"
	case t == spec.Integer:
		return "write a whole number from -2147483648 to 2147483647, or make the value a string"
	}
	return "write the value as its type wants it"
}

func adviceData(err error, f *Finding) string {
	switch {
	case errors.Is(err, validation.ErrDataTwice):
		return "leave data or data_base64 out: text and JSON go into data, everything else into data_base64"
	case f.Attribute == spec.DataBase64:
		return "encode the data as standard base64, with padding and without line breaks, in a JSON string"
	case errors.Is(err, validation.ErrDataString):
		return "write the data as a JSON string, or say in datacontenttype that it is JSON"
	case errors.Is(err, validation.ErrDataCharset):
		return "send it as data_base64, or convert it to UTF-8 and say so in datacontenttype"
	}
	return "make the data what datacontenttype says, or correct datacontenttype"
}

// isAboutContentType reports whether the Content-Type of a message decided that it is
// refused.
func isAboutContentType(err error) bool {
	return errors.Is(err, cloudevents.ErrNotCloudEvent) || errors.Is(err, format.ErrUnknown) || errors.Is(err, cloudevents.ErrContentMode)
}

// adviceMessage is about a message as a whole.
func adviceMessage(err error, u *stream.Unit) string {
	var (
		raw     *stream.HTTPError
		command *stream.CurlError
		file    *curl.FileError
		long    *stream.TooLongError
		limit   *cloudevents.LimitError
		body    *http.MaxBytesError
		syntax  *cloudevents.SyntaxError
	)
	switch {
	case errors.As(err, &raw):
		return raw.Advice
	case errors.As(err, &file):
		return "paste the contents of the file into the command, or let ce read the file with --read-files, if you trust the command"
	case errors.As(err, &command):
		return "paste the command as the shell gets it, quotes and all"
	case errors.As(err, &long), errors.As(err, &limit), errors.As(err, &body):
		return "make it smaller: put large data elsewhere and refer to it (dataref), split batches"
	case errors.Is(err, jsonscan.InvalidUTF8), errors.Is(err, jsonscan.LoneSurrogate):
		return "write the text in UTF-8, with complete surrogate pairs in its escapes"
	case errors.Is(err, stream.ErrEmpty):
		return "put an event into it, as JSON or in the form that --from names"
	case errors.As(err, &syntax):
		return "make it JSON as in RFC 8259: one object for an event, one array for a batch, and nothing behind it"
	case errors.Is(err, cloudevents.ErrNotCloudEvent):
		return adviceNotCloudEvent(u)
	case errors.Is(err, format.ErrUnknown):
		return "send a format of the specification, such as JSON in UTF-8 with Content-Type: " + spec.MediaTypeJSON + ", or the data with ce- headers and a Content-Type of its own"
	case errors.Is(err, cloudevents.ErrContentMode):
		return "send one event, or all of them as an array with Content-Type: " + spec.BatchMediaTypeJSON
	case errors.Is(err, cehttp.ErrContentEncoding):
		return "send the body as it is, or undo the coding before the event is decoded"
	}
	return "see the section"
}

func adviceNotCloudEvent(u *stream.Unit) string {
	if u.Message != nil && bytes.Contains(u.Body, []byte(`"specversion"`)) {
		mediaType := spec.MediaTypeJSON
		if bytes.HasPrefix(bytes.TrimSpace(u.Body), []byte("[")) {
			mediaType = spec.BatchMediaTypeJSON
		}
		return "the body looks like JSON events: say so with Content-Type: " + mediaType
	}
	return "send ce-id, ce-source, ce-specversion and ce-type headers, or a JSON event with Content-Type: " + spec.MediaTypeJSON
}
