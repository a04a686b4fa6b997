// Package message has the steps that the bindings for Kafka, NATS, MQTT, AMQP and WebSockets
// have in common. Their messages carry one event in binary or structured mode, and no batch.
package message

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/internal/jsonscan"
	"github.com/seed763dd41b/cloudevents/internal/mediatype"
	"github.com/seed763dd41b/cloudevents/internal/violations"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Decoder has the settings that the decoders of the bindings share. Their documents
// describe them.
type Decoder struct {
	Format        format.Formatter
	Extensions    []spec.Attribute
	MaxAttributes int
	V1Only        bool
	Forgive       func(cloudevents.Receipt)

	// UnknownFormat takes a message in an event format that Format does not read for a
	// message in binary mode.
	UnknownFormat bool

	// Sealed, if it is not nil, is set instead of the event.
	Sealed *cloudevents.Sealed
}

// Mode returns the content mode of a message. The error is about a batch, or about an event
// format that nobody reads.
func (d *Decoder) Mode(contentType string) (cloudevents.Mode, error) {
	mode := format.ModeOf(contentType)
	switch mode {
	case cloudevents.BinaryMode:
		return mode, nil
	case cloudevents.BatchMode:
		return mode, fmt.Errorf("%w: the message is a batch, and this protocol has none", cloudevents.ErrContentMode)
	}
	err := format.Accepts(d.Format, contentType)
	if err != nil && d.UnknownFormat {
		return cloudevents.BinaryMode, nil
	}
	return mode, err
}

// Structured decodes a message in structured mode, which Mode has accepted. A body that is
// nil is not there. On an error e is zero.
func (d *Decoder) Structured(e *cloudevents.Event, body []byte, contentType string) error {
	err := d.structured(e, body, contentType)
	if err != nil {
		*e = cloudevents.Event{}
	}
	return err
}

var errNoBody = errors.New("the message has no body, and in structured mode the event is in it")

func (d *Decoder) structured(e *cloudevents.Event, body []byte, contentType string) (err error) {
	switch {
	case body == nil:
		return &cloudevents.SyntaxError{Offset: 0, Err: errNoBody}
	case d.Format != nil:
		*e, err = d.Format.DecodeStructuredModeMessage(body, contentType, d.Extensions...)
	case d.Sealed != nil:
		json := cloudevents.JSONDecoder{Extensions: d.Extensions, MaxAttributes: d.MaxAttributes, V1Only: d.V1Only, Forgive: d.Forgive}
		*d.Sealed, err = json.DecodeSealed(body)
		return err
	default:
		json := format.JSON{MaxAttributes: d.MaxAttributes, V1Only: d.V1Only, Forgive: d.Forgive}
		*e, err = json.DecodeStructuredModeMessage(body, contentType, d.Extensions...)
	}
	if err == nil {
		err = d.seal(e)
	}
	return err
}

// seal sets d.Sealed, if there is one to set.
func (d *Decoder) seal(e *cloudevents.Event) (err error) {
	if d.Sealed != nil {
		*d.Sealed, err = cloudevents.Seal(*e)
	}
	return err
}

// Begin makes a ready for the attributes of a message in binary mode.
func (d *Decoder) Begin(a *cloudevents.Attributes) {
	a.Extensions, a.MaxAttributes = d.Extensions, d.MaxAttributes
	a.V1Only, a.Forgive = d.V1Only, d.Forgive != nil
}

// Binary sets e to the event of a message in binary mode, whose attributes are in a. A body
// that is nil is no data. repeated is a violation that a forgiving decoder can pass over,
// such as one about a copy of an attribute. Several are validation.Errors. It is nil if
// there is none.
func (d *Decoder) Binary(e *cloudevents.Event, a *cloudevents.Attributes, body []byte, repeated error) error {
	if d.Forgive == nil {
		for _, violation := range violations.Of(repeated) {
			a.Fail(violation)
		}
	}
	err := a.Assemble(e)
	if err == nil && body != nil {
		body, err = a.Data(body)
	}
	if err == nil {
		err = d.data(e, body)
	}
	var forgiven error
	if err == nil && d.Forgive != nil {
		if forgiven = join(a.Forgiven(), repeated); len(violations.Of(forgiven)) > violations.Most {
			err = forgiven
		}
	}
	if err != nil {
		*e = cloudevents.Event{}
		return err
	}
	if forgiven != nil {
		d.receipt(*e, forgiven)
	}
	return d.seal(e)
}

