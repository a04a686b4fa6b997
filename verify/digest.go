package ceverify

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/excerpt"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// attribute is the name of the extension that carries the signature.
const attribute = "dssematerial"

// coreDigest returns CORE_DIGEST of the extension (verifiability.md#signature).
func coreDigest(e *cloudevents.Event) ([sha256.Size]byte, error) {
	var at string
	if v, ok := e.Get(spec.Time); ok {
		t, err := v.Time()
		if err == nil {
			at, err = second(t)
		}
		if err != nil {
			return [sha256.Size]byte{}, fmt.Errorf("time: %w", err)
		}
	}
	var sums []byte
	for _, text := range []string{
		e.ID, e.Source, e.SpecVersion.String(), e.Type, e.DataContentType, e.DataSchema, e.Subject, at,
	} {
		sums = appendSum(sums, []byte(text))
	}
	return sha256.Sum256(appendSum(sums, e.Data)), nil
}

// extensionDigest returns EXT_DIGEST of the extension for the listed names, in their order.
func extensionDigest(e *cloudevents.Event, names []string, declared []spec.Attribute) ([sha256.Size]byte, error) {
	values := make(map[string]cloudevents.Value, len(e.Extensions))
	for _, x := range slices.Backward(e.Extensions) { // the first of equal names stays
		values[x.Name] = x.Value
	}
	var sums []byte
	for _, name := range names {
		var text []byte
		if v, ok := values[name]; ok {
			t, _ := typeOf(name, v, declared)
			var err error
			if text, err = canonical(t, v); err != nil {
				return [sha256.Size]byte{}, fmt.Errorf("%w: %q: %w", ErrExtension, excerpt.Of(name), err)
			}
		}
		sums = appendSum(sums, text)
	}
	return sha256.Sum256(sums), nil
}

func appendSum(dst, b []byte) []byte {
	sum := sha256.Sum256(b)
	return append(dst, sum[:]...)
}

// typeOf returns the type of an extension, and whether it is known. A String can be any
// value in a message without types, so that a declaration or the specification decides.
func typeOf(name string, v cloudevents.Value, declared []spec.Attribute) (t spec.Type, known bool) {
	for _, a := range declared {
		if a.Name != name {
			continue
		}
		if a.Type != spec.String {
			return a.Type, true
		}
		return v.Type(), true
	}
	if v.Type() != spec.String {
		return v.Type(), true
	}
	if a, ok := spec.Extension(name); ok {
		return a.Type, true
	}
	return spec.String, false
}

// canonical returns the bytes of a value that are hashed
// (verifiability.md#canonical-value-serialization).
func canonical(t spec.Type, v cloudevents.Value) ([]byte, error) {
	v, err := cloudevents.ParseValue(t, v.String())
	if err != nil {
		return nil, err
	}
	switch t {
	case spec.Binary:
		return v.Bytes()
	case spec.Timestamp:
		at, err := v.Time()
		if err != nil {
			return nil, err
		}
		text, err := second(at)
		return []byte(text), err
	}
	return []byte(v.String()), nil
}

// second returns an instant in UTC without its fraction.
func second(t time.Time) (string, error) {
	t = t.UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return "", fmt.Errorf("the year in UTC does not have four digits: %w", validation.ErrRange)
	}
	return t.Format("2006-01-02T15:04:05Z"), nil
}
