package cloudevents

import (
	"math"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/limit"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/internal/timestamp"
	"github.com/seed763dd41b/cloudevents/internal/violations"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// DefaultMaxAttributes is the limit of a decoder whose MaxAttributes is 0.
const DefaultMaxAttributes = 1000

// Attributes assembles an [Event] from the attributes of a message. The decoders of
// this module are built on it. So should be those for other protocols and formats:
//
//	var a cloudevents.Attributes
//	for _, h := range message.Headers {
//		if name, ok := strings.CutPrefix(h.Name, "ce_"); ok {
//			a.AddText(name, spec.String, h.Value)
//		}
//	}
//	err := a.Assemble(&event)
//
// Attributes are added in any order. [Attributes.Assemble] checks names, types and
// values, finds those that are missing or there twice, and sorts the extensions. All
// texts that it copies share one allocation. The work is linear in the size of the
// message, but for sorting.
//
// The zero value is ready to use. An Attributes is for one event. It must not be copied
// after the first attribute was added.
type Attributes struct {
	// Extensions are the types of extensions. An extension that is not listed keeps the
	// type that it was added with.
	Extensions []spec.Attribute

	// MaxAttributes limits the attributes of the event, core attributes included. 0 is
	// DefaultMaxAttributes, -1 is no limit.
	MaxAttributes int

	// V1Only refuses events of version 0.3. The default accepts both versions.
	V1Only bool

	// Forgive leaves an optional attribute or an extension out if it breaks a rule, instead
	// of refusing the event. [Attributes.Forgiven] says what was left out; the event must
	// not be used without it. [JSONDecoder] says what exactly is forgiven.
	Forgive bool

	// Section is the section of the specification that errors about the encoding of
	// values cite, in [Attributes.AddEncoded]. "" is that of HTTP.
	Section string

	core  [coreCount]addedValue
	few   [fewExtensions]addedExtension
	many  []addedExtension // all of them, if few is too small
	spare []addedExtension // room for many that another Attributes has used
	count int              // of extensions
	added int              // of all attributes, repeated ones included
	most  int              // what MaxAttributes stands for; 0 until the first is added
	size  int              // of the texts to copy, or more
	bad   []int            // the places in many of some that are bad
	time  time.Time        // the value of the attribute time, if that has isTime
	fails []error

	receipts []error // of what was forgiven
	isBase64 bool    // datacontentencoding of version 0.3 says so

	document jsonDocument // zero, except for JSON
}

const (
	// fewExtensions is how many extensions have room in an Attributes.
	fewExtensions = 16

	// maxViolations is how many violations are looked for in one event, so that a small
	// document with nothing but violations costs little.
	maxViolations = violations.Most
)

// addedValue is the value of an attribute that was added.
type addedValue struct {
	text  string
	at    place
	typ   spec.Type
	kind  byte // the first byte of a JSON value that no attribute has
	state addedState
}

// place is where a value is in a document: 1 + its offset, or 0 if that is unknown. It is
// small because an Attributes has many.
type place uint32

func placeOf(offset int) place {
	if uint64(offset+1) > math.MaxUint32 {
		return 0
	}
	return place(offset + 1)
}

// addedExtension is an extension that was added.
type addedExtension struct {
	name string
	addedValue
}

// addedState is what is known of an attribute that was added.
type addedState uint16

const (
	isAdded        addedState = 1 << iota
	isRepeated                // the attribute was added again
	isNull                    // the value is null, which is absent
	isPrintable               // the text is printable ASCII, and so a legal String
	isPercent                 // the text is percent-encoded
	isEscaped                 // the text has JSON escapes
	isBorrowed                // the text is to be copied
	isNameBorrowed            // the name is to be copied
	isNameFolded              // the name is to be copied in lower case
	isNameLegal               // the name is one of letters and digits that begins with a letter
	isUnfit                   // the value has a type that no attribute has; the text is its name
	isTime                    // the value is that of the field time; there is no text
)

// Len returns how many attributes were added.
func (a *Attributes) Len() int { return a.added }

// Add adds an attribute. The type is the one that the message gives the value; it is
// [spec.String] if the protocol has no types. The text is the canonical string of the
// value. Name and text become part of the event without a copy.
func (a *Attributes) Add(name string, t spec.Type, text string) {
	if v := a.add(name, 0); v != nil {
		v.text, v.typ = text, t
	}
}

// AddText is [Attributes.Add] for a text in a buffer. Assemble copies it. It must not
// change before.
func (a *Attributes) AddText(name string, t spec.Type, text []byte) {
	if v := a.add(name, 0); v != nil {
		v.borrow(t, text)
		a.size += len(text)
	}
}

// AddBytes is [Attributes.Add] for parts of a document. Assemble copies both. They must
// not change before. The offset is that of the value in the document: an error about
// the value is a [*SyntaxError] with it. -1 is no offset.
func (a *Attributes) AddBytes(offset int, name []byte, t spec.Type, text []byte) {
	if place, known := memberIndex(name); known && place < coreCount {
		if v := a.addCore(place, placeOf(offset)); v != nil {
			v.borrow(t, text)
			a.size += len(text)
		}
	} else if x := a.addExtension(view(name), placeOf(offset)); x != nil {
		x.borrow(t, text)
		x.state |= isNameBorrowed
		a.size += len(name) + len(text)
	}
}

// AddEncoded adds a String as the headers of HTTP and NATS have it. The name may be in
// any case. The value may be percent-encoded, or have parts in double quotes
// (http-protocol-binding.md#3132-http-header-values). What needs no decoding becomes
// part of the event without a copy.
func (a *Attributes) AddEncoded(name, value string) {
	var v *addedValue
	if place, ok := coreIndexFold(name); ok {
		v = a.addCore(place, 0)
	} else if x := a.addExtension(name, 0); x != nil {
		v = &x.addedValue
		if known, ok := spec.ExtensionName(name); ok {
			x.name = known
			x.state |= isNameLegal
		} else {
			x.state |= isNameFolded
			a.size += len(name)
		}
	}
	if v == nil {
		return
	}
	v.text, v.typ = value, spec.String
	if percent.NeedsUnescape(value) {
		v.state |= isPercent
		a.size += len(value)
	} else {
		v.state |= isPrintable
	}
}

// AddTime adds a Timestamp that the message has as a number or in another form that is no
// text. It is [Attributes.Add] with the canonical string of t, and faster for the attribute
// time in UTC.
func (a *Attributes) AddTime(name string, t time.Time) {
	if name != spec.Time || t.Location() != time.UTC || !timestamp.InRange(t) {
		a.Add(name, spec.Timestamp, string(timestamp.Append(make([]byte, 0, timestamp.MaxLength), t)))
		return
	}
	if v := a.addCore(coreTime, 0); v != nil {
		v.typ = spec.Timestamp
		v.state |= isTime
		a.time = timestamp.Decoded(t)
	}
}

// AddUnfit adds an attribute whose value in the message has a type that no attribute has,
// such as a floating-point number. typeName is what the message calls the type. Assemble
// refuses the attribute, or leaves it out with Forgive.
func (a *Attributes) AddUnfit(name, typeName string) {
	if v := a.add(name, 0); v != nil {
		v.text = typeName
		v.state |= isUnfit
	}
}

// AddUnfitBytes is [Attributes.AddUnfit] for a part of a document, as in
// [Attributes.AddBytes]. It copies the name.
func (a *Attributes) AddUnfitBytes(offset int, name []byte, typeName string) {
	if v := a.add(string(name), placeOf(offset)); v != nil {
		v.text = typeName
		v.state |= isUnfit
	}
}

// AddNull adds an attribute of a document whose value is null, which is absent. Its name is
// checked, and must not be there twice. offset and name are as in [Attributes.AddBytes].
func (a *Attributes) AddNull(offset int, name []byte) {
	if place, known := memberIndex(name); known && place < coreCount {
		if v := a.addCore(place, placeOf(offset)); v != nil {
			v.state |= isNull
		}
	} else if x := a.addExtension(view(name), placeOf(offset)); x != nil {
		x.state |= isNull | isNameBorrowed
		a.size += len(name)
	}
}

// Fail adds an error about the message. Assemble returns it after those that it finds.
func (a *Attributes) Fail(err error) { a.fails = append(a.fails, err) }

// Assemble sets the attributes of e to those that were added, and its Extensions to a
// new slice, sorted by name. Data is left alone. On an error some attributes of e may
// be set.
//
// The error is a [*LimitError]; or a [*validation.Error] for each violation, core
// attributes first, in the order of the specification, then extensions by name; or what
// Fail was given. Several errors are [validation.Errors]. After 32 violations the rest of
// the extensions is not checked any more. With Forgive, what would have been forgiven
// comes last.
func (a *Attributes) Assemble(e *Event) error {
	if err := a.exceeded(); err != nil {
		return err
	}
	var m attributeMemory
	errs := a.assemble(e, &m, 0)
	if len(errs)+len(a.fails) == 0 {
		return nil
	}
	return validation.Join(slices.Concat(errs, a.fails, a.receipts))
}

// exceeded returns the error about too many attributes.
func (a *Attributes) exceeded() error {
	if a.added > a.most {
		return &LimitError{"attributes", a.most}
	}
	return nil
}

// counted counts an attribute, and reports whether it is one too many.
func (a *Attributes) counted() (full bool) {
	if a.most == 0 {
		a.most = limit.Of(a.MaxAttributes, DefaultMaxAttributes)
	}
	a.added++
	return a.added > a.most
}

// add returns the place for a value, or nil if there are too many.
func (a *Attributes) add(name string, at place) *addedValue {
	if place, known := memberIndex(name); known && place < coreCount {
		return a.addCore(place, at)
	}
	if x := a.addExtension(name, at); x != nil {
		return &x.addedValue
	}
	return nil
}

func (a *Attributes) addCore(core int, at place) *addedValue {
	if a.counted() {
		return nil
	}
	v := &a.core[core]
	if v.state != 0 {
		*v = addedValue{state: isRepeated}
	}
	v.at = at
	v.state |= isAdded
	return v
}

func (a *Attributes) addExtension(name string, at place) *addedExtension {
	if a.counted() {
		return nil
	}
	n := a.count
	a.count++
	if n < fewExtensions {
		x := &a.few[n]
		x.name, x.at, x.state = name, at, isAdded
		return x
	}
	if n == fewExtensions {
		if cap(a.spare) == 0 {
			a.spare = make([]addedExtension, 0, a.expected(at))
		}
		a.many = append(a.spare[:0], a.few[:]...)
	}
	if len(a.many) == cap(a.many) { // append makes less room, and so more often
		a.many = append(make([]addedExtension, 0, max(a.expected(at), n+fewExtensions)), a.many...)
	}
	a.many = append(a.many, addedExtension{name, addedValue{at: at, state: isAdded}})
	return &a.many[n]
}

// expected returns how many extensions to make room for when there is none for one more.
// The rest of a document is likely to have members as long as those before; room for them at
// once costs less than growing. If one of the first is bad, most of the rest may not be kept.
func (a *Attributes) expected(at place) int {
	n := a.count - 1
	least := max(2*n, 4*fewExtensions)
	if at == 0 || a.document.b == nil {
		return least
	}
	for i := range a.few {
		if a.few[i].isBad() {
			return least
		}
	}
	rest := len(a.document.b) - int(at)
	span := int(at) // of n extensions; from the first of them on if the limit bounds the guess
	if first := a.few[0].at; first < at && a.most <= DefaultMaxAttributes {
		span -= int(first)
	}
	return max(4*fewExtensions, min(n+1+rest*n/span, a.most))
}

// isBad reports whether x breaks a rule whatever other attributes there are.
func (x *addedExtension) isBad() bool {
	return x.kind != 0 || x.name == "" || !ascii.LowerAlphanumeric(x.name)
}

// keepSome drops a bad extension, and with it what the last one has added to size, if more of
// them were added than Assemble tells: there is no event then. Those that are first by name are
// kept. It reports whether it did.
func (a *Attributes) keepSome(size int) (dropped bool) {
	n := len(a.many) - 1
	if n < 0 || !a.many[n].isBad() {
		return false
	}
	if len(a.bad) <= maxViolations {
		a.bad = append(a.bad, n)
		return false
	}
	last := slices.MaxFunc(a.bad, func(i, j int) int { return strings.Compare(a.many[i].name, a.many[j].name) })
	if a.many[n].name < a.many[last].name {
		a.many[last] = a.many[n]
	}
	a.many, a.count, a.size = a.many[:n], n, size
	return true
}

// borrow sets a value whose text is to be copied.
func (v *addedValue) borrow(t spec.Type, text []byte) {
	v.text, v.typ = view(text), t
	v.state |= isBorrowed
	if t == spec.String && ascii.Printable(v.text) {
		v.state |= isPrintable
	}
}

// view returns b as a string that changes with it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
