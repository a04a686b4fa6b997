package cews_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// The subprotocols of a format, in the order of a Set.
func TestSubprotocols(t *testing.T) {
	for name, c := range map[string]struct {
		f    format.Formatter
		want []string
	}{
		"nil is JSON":                   {nil, []string{"cloudevents.json"}},
		"JSON":                          {format.JSON{}, []string{"cloudevents.json"}},
		"Avro":                          {avro, []string{"cloudevents.avro"}},
		"Protobuf":                      {protobuf, []string{"cloudevents.proto"}},
		"XML has none":                  {xml, nil},
		"a Set keeps its order":         {all, []string{"cloudevents.proto", "cloudevents.json", "cloudevents.avro"}},
		"a Set with others":             {format.Set{xml, avro, xml}, []string{"cloudevents.avro"}},
		"the same format twice":         {format.Set{avro, format.JSON{}, avro}, []string{"cloudevents.avro", "cloudevents.json"}},
		"an empty Set":                  {format.Set{}, nil},
		"a Set in a Set is its first":   {format.Set{format.Set{avro, format.JSON{}}}, []string{"cloudevents.avro"}},
		"a media type with a parameter": {stand{mediaType: "Application/CloudEvents+JSON; charset=utf-8"}, []string{"cloudevents.json"}},
		"another format of Avro":        {stand{mediaType: "application/cloudevents+avro-compact"}, nil},
	} {
		got := cews.Subprotocols(c.f)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		for _, s := range got {
			if err := cews.Check(s, c.f); err != nil {
				t.Errorf("%s: Check: %v", name, err)
			}
		}
	}
}

// The order of the server decides; the spelling is that of the client.
func TestSelect(t *testing.T) {
	for name, c := range map[string]struct {
		offered []string
		f       format.Formatter
		want    string // "" if there is none
	}{
		"the only one":                {[]string{"cloudevents.json"}, nil, "cloudevents.json"},
		"in the spelling of a client": {[]string{"CloudEvents.JSON"}, nil, "CloudEvents.JSON"},
		"the order of the server":     {[]string{"cloudevents.json", "cloudevents.proto"}, all, "cloudevents.proto"},
		"a list in a header":          {[]string{"mqtt, cloudevents.avro ,\tcloudevents.json"}, nil, "cloudevents.json"},
		"several headers":             {[]string{"mqtt", "a, cloudevents.json"}, nil, "cloudevents.json"},
		"nothing is offered":          {nil, all, ""},
		"an empty header":             {[]string{""}, all, ""},
		"commas":                      {[]string{" ,,"}, all, ""},
		"others are offered":          {[]string{"mqtt", "graphql-ws"}, all, ""},
		"another format":              {[]string{"cloudevents.avro"}, nil, ""},
		"not the whole name":          {[]string{"cloudevents", "xcloudevents.json"}, nil, ""},
		"nothing can be accepted":     {[]string{"cloudevents.json"}, xml, ""},
	} {
		got, err := cews.Select(c.offered, c.f)
		var refused *cews.SubprotocolError
		switch {
		case got != c.want:
			t.Errorf("%s: %q, want %q", name, got, c.want)
		case got != "" && (err != nil || cews.Check(got, c.f) != nil):
			t.Errorf("%s: %v, %v", name, err, cews.Check(got, c.f))
		case got == "" && (!errors.As(err, &refused) || refused.Subprotocol != "" || !slices.Equal(refused.Supported, cews.Subprotocols(c.f))):
			t.Errorf("%s: error is %#v", name, err)
		}
	}
}

