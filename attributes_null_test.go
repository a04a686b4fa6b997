package cloudevents_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// bytesOf returns an Attributes with all that is required.
func bytesOf(forgive bool) *cloudevents.Attributes {
	a := &cloudevents.Attributes{Forgive: forgive}
	for i, name := range []string{spec.ID, spec.Source, spec.SpecVersion, spec.EventType} {
		a.AddBytes(i, []byte(name), spec.String, []byte("1.0"))
	}
	return a
}

// A null is absent. It is an attribute all the same: of a legal name, and there once.
func TestAddNull(t *testing.T) {
	for name, c := range map[string]struct {
		names []string
		want  error
	}{
		"optional":           {[]string{"subject", "time", "dataschema", "datacontenttype"}, nil},
		"extension":          {[]string{"x", "a"}, nil},
		"again":              {[]string{"subject", "subject"}, validation.ErrDuplicate},
		"extension again":    {[]string{"x", "x"}, validation.ErrDuplicate},
		"beside a value":     {[]string{"id"}, validation.ErrDuplicate},
		"illegal name":       {[]string{"X"}, validation.ErrName},
		"data":               {[]string{"data"}, validation.ErrName},
		"empty name":         {[]string{""}, validation.ErrName},
		"many and one again": {strings.Split("a b c d e f g h i j k l m n o p q r s a", " "), validation.ErrDuplicate},
	} {
		a := bytesOf(false)
		for i, name := range c.names {
			a.AddNull(100+i, []byte(name))
		}
		var e cloudevents.Event
		err := a.Assemble(&e)
		if !errors.Is(err, c.want) || a.Len() != 4+len(c.names) {
			t.Errorf("%s: %v, %d attributes", name, err, a.Len())
		}
		var at *cloudevents.SyntaxError
		if err != nil && (!errors.As(err, &at) || at.Offset < 100) {
			t.Errorf("%s: %v has no offset", name, err)
		}
		if err == nil && (e.Subject != "" || len(e.Extensions) != 0) {
			t.Errorf("%s: %v", name, e)
		}
	}
	var a cloudevents.Attributes
	a.AddNull(7, []byte(spec.ID))
	var e cloudevents.Event
	if err := a.Assemble(&e); !errors.Is(err, validation.ErrMissing) {
		t.Errorf("a required attribute: %v", err)
	}
}

// The error about a value of an unfit type has the offset, and names are copied.
func TestAddUnfitBytes(t *testing.T) {
	for _, name := range []string{"x", "subject"} {
		for _, forgive := range []bool{false, true} {
			a := bytesOf(forgive)
			b := []byte(name)
			a.AddUnfitBytes(9, b, "map")
			b[0] = '?'
			var e cloudevents.Event
			err := a.Assemble(&e)
			if forgive && err == nil {
				err = a.Forgiven()
			}
			want := `offset 9: attribute "` + name + `": the type is map, which no attribute has (spec.md#type-system)`
			if err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
	}
}
