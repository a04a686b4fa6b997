package cloudevents

import (
	"math"
	"slices"
	"sort"
	"unsafe"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/percent"
	"github.com/seed763dd41b/cloudevents/internal/textbuf"
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

	// V1Only refuses events of version 0.3.
	V1Only bool

	// Forgive leaves an optional attribute or an extension out if it breaks a rule, instead
	// of refusing the event. [Attributes.Forgiven] says what was left out; the event must
	// not be used without it. [JSONDecoder] says what exactly is forgiven.
	Forgive bool

	isBase64 bool // datacontentencoding of version 0.3 says so

	// Section is the section of the specification that errors about the encoding of
	// values cite, in [Attributes.AddEncoded]. "" is that of HTTP.
	Section string

	core  [coreCount]addedValue
	few   [fewExtensions]addedExtension
	many  []addedExtension // all of them, if few is too small
	count int              // of extensions
	added int              // of all attributes, repeated ones included
	most  int              // what MaxAttributes stands for; 0 until the first is added
	size  int              // of the texts to copy, or more
	fails []error

	receipts []error // of what was forgiven

	document jsonDocument // zero, except for JSON
}

const (
	// fewExtensions is how many extensions have room in an Attributes.
	fewExtensions = 16

	// maxViolations is how many violations are looked for in one event, so that a small
	// document with nothing but violations costs little.
	maxViolations = 32
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

// Fail adds an error about the message. Assemble returns it after those that it finds.
func (a *Attributes) Fail(err error) { a.fails = append(a.fails, err) }

// Assemble sets the attributes of e to those that were added, and its Extensions to a
// new slice, sorted by name. Data is left alone. On an error some attributes of e may
// be set.
//
// The error is a [*LimitError]; or a [*validation.Error] for each violation, core
// attributes first, in the order of the specification, then extensions by name; or what
// Fail was given. Several errors are [validation.Errors]. After 32 violations the rest of
// the extensions is not checked any more.
func (a *Attributes) Assemble(e *Event) error {
	if err := a.exceeded(); err != nil {
		return err
	}
	var m attributeMemory
	errs := a.assemble(e, &m, 0)
	if len(errs)+len(a.fails) == 0 {
		return nil
	}
	return validation.Join(slices.Concat(a.receipts, errs, a.fails))
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
		a.most = limit(a.MaxAttributes, DefaultMaxAttributes)
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
		a.many = append(make([]addedExtension, 0, a.expected(at)), a.few[:]...)
	}
	a.many = append(a.many, addedExtension{name, addedValue{at: at, state: isAdded}})
	return &a.many[n]
}

// expected returns how many extensions to make room for when few is full. The rest of a
// document is likely to have members as long as those before; room for them at once costs
// less than growing.
func (a *Attributes) expected(at place) int {
	if at == 0 || a.document.b == nil {
		return 4 * fewExtensions
	}
	rest := len(a.document.b) - int(at)
	return max(4*fewExtensions, min(fewExtensions+1+rest*fewExtensions/int(at), a.most))
}

// borrow sets a value whose text is to be copied.
func (v *addedValue) borrow(t spec.Type, text []byte) {
	v.text, v.typ = view(text), t
	v.state |= isBorrowed
}

// view returns b as a string that changes with it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// assemble sets the attributes of e. Strings and extensions are cut from m, which is
// made large enough for the attributes of others like it.
func (a *Attributes) assemble(e *Event, m *attributeMemory, others int) (errs []error) {
	if a.isV03() {
		if err := a.renameV03(); err != nil {
			errs = append(errs, err)
		}
	}
	xs := a.few[:min(a.count, fewExtensions)]
	if a.many != nil {
		xs = a.many
	}
	if a.size > 0 || len(xs) > 0 {
		m.reserve(a, others)
	}

	// The version goes first: it says what the others are called.
	badVersion := a.assembleCore(e, coreSpecVersion, m)
	if a.V1Only && e.SpecVersion != spec.V1 && badVersion == nil {
		v := &a.core[coreSpecVersion]
		badVersion = a.located(v.at, validation.NewError(spec.SpecVersion, e.SpecVersion.String(), spec.SectionSpecVersion, ruleOnlyV1))
	}
	version := a.receipts // of an attribute whose place is not the first
	a.receipts = nil
	table := coreAttributes(e.SpecVersion)
	for place := range a.core {
		var err error
		switch {
		case place == coreSpecVersion:
			err = badVersion
			a.receipts = append(a.receipts, version...)
		case a.core[place].state != 0 || table[place].Required:
			err = a.assembleCore(e, place, m)
		}
		if err != nil {
			errs = a.violated(errs, err, !table[place].Required && a.core[place].state&isRepeated == 0)
		}
	}
	e.Extensions = nil
	if len(xs) == 0 {
		return errs
	}

	for i := range xs {
		if x := &xs[i]; x.state&isNameFolded != 0 {
			m.lower(x)
		}
	}
	var few [fewExtensions]uint8
	var order []uint8
	distinct := ascending(xs) // as most senders write them
	switch {
	case distinct:
	case a.many != nil:
		sort.Sort(byName(a.many)) // which net/http links too
	default:
		order = sorted(xs, &few)
	}
	out := m.extensions[len(m.extensions):] // there is room for all
	n := 0
	var before *addedExtension
	for i := range xs {
		x := &xs[i]
		if !distinct {
			if order != nil {
				x = &xs[order[i]]
			}
			if before != nil && before.name == x.name {
				if before.state&isRepeated == 0 && len(errs) < maxViolations {
					errs = append(errs, a.located(x.at, duplicate(x.name)))
				}
				x.state |= isRepeated
				before = x
				continue
			}
			before = x
		}
		if x.state&isNull != 0 && checkName(e.SpecVersion, x.name) == nil {
			continue
		}
		if len(errs) >= maxViolations {
			break
		}
		out = out[:n+1]
		if err := a.assembleExtension(e.SpecVersion, &out[n], x, m); err != nil {
			errs = a.violated(errs, err, true)
			continue
		}
		n++
	}
	if n > 0 {
		m.extensions = m.extensions[:len(m.extensions)+n]
		e.Extensions = out[:n:n]
	}
	return errs
}

