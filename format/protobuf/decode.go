package ceprotobuf

import (
	"slices"
	"unicode/utf8"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/events"
	"github.com/seed763dd41b/cloudevents/spec"
)

// reader decodes one body.
type reader struct {
	b             []byte
	extensions    []spec.Attribute
	maxDepth      int
	maxAttributes int
	v1Only        bool
	forgive       bool
	forgiven      error // in the event that was read last
}

// message is what a CloudEvent has on the wire.
type message struct {
	required [4]text // id, source, specversion, type
	data     data
	count    int // of attributes, overwritten ones included
}

// fewAttributes is how many entries have room on the stack.
const fewAttributes = 16

// text is a string and its place in the body.
type text struct {
	bytes []byte
	at    int
}

// attribute is an entry of the map of attributes.
type attribute struct {
	name []byte
	value
	overwritten bool // by an entry of the same name
}

// value is a CloudEventAttributeValue.
type value struct {
	key   uint64 // of the member of the oneof that is set, or 0
	at    int
	bytes []byte // of a String, a Binary or a URI
	// number is an Integer, a Boolean, or the seconds of a Timestamp.
	number      int64
	nanoseconds int32
}

// data is the oneof data.
type data struct {
	key     uint64 // of the member that is set, or 0
	at      int
	bytes   []byte
	typeURL text // of proto_data
}

// single decodes the body as one event.
func (r *reader) single() (e cloudevents.Event, err error) {
	if err := r.event(&e, 0, len(r.b)); err != nil {
		return cloudevents.Event{}, events.Plain(err)
	}
	return e, nil
}

// batch decodes the body as a batch.
func (r *reader) batch(b *events.Batch, maxEvents int) error {
	// More events, which are smaller than that, get room once those before are valid.
	const small = 64
	b.Events = make([]cloudevents.Event, 0, r.count(min(maxEvents, len(r.b)/small+1)))
	var f field
	for i := 0; i < len(r.b); {
		var err error
		if i, err = r.next(&f, i, len(r.b)); err != nil {
			return err
		}
		if f.key != batchEvents {
			continue
		}
		if b.Len() == maxEvents {
			return syntax(f.at, &cloudevents.LimitError{What: "events", Limit: maxEvents})
		}
		if n := len(b.Events); n == cap(b.Events) {
			b.Events = slices.Grow(b.Events, min(max(n, 1), maxEvents-b.Len()))
		}
		err = r.event(b.Next(), f.start, i)
		if err = b.End(f.at, err, r.forgiven); err != nil {
			return err
		}
	}
	return nil
}

// count returns how many events a batch has, or max if it has more. It stops at what is
// malformed.
func (r *reader) count(max int) (n int) {
	var f field
	for i := 0; i < len(r.b) && n < max; {
		var err error
		if i, err = r.next(&f, i, len(r.b)); err != nil {
			return n
		}
		if f.key == batchEvents {
			n++
		}
	}
	return n
}

// event sets e, which is empty, to the message between two offsets. On an error some
// fields of e may be set.
func (r *reader) event(e *cloudevents.Event, i, end int) error {
	r.forgiven = nil
	if len(r.extensions) == 0 {
		if simpleEvent(e, r.b[i:end], r.maxAttributes) {
			return nil
		}
		*e = cloudevents.Event{}
	}
	return r.anyEvent(e, i, end)
}

// anyEvent is event for one that is not simple.
func (r *reader) anyEvent(e *cloudevents.Event, i, end int) error {
	var m message
	var few [fewAttributes]attribute
	as, err := r.scan(&m, few[:0], i, end)
	if err == nil {
		err = overwrite(as)
	}
	if err != nil {
		return err
	}
	return r.assemble(e, &m, as)
}

// scan reads the fields of a CloudEvent, and appends the attributes that are not required
// to as.
func (r *reader) scan(m *message, as []attribute, i, end int) ([]attribute, error) {
	var f field
	for i < end {
		var err error
		if i, err = r.next(&f, i, end); err != nil {
			return nil, err
		}
		switch f.key {
		case eventID, eventSource, eventVersion, eventType:
			t := &m.required[f.key>>3-1]
			if t.bytes == nil {
				m.count++
			}
			err = t.set(&f)
		case eventAttributes:
			if m.count++; m.count <= r.maxAttributes {
				as = append(as, attribute{value: value{at: f.start}})
				err = r.entry(&as[len(as)-1], f.start, i)
			}
		case eventBinaryData, eventTextData:
			if err = m.data.leave(f.key); err == nil {
				m.data = data{key: f.key, at: f.start, bytes: f.bytes}
			}
		case eventProtoData:
			if err = m.data.leave(f.key); err == nil {
				err = r.any(&m.data, &f, i)
			}
		}
		if err != nil {
			return nil, err
		}
		if m.count > r.maxAttributes {
			return nil, r.tooMany(f.at)
		}
	}
	if m.data.key == eventTextData && !utf8.Valid(m.data.bytes) {
		return nil, syntax(m.data.at, errUTF8)
	}
	return as, nil
}