// The error after the handshake says what to do.
func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		subprotocol string
		f           format.Formatter
		want        error
		text        string
	}{
		"nothing agreed on": {"", nil, cloudevents.ErrNotCloudEvent,
			"no CloudEvents subprotocol: close with status 1002; both ends need cloudevents.json"},
		"nothing of three": {"", all, cloudevents.ErrNotCloudEvent,
			"no CloudEvents subprotocol: close with status 1002; both ends need cloudevents.proto, cloudevents.json or cloudevents.avro"},
		"nothing possible": {"", xml, cloudevents.ErrNotCloudEvent,
			"no CloudEvents subprotocol: close with status 1002; the Format has no subprotocol"},
		"foreign": {"mqtt", nil, format.ErrUnknown,
			`unknown event format: subprotocol "mqtt": close with status 1002; both ends need cloudevents.json`},
		"another format": {"cloudevents.json", format.Set{avro, protobuf}, format.ErrUnknown,
			`unknown event format: subprotocol "cloudevents.json": close with status 1002; both ends need cloudevents.avro or cloudevents.proto`},
		"no format": {"cloudevents.avro", nil, format.ErrUnknown,
			`unknown event format: subprotocol "cloudevents.avro": close with status 1002; both ends need cloudevents.json`},
		"an excerpt": {strings.Repeat("x", 1000), nil, format.ErrUnknown,
			`unknown event format: subprotocol "` + strings.Repeat("x", 61) + `…": close with status 1002; both ends need cloudevents.json`},
	} {
		err := cews.Check(c.subprotocol, c.f)
		var typed *cews.SubprotocolError
		if !errors.Is(err, c.want) || !errors.As(err, &typed) || typed.Subprotocol != c.subprotocol {
			t.Errorf("%s: error is %#v, want %v", name, err, c.want)
			continue
		}
		if err.Error() != c.text {
			t.Errorf("%s: %q, want %q", name, err, c.text)
		}
		const room = 125 - 2 // in a close frame
		if c.subprotocol == "" && len(err.Error()) > room {
			t.Errorf("%s: %d bytes are too many for a close frame", name, len(err.Error()))
		}
		if got := cews.StatusCode(err); got != 1002 {
			t.Errorf("%s: status %d", name, got)
		}
		e := order()
		_, decodeErr := cews.ToCloudEvent(text(orderJSON), c.subprotocol, c.f)
		_, encodeErr := cews.ToMessage(&e, c.subprotocol, c.f)
		for _, other := range []error{decodeErr, encodeErr} {
			if other == nil || other.Error() != c.text {
				t.Errorf("%s: decoder or encoder: %v", name, other)
			}
		}
	}
}

// Every subprotocol is the same in any case, with its frame.
func TestModeOf(t *testing.T) {
	for name, c := range map[string]struct {
		m           *cews.Message
		subprotocol string
		want        string // a content mode, or none
	}{
		"text":                     {text(""), "cloudevents.json", "structured"},
		"upper case":               {text(""), "CLOUDEVENTS.JSON", "structured"},
		"Avro":                     {&cews.Message{Frame: cews.Binary}, "cloudevents.avro", "structured"},
		"Protobuf":                 {&cews.Message{Frame: cews.Binary}, "CloudEvents.Proto", "structured"},
		"JSON in a binary frame":   {&cews.Message{Frame: cews.Binary}, "cloudevents.json", "none"},
		"Protobuf in a text frame": {text(""), "cloudevents.proto", "none"},
		"no frame":                 {&cews.Message{}, "cloudevents.json", "none"},
		"no subprotocol":           {text(orderJSON), "", "none"},
		"another subprotocol":      {text(orderJSON), "mqtt", "none"},
		"array":                    {text(" []"), "cloudevents.json", "batch"},
		"a byte that is [ in Avro": {&cews.Message{Frame: cews.Binary, Payload: []byte("[")}, "cloudevents.avro", "structured"},
		"nil":                      {nil, "cloudevents.json", "none"},
	} {
		mode, ok := cews.ModeOf(c.m, c.subprotocol)
		got := mode.String()
		if !ok {
			got = "none"
		}
		if got != c.want || !ok && mode != cloudevents.BinaryMode {
			t.Errorf("%s: the mode is %v, %v", name, mode, ok)
		}
		if is := cews.IsCloudEvent(c.m, c.subprotocol); is != (ok && mode != cloudevents.BatchMode) {
			t.Errorf("%s: IsCloudEvent is %v", name, is)
		}
	}
}

func TestFrameString(t *testing.T) {
	for frame, want := range map[cews.Frame]string{cews.Text: "text", cews.Binary: "binary", 0: "opcode 0", 9: "opcode 9"} {
		if got := frame.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
