package cews

import (
	"slices"
	"strings"

	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/spec"
)

// The subprotocols of the specification (section 1.5).
const (
	SubprotocolJSON  = "cloudevents.json"
	SubprotocolAvro  = "cloudevents.avro"
	SubprotocolProto = "cloudevents.proto"
)

// subprotocol is a row of the table in section 1.5.
type subprotocol struct {
	name      string
	mediaType string // of the format
	frame     Frame
}

var subprotocols = [...]subprotocol{
	{SubprotocolJSON, spec.MediaTypeJSON, Text},
	{SubprotocolAvro, spec.MediaTypePrefix + "+avro", Binary},
	{SubprotocolProto, spec.MediaTypePrefix + "+protobuf", Binary},
}

// find returns the row of a subprotocol, or nil.
func find(name string) *subprotocol {
	for i := range subprotocols {
		if ascii.EqualFold(name, subprotocols[i].name) {
			return &subprotocols[i]
		}
	}
	return nil
}

// Subprotocols returns the subprotocols that f can speak: a client offers them, a server
// accepts them. They are in the order of the members of a [format.Set], most wanted first. A
// nil f is [format.JSON]. A format is found by its MediaType. The result is empty if there is
// no subprotocol for it, as for XML.
//
// Section 1.5 asks every implementation to support JSON.
func Subprotocols(f format.Formatter) []string {
	members, ok := f.(format.Set)
	if !ok {
		members = format.Set{f}
	}
	var names []string
	for _, member := range members {
		for i := range subprotocols {
			row := &subprotocols[i]
			if speaks(member, row) && !slices.Contains(names, row.name) {
				names = append(names, row.name)
			}
		}
	}
	return names
}

// speaks reports whether f is the format of a subprotocol. A nil f is JSON.
func speaks(f format.Formatter, row *subprotocol) bool {
	if f == nil {
		return row.mediaType == spec.MediaTypeJSON
	}
	return mediatype.Is(f.MediaType(), row.mediaType)
}

// Select returns the subprotocol with which a server answers a client that has offered
// some. It is for servers whose package does not choose by itself, and for those that
// want to know before they answer. offered are names, or values of the header
// Sec-WebSocket-Protocol, which are lists. The choice is the first of [Subprotocols] that is
// among them, as the client has spelled it.
//
// If there is none, the error is a [*SubprotocolError]. The server should then not answer
// with that header (section 1.4). It need not answer with status 101 at all.
func Select(offered []string, f format.Formatter) (string, error) {
	supported := Subprotocols(f)
	for _, name := range supported {
		for _, list := range offered {
			for token := range strings.SplitSeq(list, ",") {
				if token = strings.Trim(token, " \t"); ascii.EqualFold(token, name) {
					return token, nil
				}
			}
		}
	}
	return "", &SubprotocolError{Supported: supported}
}

// Check returns nil if events in the format f can travel on a connection with that
// subprotocol, and else a [*SubprotocolError]. Call it once after the handshake, at both
// ends. A nil f is [format.JSON].
func Check(subprotocol string, f format.Formatter) error {
	_, _, err := agreed(subprotocol, f)
	return err
}

// agreed returns the row of a subprotocol, and the member of f that speaks it. The latter
// is nil for a nil f.
func agreed(name string, f format.Formatter) (*subprotocol, format.Formatter, error) {
	row := find(name)
	if row == nil {
		return nil, nil, &SubprotocolError{Subprotocol: name, Supported: Subprotocols(f)}
	}
	members, ok := f.(format.Set)
	if !ok && speaks(f, row) {
		return row, f, nil
	}
	for _, member := range members {
		if speaks(member, row) {
			return row, member, nil
		}
	}
	return nil, nil, &SubprotocolError{Subprotocol: name, Supported: Subprotocols(f)}
}