func (r *reader) tooMany(at int) error {
	return syntax(at, &cloudevents.LimitError{What: "attributes", Limit: r.maxAttributes})
}

// set sets t to a field that may be there again. A text that is overwritten is looked at
// here, because nothing else does.
func (t *text) set(f *field) error {
	if !utf8.Valid(t.bytes) {
		return syntax(t.at, errUTF8)
	}
	t.bytes, t.at = f.bytes, f.start
	return nil
}

// leave prepares d for a field with that key.
func (d *data) leave(key uint64) error {
	switch {
	case d.key == eventTextData && !utf8.Valid(d.bytes):
		return syntax(d.at, errUTF8)
	case d.key == eventProtoData && key != d.key && !utf8.Valid(d.typeURL.bytes):
		return syntax(d.typeURL.at, errUTF8)
	}
	return nil
}

// any merges an Any into d.
func (r *reader) any(d *data, outer *field, end int) error {
	if d.key != eventProtoData {
		*d = data{key: eventProtoData, at: outer.start, bytes: outer.bytes[:0:0]}
	}
	var f field
	for i := outer.start; i < end; {
		var err error
		if i, err = r.next(&f, i, end); err != nil {
			return err
		}
		switch f.key {
		case anyTypeURL:
			if err := d.typeURL.set(&f); err != nil {
				return err
			}
		case anyValue:
			d.bytes = f.bytes
		}
	}
	return nil
}

// entry reads an entry of the map of attributes.
func (r *reader) entry(a *attribute, i, end int) error {
	var name text
	var f field
	for i < end {
		var err error
		if i, err = r.next(&f, i, end); err != nil {
			return err
		}
		switch f.key {
		case entryName:
			err = name.set(&f)
		case entryValue:
			err = r.value(&a.value, f.start, i)
		}
		if err != nil {
			return err
		}
	}
	if a.name = name.bytes; !utf8.Valid(a.name) {
		return syntax(name.at, errUTF8)
	}
	return nil
}

// value merges a CloudEventAttributeValue into v.
func (r *reader) value(v *value, i, end int) error {
	var f field
	for i < end {
		var err error
		if i, err = r.next(&f, i, end); err != nil {
			return err
		}
		switch f.key {
		case valueBoolean, valueInteger:
			if err = v.check(); err == nil {
				*v = value{key: f.key, at: f.at, number: int64(f.number)}
			}
		case valueString, valueBinary, valueURI, valueURIReference:
			if err = v.check(); err == nil {
				*v = value{key: f.key, at: f.start, bytes: f.bytes}
			}
		case valueTimestamp:
			if err = v.check(); err == nil {
				if v.key != valueTimestamp {
					*v = value{key: f.key, at: f.start}
				}
				err = r.timestamp(v, f.start, i)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// check returns an error if v is a string that is not UTF-8.
func (v *value) check() error {
	if v.bytes != nil && v.key != valueBinary && !utf8.Valid(v.bytes) {
		return syntax(v.at, errUTF8)
	}
	return nil
}

// timestamp merges a google.protobuf.Timestamp into v.
func (r *reader) timestamp(v *value, i, end int) error {
	var f field
	for i < end {
		var err error
		if i, err = r.next(&f, i, end); err != nil {
			return err
		}
		switch f.key {
		case timestampSeconds:
			v.number = int64(f.number)
		case timestampNanoseconds:
			v.nanoseconds = int32(f.number)
		}
	}
	return nil
}

// overwrite marks the attributes that are followed by one of the same name.
func overwrite(as []attribute) error {
	sorted := true
	for i := 1; i < len(as) && sorted; i++ {
		sorted = string(as[i-1].name) < string(as[i].name)
	}
	if sorted { // as most encoders write them
		return nil
	}
	if len(as) <= fewAttributes {
		for i := range as {
			for k := i + 1; k < len(as); k++ {
				if string(as[i].name) == string(as[k].name) {
					if err := as[i].drop(); err != nil {
						return err
					}
					break
				}
			}
		}
		return nil
	}
	slices.SortStableFunc(as, func(x, y attribute) int { return slices.Compare(x.name, y.name) })
	for i := 1; i < len(as); i++ {
		if string(as[i-1].name) == string(as[i].name) {
			if err := as[i-1].drop(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *attribute) drop() error {
	a.overwritten = true
	return a.check()
}
