package finding

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Edit is one change to an input. All edits of a finding are made together, and their
// offsets are those before any of them. Content-Length follows from the body; an edit does
// not mention it.
type Edit struct {
	// Do is "replace" for bytes of a document; and for headers "set", which leaves one
	// header of that name, "rename" or "remove".
	Do     string `json:"do"`
	Header string `json:"header,omitempty"`
	Offset *int64 `json:"offset,omitempty"` // in the file, in bytes
	In     string `json:"in,omitempty"`     // "body" if Offset is counted in the body, as for Finding.In
	Length int    `json:"length,omitempty"` // of the bytes that are replaced; 0 inserts
	To     string `json:"to"`               // bytes, value or name; a value is already percent-encoded
}

// replace returns the edit of the bytes of a document from begin to end.
func replace(begin, end int, to string) Edit {
	offset := int64(begin)
	return Edit{Do: "replace", Offset: &offset, Length: end - begin, To: to}
}

func setHeader(name, value string) Edit { return Edit{Do: "set", Header: name, To: value} }
func renameHeader(name, to string) Edit { return Edit{Do: "rename", Header: name, To: to} }
func removeHeader(name string) Edit     { return Edit{Do: "remove", Header: name} }

// edited returns header and body with the edits, whose offsets are counted in the body. It
// changes neither of them. It is false if edits overlap, or rename to what is there.
func edited(h http.Header, body []byte, edits []Edit) (http.Header, []byte, bool) {
	var ofBody []Edit
	cloned := false
	for _, e := range edits {
		if e.Do == "replace" {
			ofBody = append(ofBody, e)
			continue
		}
		if !cloned {
			h, cloned = h.Clone(), true
			if h == nil {
				h = http.Header{}
			}
		}
		if !e.change(h) {
			return nil, nil, false
		}
	}
	if len(ofBody) == 0 {
		return h, body, true
	}
	slices.SortStableFunc(ofBody, func(a, b Edit) int { return cmp.Compare(*a.Offset, *b.Offset) })
	var out []byte
	at := 0
	for _, e := range ofBody {
		begin := int(*e.Offset)
		if begin < at || begin+e.Length > len(body) {
			return nil, nil, false
		}
		out = append(append(out, body[at:begin]...), e.To...)
		at = begin + e.Length
	}
	return h, append(out, body[at:]...), true
}

// change makes the change of a header.
func (e *Edit) change(h http.Header) bool {
	keys := keysOf(h, e.Header)
	switch e.Do {
	case "rename":
		if len(keys) != 1 || len(keysOf(h, e.To)) > 0 {
			return false
		}
		h[e.To] = h[keys[0]]
	case "set":
		for _, key := range keys {
			delete(h, key)
		}
		h[e.Header] = []string{e.To}
		return true
	}
	for _, key := range keys {
		delete(h, key)
	}
	return true
}

// keysOf returns the keys of a header, whatever the case of its name.
func keysOf(h http.Header, name string) (keys []string) {
	for key := range h {
		if ascii.EqualFold(key, name) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Errors returns what is wrong with u, which is one event or a message that is no batch.
func Errors(u *stream.Unit) error {
	if u.Message == nil {
		var d cloudevents.JSONDecoder
		_, err := d.Decode(u.Body)
		return err
	}
	return messageErrors(u.Message.Header, u.Message.Body)
}

// Version returns the version of u, which is an event in JSON, whatever is wrong with it. It is
// false if the event has none that is known.
func Version(u *stream.Unit) (spec.Version, bool) {
	d := doctor{u: u}
	a := d.named(spec.SpecVersion)
	if a == nil {
		return 0, false
	}
	text, ok := d.text(a)
	if !ok {
		text = string(d.token(a)) // a number
	}
	return spec.ParseVersion(text)
}

func messageErrors(h http.Header, body []byte) error {
	_, err := cehttp.DecodeMessage(h, body, all.Formats())
	if err == nil || errors.Is(err, cehttp.ErrContentEncoding) {
		return err
	}
	// A decoder does not get to a Content-Encoding if attributes are wrong.
	if codings := keysOf(h, "Content-Encoding"); len(codings) > 0 {
		valid := http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/"}, "Ce-Type": {"t"}}
		valid["Content-Encoding"] = h[codings[0]]
		if _, coding := cehttp.DecodeMessage(valid, nil, nil); coding != nil {
			return validation.Join(slices.Concat(violations(err), []error{coding}))
		}
	}
	return err
}

// after returns the error about u with the edits. It is false if they cannot be made.
func (d *doctor) after(edits []Edit) (error, bool) {
	u := d.u
	if u.Message == nil {
		_, body, ok := edited(nil, u.Body, edits)
		if !ok {
			return nil, false
		}
		return Errors(&stream.Unit{Body: body}), true
	}
	h, body, ok := edited(u.Message.Header, u.Message.Body, edits)
	switch {
	case !ok:
		return nil, false
	case cehttp.ModeOf(h) == cloudevents.BatchMode:
		_, err := cehttp.DecodeMessageBatch(h, body, all.Formats())
		return err, true
	}
	return messageErrors(h, body), true
}

// maxBefore is the number of violations behind which a decoder may have stopped: one that is
// corrected then shows another.
const maxBefore = 32

// heals reports whether the edits take away the violation err of the unit, and make no new
// one. It tries them.
func (d *doctor) heals(err error, edits []Edit) bool {
	if d.before == nil {
		if d.isBatch() {
			d.before = []string{key(err)}
		} else {
			for _, e := range violations(Errors(d.u)) {
				d.before = append(d.before, key(e))
			}
		}
	}
	cost := len(d.u.Body) + 256
	if d.budget < cost || len(d.before) >= maxBefore {
		return false
	}
	d.budget -= cost
	now, ok := d.after(edits)
	if !ok {
		return false
	}
	var after []string
	if now != nil {
		for _, e := range violations(now) {
			after = append(after, key(e))
		}
	}
	gone := key(err)
	if count(after, gone) >= count(d.before, gone) {
		return false
	}
	for _, k := range after {
		if count(after, k) > count(d.before, k) {
			return false
		}
	}
	return true
}

func (d *doctor) isBatch() bool {
	return d.u.Message != nil && cehttp.ModeOf(d.u.Message.Header) == cloudevents.BatchMode
}

// key returns what tells violations of one unit apart.
func key(err error) string {
	f := describe(err)
	return f.Rule + " " + f.Attribute
}

func count(keys []string, key string) (n int) {
	for _, k := range keys {
		if k == key {
			n++
		}
	}
	return n
}

// isRequired reports whether every event has the attribute.
func isRequired(name string) bool {
	switch name {
	case spec.ID, spec.Source, spec.SpecVersion, spec.EventType:
		return true
	}
	return false
}