// data sets the data of e, which keeps what is empty apart from what is not there.
func (d *Decoder) data(e *cloudevents.Event, body []byte) (err error) {
	if d.Format == nil {
		err = format.JSON{}.DecodeBinaryModeEventData(body, e)
	} else {
		*e, err = decodeData(d.Format, body, *e)
	}
	if err == nil && e.Data == nil && body != nil && len(body) == 0 {
		e.Data = body[:0:0]
	}
	return err
}

// decodeData is separate because e escapes when it is passed to an interface method.
func decodeData(f format.Formatter, body []byte, e cloudevents.Event) (cloudevents.Event, error) {
	err := f.DecodeBinaryModeEventData(body, &e)
	return e, err
}

// receipt is separate because e escapes.
func (d *Decoder) receipt(e cloudevents.Event, err error) {
	d.Forgive(cloudevents.Receipt{Index: -1, Event: &e, Err: err})
}

// join returns the violations of both.
func join(forgiven, repeated error) error {
	return validation.Join(append(violations.Of(forgiven), violations.Of(repeated)...))
}

// JSONEvent decodes a message without attributes that may be an event in structured mode,
// though its content type does not say so: senders are known to leave it out, or to use
// that of JSON. taken is false if the message is not such an event. An array of events is an
// error.
func (d *Decoder) JSONEvent(e *cloudevents.Event, body []byte, contentType string) (taken bool, err error) {
	switch mode := ModeOfJSON(body, contentType); mode {
	case cloudevents.BinaryMode:
		return false, nil
	case cloudevents.BatchMode:
		return true, fmt.Errorf("%w: the message is a JSON array, and this protocol has no batch", cloudevents.ErrContentMode)
	}
	if err := format.Accepts(d.Format, spec.MediaTypeJSON); err != nil {
		return true, err
	}
	return true, d.Structured(e, body, spec.MediaTypeJSON)
}

// MayBeJSON reports whether a message without attributes may be an event in structured
// mode, though its content type does not say so. A body that is not JSON may still be one if
// it begins like it: a decoder knows what is wrong with it.
func MayBeJSON(body []byte, contentType string) bool {
	return ModeOfJSON(body, contentType) == cloudevents.StructuredMode
}

// ModeOfJSON returns the mode of a message without attributes that does not say it: structured
// if it may be an event, batch if it may be an array of them, and binary if it is neither.
func ModeOfJSON(body []byte, contentType string) cloudevents.Mode {
	if contentType != "" && !mediatype.Is(contentType, "application/json") || !bytes.Contains(body, []byte(`"specversion"`)) {
		return cloudevents.BinaryMode
	}
	mode := cloudevents.StructuredMode
	i := jsonStart(body)
	if body[i] == '[' {
		mode = cloudevents.BatchMode
		i = jsonscan.Space(body, i+1)
	}
	if i < len(body) && body[i] == '{' && hasVersion(body, i) {
		return mode
	}
	return cloudevents.BinaryMode
}

// jsonStart returns the index of a JSON text in a body, which is not empty.
func jsonStart(body []byte) int {
	i := 0
	if bytes.HasPrefix(body, []byte("\uFEFF")) {
		i = len("\uFEFF")
	}
	return min(jsonscan.Space(body, i), len(body)-1)
}

// hasVersion reports whether the object at i has a member specversion. An object in an
// object does not count. It is true for what turns out not to be JSON.
func hasVersion(b []byte, i int) bool {
	i = jsonscan.Space(b, i+1)
	for i < len(b) && b[i] == '"' {
		start := i + 1
		end, _, fault := jsonscan.String(b, start)
		if fault != jsonscan.None || string(b[start:end]) == spec.SpecVersion {
			return true
		}
		if i, fault = jsonscan.Colon(b, end+1); fault == jsonscan.None {
			i, fault = jsonscan.Value(b, i, cloudevents.DefaultMaxDepth)
		}
		if fault != jsonscan.None {
			return true
		}
		if i = jsonscan.Space(b, i); i >= len(b) || b[i] != ',' {
			break
		}
		i = jsonscan.Space(b, i+1)
	}
	return i >= len(b) || b[i] != '}'
}