// assembleCore sets a core attribute of e.
func (a *Attributes) assembleCore(e *Event, place int, m *attributeMemory) error {
	v := &a.core[place]
	text := v.text
	switch v.state {
	case isAdded | isPrintable:
	case isAdded | isPrintable | isBorrowed:
		text = a.copied(text, m)
	case isAdded:
		if v.kind != 0 || v.typ != spec.String {
			return a.assembleRareCore(e, place, m)
		}
	default:
		return a.assembleRareCore(e, place, m)
	}
	if v.state&isPrintable != 0 && text != "" {
		switch place {
		case coreID:
			e.ID = text
			return nil
		case coreType:
			e.Type = text
			return nil
		case coreSubject:
			e.Subject = text
			return nil
		}
	}
	if err := e.setCore(place, text); err != nil {
		return a.forgiveCore(e, place, text, a.located(v.at, err))
	}
	return nil
}

// assembleRareCore is assembleCore for what is not a legal String as it is.
func (a *Attributes) assembleRareCore(e *Event, place int, m *attributeMemory) error {
	v, attribute := &a.core[place], &coreAttributes(e.SpecVersion)[place]
	switch {
	case v.state&isRepeated != 0:
		return a.located(v.at, duplicate(attribute.Name))
	case v.state == 0 || v.state&isNull != 0:
		if attribute.Required {
			return validation.Missing(*attribute)
		}
		return nil
	case v.kind != 0 || v.typ != spec.String && !fits(v.typ, attribute.Type):
		return a.located(v.at, a.wrongType(v, attribute.Name, spec.String))
	}
	text, err := a.text(v, attribute.Name, m)
	if err != nil {
		return a.forgiveCore(e, place, "", err)
	}
	if err := e.setCore(place, text); err != nil {
		return a.forgiveCore(e, place, text, a.located(v.at, err))
	}
	return nil
}

// assembleExtension sets out to an extension.
func (a *Attributes) assembleExtension(version spec.Version, out *Extension, x *addedExtension, m *attributeMemory) error {
	name := x.name
	if x.state&isNameBorrowed != 0 {
		name = a.copied(name, m)
	}
	if name == "" || name == spec.Data || x.state&isNameLegal == 0 && !ascii.LowerAlphanumeric(name) { // it is no core attribute
		return a.located(x.at, validation.Name(name))
	}
	if version != spec.V1 {
		if err := checkName(version, name); err != nil {
			return a.located(x.at, err)
		}
	}
	if len(a.Extensions) == 0 && x.typ == spec.String {
		switch x.state &^ (isNameBorrowed | isNameFolded | isNameLegal) {
		case isAdded | isPrintable:
			*out = Extension{name, Value{x.text, spec.String}}
			return nil
		case isAdded | isPrintable | isBorrowed:
			*out = Extension{name, Value{a.copied(x.text, m), spec.String}}
			return nil
		}
	}
	t, isDeclared := x.typ, false
	var declared *spec.Attribute
	for i := range a.Extensions {
		if a.Extensions[i].Name == name {
			declared = &a.Extensions[i]
			t, isDeclared = declared.Type, true
			break
		}
	}
	switch {
	case x.kind != 0:
		return a.located(x.at, wrongJSONValue(&x.addedValue, name, t, isDeclared))
	case isDeclared && x.typ != spec.String && !fits(x.typ, t):
		return a.located(x.at, a.wrongType(&x.addedValue, name, t))
	}
	text, err := a.text(&x.addedValue, name, m)
	if err != nil {
		return err
	}
	if !legalText(t, text) {
		return a.located(x.at, validation.Attribute(spec.Attribute{Name: name, Type: t}, text))
	}
	if isDeclared && declared.Section != "" && (text == "" || t == spec.Integer) { // its document may say more
		if err := validation.Attribute(*declared, text); err != nil {
			return a.located(x.at, err)
		}
	}
	*out = Extension{name, canonical(t, text)}
	return nil
}

// fits reports whether a value that a message gives a type other than String can be
// one of type t.
func fits(given, t spec.Type) bool {
	return given == t || given == spec.URI && t == spec.URIReference
}

