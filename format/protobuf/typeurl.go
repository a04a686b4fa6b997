package ceprotobuf

import (
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
)

const (
	// contentType is the content type of a message of Protobuf.
	contentType = "application/protobuf"

	// impliedScheme is the scheme of a type URL without one (google/protobuf/any.proto).
	impliedScheme = "https://"

	// typeServer is before the slash of nearly all type URLs.
	typeServer = "type.googleapis.com"
)

// TypeURL returns the type URL of the message that the data of e is, and reports whether
// the data is a message. It is one if e has data, DataContentType is
// application/protobuf, and DataSchema is the URI of a message type: a fully-qualified
// name after the last slash, without a query and a fragment. Unless the rest of the URI
// is https://type.googleapis.com, the name must also have a package and begin with an
// upper-case letter, because other schemas of Protobuf data have URIs too. The scheme
// https is left out, as it is in a google.protobuf.Any.
//
//	https://type.googleapis.com/google.protobuf.Duration   type.googleapis.com/google.protobuf.Duration
//	https://example.com/types/acme.orders.Placed           example.com/types/acme.orders.Placed
//	https://example.com/schemas/order.proto                not a type URL
func TypeURL(e *cloudevents.Event) (typeURL string, ok bool) {
	if e.Data == nil || e.DataSchema == "" || !mediatype.Is(e.DataContentType, contentType) {
		return "", false
	}
	if _, ok := messageName(e.DataSchema); !ok {
		return "", false
	}
	return strings.TrimPrefix(e.DataSchema, impliedScheme), true
}

// SchemaURI returns the DataSchema of an event whose data is a message with that type
// URL. It prefixes a type URL without a scheme with https://, because such a type URL is
// not a URI.
func SchemaURI(typeURL string) string {
	if hasScheme(typeURL) {
		return typeURL
	}
	return impliedScheme + typeURL
}

// hasScheme reports whether a type URL has a scheme. A colon alone may be that of a port.
func hasScheme(typeURL string) bool { return strings.Contains(typeURL, "://") }

// messageName returns the name of the message that a URI is the type URL of.
func messageName(uri string) (name string, ok bool) {
	slash := strings.LastIndexByte(uri, '/')
	if slash < 0 || !hasScheme(uri[:slash]) {
		return "", false
	}
	server, name := uri[:slash], uri[slash+1:]
	if strings.ContainsAny(server, "?#") || strings.HasSuffix(server, "/") {
		return "", false
	}
	last := name
	isQualified := false
	for rest, more := name, true; more; {
		last, rest, more = strings.Cut(rest, ".")
		isQualified = isQualified || more
		if !isIdentifier(last) {
			return "", false
		}
	}
	if server == impliedScheme+typeServer || isQualified && 'A' <= last[0] && last[0] <= 'Z' {
		return name, true
	}
	return "", false
}

// isIdentifier reports whether s is an identifier of the language of .proto files.
func isIdentifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c != '_' && !('a' <= ascii.Lower(c) && ascii.Lower(c) <= 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
