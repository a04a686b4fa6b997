package ceavro

import (
	"encoding/base64"
	"math"
	"strconv"
	"time"
	"unsafe"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format/internal/events"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// The members of the union of attributes.
const (
	attributeNull = iota
	attributeBoolean
	attributeInt
	attributeString
	attributeBytes
	attributeMembers
)

// decoder makes an event of a document.
type decoder struct {
	reader
	attributes    cloudevents.Attributes
	maxDepth      int
	maxAttributes int
	count         int    // of attributes
	room          []byte // for canonical strings that the document does not have

	// What Attributes does not see: a time that the document has as a number, and violations.
	time       time.Time
	hasTime    bool
	violations events.Violations
}

func (d *decoder) setAttributes(maxAttributes int, exts []spec.Attribute, forgive bool) {
	d.maxAttributes = limit.Of(maxAttributes, cloudevents.DefaultMaxAttributes)
	d.attributes.MaxAttributes = -1 // the decoder counts
	d.attributes.Extensions, d.attributes.Forgive = exts, forgive
}

// event decodes an event.
func (d *decoder) event(e *cloudevents.Event) error {
	whole := d.b
	nulls := 0
	for b := (block{end: -1}); d.next(&b, 2); {
		if d.attribute(&b) {
			nulls++
		}
	}
	if nulls > 0 && d.err == nil {
		d.nullTwice()
	}
	var x data
	d.data(&x, d.maxDepth)
	return d.finish(e, &x, whole)
}

// attribute reads an entry of the map of attributes, and reports whether it is null.
func (d *decoder) attribute(b *block) (isNull bool) {
	name := d.bytes()
	at := d.i
	member := d.union(attributeMembers)
	if !d.counted(at) {
		return false
	}
	switch member {
	case attributeNull: // absent, but the name must be one
		if validation.Name(string(name)) != nil {
			d.attributes.AddBytes(at, name, spec.String, nil)
			return false
		}
		return true
	case attributeBoolean:
		d.addBoolean(at, name, d.boolean())
	case attributeInt:
		d.addInteger(at, name, d.int(), b.left)
	case attributeString:
		d.attributes.AddBytes(at, name, spec.String, d.bytes())
	case attributeBytes:
		d.addBinary(at, name, d.bytes())
	}
	return false
}

// counted counts an attribute. It reports whether the attribute can be added: nothing has
// failed, and it is not one too many.
func (d *decoder) counted(at int) bool {
	if d.err != nil {
		return false
	}
	if d.count++; d.count > d.maxAttributes {
		d.fail(at, d.tooMany())
		return false
	}
	return true
}

func (d *decoder) tooMany() error {
	return &cloudevents.LimitError{What: "attributes", Limit: d.maxAttributes}
}

func (d *decoder) addBoolean(at int, name []byte, v bool) {
	d.attributes.AddBytes(at, name, spec.Boolean, view(strconv.FormatBool(v)))
}

// addInteger adds an Integer that more others may follow. 0 and 1 are a Boolean if one is
// declared, because avro for Python writes the int where a union has both.
func (d *decoder) addInteger(at int, name []byte, n int32, others int) {
	if uint32(n) <= 1 && d.declaredBoolean(name) {
		d.addBoolean(at, name, n == 1)
		return
	}
	if 0 <= n && n < 100 { // strconv has the text
		d.attributes.AddBytes(at, name, spec.Integer, view(strconv.Itoa(int(n))))
		return
	}
	text := d.made(strconv.AppendInt(d.space(len("-2147483648"), others), int64(n), 10))
	d.attributes.AddBytes(at, name, spec.Integer, text)
}

func (d *decoder) declaredBoolean(name []byte) bool {
	for i := range d.attributes.Extensions {
		if x := &d.attributes.Extensions[i]; x.Name == string(name) {
			return x.Type == spec.Boolean
		}
	}
	return false
}

func (d *decoder) addBinary(at int, name, b []byte) {
	n := base64.StdEncoding.EncodedLen(len(b))
	d.attributes.AddBytes(at, name, spec.Binary, d.made(base64.StdEncoding.AppendEncode(d.space(n, 0), b)))
}

// space returns the room for canonical strings, with space for n bytes more, and for some
// others of that size. Memory that is full stays in use by the texts in it.
func (d *decoder) space(n, others int) []byte {
	if cap(d.room)-len(d.room) < n {
		const least = 64
		d.room = make([]byte, 0, max(least, n*(1+min(others, 15)), min(2*cap(d.room), 4<<10)))
	}
	return d.room
}

// made returns what was appended to the room.
func (d *decoder) made(room []byte) []byte {
	start := len(d.room)
	d.room = room
	return room[start:]
}

// nullTwice refuses an attribute that is null and there again. Attributes sees the others.
func (d *decoder) nullTwice() {
	if uint64(len(d.b)) > math.MaxUint32 {
		return
	}
	r := reader{b: d.b[:d.i]}
	names := make([]uint32, 0, d.count)
	for b := (block{end: -1}); r.next(&b, 2); {
		names = append(names, uint32(r.i))
		r.bytes()
		switch r.union(attributeMembers) {
		case attributeBoolean:
			r.boolean()
		case attributeInt:
			r.int()
		case attributeString, attributeBytes:
			r.bytes()
		}
	}
	sortNames(d.b, names)
	for i := 0; i < len(names); {
		name, nulls, first := nameAt(d.b, names[i]), 0, i
		for ; i < len(names) && string(nameAt(d.b, names[i])) == string(name); i++ {
			value := reader{b: d.b, i: int(names[i])}
			value.bytes()
			if value.union(attributeMembers) == attributeNull {
				nulls++
			}
		}
		if n := i - first; n > 1 && n-nulls <= 1 {
			err := validation.NewError(string(name), "", spec.SectionContextAttributes, validation.ErrDuplicate)
			d.violations.Add(&d.attributes, false, syntax(int(names[first]), err))
		}
	}
}

// finish makes the event of what was read.
func (d *decoder) finish(e *cloudevents.Event, x *data, whole []byte) error {
	if err := d.end(whole); err != nil {
		return err
	}
	if err := d.violations.Assemble(&d.attributes, e); err != nil {
		return err
	}
	if d.hasTime {
		e.Time = d.time
	}
	err := error(nil)
	if x.implies(e) {
		if d.count++; d.count > d.maxAttributes {
			err = d.tooMany()
		}
	}
	if err == nil {
		err = x.set(e, &d.attributes)
	}
	if err != nil {
		return d.violations.Forgiven(&d.attributes, syntax(x.at, err))
	}
	return nil
}

// forgiven returns the error about what was forgiven.
func (d *decoder) forgiven() error { return d.violations.Forgiven(&d.attributes) }

// view returns the bytes of s, which must not be written to.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