// text returns the text of a value that was added, in memory of the event's own.
func (a *Attributes) text(v *addedValue, name string, m *attributeMemory) (string, error) {
	switch {
	case v.state&(isPercent|isEscaped|isBorrowed) == 0:
		return v.text, nil
	case v.state&isPercent != 0:
		b, rule := percent.AppendUnescaped(m.text.Room(), v.text)
		if rule != nil {
			section := a.Section
			if section == "" {
				section = spec.SectionHTTPHeaderValues
			}
			return "", a.located(v.at, validation.NewError(name, v.text, section, rule))
		}
		return m.text.Cut(b), nil
	case v.state&isEscaped != 0:
		return a.unescaped(v, name, m)
	}
	return a.copied(v.text, m), nil
}

// copied returns a copy of a borrowed text.
func (a *Attributes) copied(text string, m *attributeMemory) string {
	if m.span != "" && text != "" {
		start := a.document.offset(text) - a.document.first
		return m.span[start : start+len(text)]
	}
	return m.text.Cut(append(m.text.Room(), text...))
}

// located returns err with an offset, if that is known.
func (a *Attributes) located(at place, err error) error {
	if at == 0 {
		return err
	}
	return &SyntaxError{int(at - 1), err}
}

// wrongType is the error about a value of a type that does not fit the attribute.
func (a *Attributes) wrongType(v *addedValue, name string, want spec.Type) error {
	if a.document.b != nil {
		return wrongJSONType(v, name, jsonType(want))
	}
	rule := &validation.Rule{Sentinel: validation.ErrType, Detail: "the type is " + v.typ.String() + ", and must be " + want.String()}
	return validation.NewError(name, "", spec.SectionTypeSystem, rule)
}

// ascending reports whether extensions are sorted by name, and no name is there twice.
func ascending(xs []addedExtension) bool {
	for i := 1; i < len(xs); i++ {
		if xs[i-1].name >= xs[i].name {
			return false
		}
	}
	return true
}

// sorted returns the order of the names of a few extensions.
func sorted(xs []addedExtension, order *[fewExtensions]uint8) []uint8 {
	var keys [fewExtensions]uint64 // the first seven bytes of a name, and its place in xs
	for i := range xs {
		key := ascii.Prefix(xs[i].name)&^0xFF | uint64(i)
		j := i
		for ; j > 0; j-- {
			before := keys[j-1]
			if key>>8 > before>>8 || key>>8 == before>>8 && xs[i].name >= xs[uint8(before)].name {
				break
			}
			keys[j] = before
		}
		keys[j] = key
	}
	for i := range xs {
		order[i] = uint8(keys[i])
	}
	return order[:len(xs)]
}

// byName sorts by name and keeps the order of those with the same, by their offsets.
type byName []addedExtension

func (xs byName) Len() int      { return len(xs) }
func (xs byName) Swap(i, j int) { xs[i], xs[j] = xs[j], xs[i] }
func (xs byName) Less(i, j int) bool {
	if xs[i].name != xs[j].name {
		return xs[i].name < xs[j].name
	}
	return xs[i].at < xs[j].at
}

// attributeMemory is the memory that the attributes of decoded events are cut from.
// Events of a batch share it, in pieces that are small enough for one event to keep
// them all.
type attributeMemory struct {
	text       textbuf.Buffer
	extensions []Extension
	span       string // a copy of a part of the document, from its first attribute on
}

const (
	sharedText       = 8 << 10 // bytes that one event of a batch can keep from being freed
	sharedExtensions = 64
)

// reserve makes room for the attributes of an event, and of others like it, if there is
// none left. If the attributes are two thirds of what is from the first to the last in a
// document, as with many extensions, that is copied at once, and they are cut from it.
func (m *attributeMemory) reserve(a *Attributes, others int) {
	size := a.size
	d := &a.document
	m.span = ""
	together := d.b != nil && d.last-d.first <= size+size/2
	if together {
		size = d.last - d.first + d.rewritten
	}
	if cap(m.text.Room()) < size {
		m.text.Grow(max(size, min(size*(1+others), sharedText)))
	}
	if cap(m.extensions)-len(m.extensions) < a.count {
		m.extensions = make([]Extension, 0, max(a.count, min(a.count*(1+others), sharedExtensions)))
	}
	if together {
		m.span = m.text.Cut(append(m.text.Room(), d.b[d.first:d.last]...))
	}
}

// lower sets the name of x to lower case, as a part of m if it is not so.
func (m *attributeMemory) lower(x *addedExtension) {
	name := x.name
	if name == "" {
		return
	}
	first := ascii.Lower(name[0])
	if isLower := ascii.LowerAlphanumeric(name[1:]); isLower && first == name[0] {
		return
	} else if isLower { // as net/http has it
		x.state |= isNameLegal
	}
	b := append(m.text.Room(), name...)
	b[0] = first
	if x.state&isNameLegal == 0 {
		for i, c := range b {
			b[i] = ascii.Lower(c)
		}
	}
	x.name = m.text.Cut(b)
}