// NotCloudEvent returns the error about a message in binary mode that has no attributes. place is
// where the binding has them, such as "header with the prefix ce_". foreign is the name of a
// header that would declare an event in another binding or spelling, or "".
func (d *Decoder) NotCloudEvent(place, foreign, contentType, section string) error {
	if format.ModeOf(contentType) != cloudevents.BinaryMode { // of an event format that nobody reads
		return format.Accepts(d.Format, contentType)
	}
	err := fmt.Errorf("%w: it has no %s, and its content type is %q (%s)", cloudevents.ErrNotCloudEvent, place, excerpt.Of(contentType), section)
	if foreign != "" {
		return fmt.Errorf("%q is of another binding, or in another spelling: %w", excerpt.Of(foreign), err)
	}
	return err
}

// IsForeign reports whether a name is that of an attribute in some binding, in any case.
func IsForeign(name string) bool {
	for _, prefix := range [...]string{"ce-", "ce_", "cloudevents_", "cloudevents:"} {
		if len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

var (
	ruleContentTypes = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "the message has several content types"}
	ruleContentType  = &validation.Rule{Sentinel: validation.ErrDuplicate, Detail: "the attribute datacontenttype is not the same as the content type of the message"}
)

// ErrContentTypes returns the error about a message with several content types, which do not
// decide its mode.
func ErrContentTypes() error {
	return validation.NewError(spec.DataContentType, "", spec.SectionContextAttributes, ruleContentTypes)
}

// CompareContentType returns the violation of an attribute datacontenttype beside the content
// type of the message, which is its place. It is nil if both are there and the same. "" is
// no content type.
func CompareContentType(attribute, contentType, section string) error {
	if attribute == contentType && contentType != "" {
		return nil
	}
	return validation.NewError(spec.DataContentType, attribute, section, ruleContentType)
}

// ErrNilMessage is returned for a message that is nil.
var ErrNilMessage = errors.New("the message is nil")

// Encode validates e and returns the body of the message. In structured mode it returns the
// content type, too; in binary mode that is "", and the attributes are for the binding to
// write. A body is nil if there is no data, and only then.
func Encode(e *cloudevents.Event, m cloudevents.Mode, f format.Formatter) (body []byte, contentType string, err error) {
	switch m {
	case cloudevents.BinaryMode:
		if err = format.CheckBinaryMode(e); err == nil {
			body, err = Data(e, f)
		}
	case cloudevents.StructuredMode:
		if f == nil {
			f = format.JSON{}
		}
		contentType = f.MediaType()
		body, err = f.EncodeStructuredModeMessage(nil, e)
	default:
		err = fmt.Errorf("%w: this protocol has no %s mode", cloudevents.ErrContentMode, m)
	}
	if err != nil {
		return nil, "", err
	}
	return body, contentType, nil
}

// Data returns the body of a message in binary mode, for a valid event.
func Data(e *cloudevents.Event, f format.Formatter) ([]byte, error) {
	if f == nil {
		return e.Data, nil
	}
	body, err := f.EncodeBinaryModeEventData(e)
	if len(body) == 0 { // whatever f makes of it: empty data is not the same as none
		body = e.Data[:0:0]
	}
	return body, err
}

// EncodeSealed is Encode for an event whose data was checked. In the JSON event format it does
// not scan JSON data again. The event that it returns has the attributes for the binding to
// write.
func EncodeSealed(s *cloudevents.Sealed, m cloudevents.Mode, f format.Formatter) (e *cloudevents.Event, body []byte, contentType string, err error) {
	_, isJSON := f.(format.JSON)
	if (isJSON || f == nil) && m == cloudevents.StructuredMode {
		if body, err = s.AppendJSON(nil); err != nil {
			return nil, nil, "", err
		}
		return &s.Attributes, body, spec.MediaTypeJSON, nil
	}
	copied := s.Event()
	body, contentType, err = Encode(&copied, m, f)
	return &copied, body, contentType, err
}
