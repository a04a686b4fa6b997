package ceverify_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

// signedTypes are the extensions that the events of these tests have signed. xabsent is on
// none of them.
var signedTypes = []spec.Attribute{
	{Name: "xbool", Type: spec.Boolean}, {Name: "xint", Type: spec.Integer}, {Name: "xtext"}, {Name: "xbytes", Type: spec.Binary},
	{Name: "xuri", Type: spec.URI}, {Name: "xref", Type: spec.URIReference}, {Name: "xtime", Type: spec.Timestamp}, {Name: "xabsent"},
}

// generated returns an event with a value of each type, and sometimes without.
func generated(r *rand.Rand) cloudevents.Event {
	text := func() string { return fmt.Sprintf("v%d é €", r.IntN(1000)) }
	at := time.Date(2020+r.IntN(20), 3, 4, 5, r.IntN(60), r.IntN(60), r.IntN(1e9), time.FixedZone("", (r.IntN(24)-12)*3600))
	e := cloudevents.Event{ID: text(), Source: fmt.Sprintf("/s/%d", r.IntN(100)), Type: "t." + text()}
	if r.IntN(2) == 0 {
		e.Subject = text()
	}
	if r.IntN(2) == 0 {
		e.Time = at
	}
	if r.IntN(2) == 0 {
		e.DataSchema = fmt.Sprintf("https://example.com/%d", r.IntN(100))
	}
	switch r.IntN(4) {
	case 0:
		e.DataContentType, e.Data = "application/json", []byte(`{"a": [1, "`+text()+`"]}`)
	case 1:
		e.DataContentType, e.Data = "text/plain", []byte(text())
	case 2:
		e.DataContentType, e.Data = "application/octet-stream", []byte{0xff, 0, byte(r.IntN(256))}
	}
	for _, x := range []cloudevents.Extension{
		{Name: "traceparent", Value: cloudevents.StringValue("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")},
		{Name: "xbool", Value: cloudevents.BooleanValue(r.IntN(2) == 0)},
		{Name: "xbytes", Value: cloudevents.BinaryValue([]byte{1, byte(r.IntN(256)), 0xff})},
		{Name: "xint", Value: cloudevents.IntegerValue(int32(r.Uint32()))},
		{Name: "xref", Value: cloudevents.URIReferenceValue("/r/" + number(r.IntN(100)))},
		{Name: "xtext", Value: cloudevents.StringValue(text())},
		{Name: "xtime", Value: cloudevents.TimestampValue(at)},
		{Name: "xuri", Value: cloudevents.URIValue("https://example.com/u")},
	} {
		if r.IntN(4) > 0 {
			e.Extensions = append(e.Extensions, x)
		}
	}
	return e
}

// Every change of what is signed is found: each attribute set to another value, added or
// removed, and each bit of the data. Every change that the document allows is taken.
func TestChanges(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 2))
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: signedTypes}
	verifier := vectorVerifier()
	verifier.Extensions = signedTypes
	found, allowed := 0, 0
	for range 60 {
		e := generated(r)
		if err := signer.Sign(&e); err != nil {
			t.Fatal(err)
		}
		if _, err := verifier.Verify(&e); err != nil {
			t.Fatalf("unchanged: %v\n%v", err, e)
		}
		refuse := func(what string, changed cloudevents.Event) {
			t.Helper()
			found++
			if _, err := verifier.Verify(&changed); !errors.Is(err, ceverify.ErrDigest) {
				t.Errorf("%s: %v\n%v", what, err, changed)
			}
		}
		accept := func(what string, changed cloudevents.Event) {
			t.Helper()
			allowed++
			if _, err := verifier.Verify(&changed); err != nil {
				t.Errorf("%s: %v\n%v", what, err, changed)
			}
		}
		for _, name := range []string{spec.ID, spec.Source, "type", spec.Subject, spec.DataContentType, spec.DataSchema, "xtext", "xuri", "xref", "xabsent"} {
			v, had := e.Get(name)
			changed := e
			text := v.String() + "x"
			switch {
			case name == spec.DataContentType:
				text = "application/x"
			case !had && (name == spec.DataSchema || name == "xuri"):
				text = "https://example.com/"
			}
			if err := changed.Set(name, cloudevents.StringValue(text)); err != nil {
				t.Fatal(err)
			}
			refuse("change of "+name, changed)
			if had {
				removed := e
				removed.Delete(name)
				refuse("removal of "+name, removed)
			}
		}
		for _, name := range []string{"xbool", "xint", "xbytes", "xtime"} {
			other := map[string]cloudevents.Value{
				"xbool": cloudevents.BooleanValue(false), "xint": cloudevents.IntegerValue(7), "xbytes": cloudevents.BinaryValue([]byte("x")),
				"xtime": cloudevents.TimestampValue(time.Unix(1, 0)),
			}[name]
			v, _ := e.Get(name)
			if v == other {
				other = cloudevents.BooleanValue(true)
			}
			changed := e
			if err := changed.Set(name, other); err != nil {
				t.Fatal(err)
			}
			refuse("change of "+name, changed)
		}
		later := e
		later.Time = time.Now()
		if !e.Time.IsZero() {
			later.Time = e.Time.Add(time.Second)
		}
		refuse("change of time", later)
		if !e.Time.IsZero() {
			removed := e
			removed.Time = time.Time{}
			refuse("removal of time", removed)
			truncated := e
			truncated.Time = e.Time.UTC().Truncate(time.Second)
			accept("offset and fraction of the time", truncated)
			fraction := e
			fraction.Time = e.Time.Truncate(time.Second).Add(999_999_999)
			accept("fraction of the time", fraction)
		}
		old := e
		old.SpecVersion = spec.V03
		refuse("change of specversion", old)
		for bit := range len(e.Data) * 8 {
			changed := e.Clone()
			changed.Data[bit/8] ^= 1 << (bit % 8)
			refuse("a bit of the data", changed)
		}
		for i := range e.Data {
			changed := e
			changed.Data = slices.Delete(slices.Clone(e.Data), i, i+1)
			refuse("a byte of the data less", changed)
		}
		more := e
		more.Data = append(slices.Clone(e.Data), ' ')
		refuse("a byte of the data more", more)

		unsigned := e
		if err := unsigned.Set("traceparent", cloudevents.StringValue("another")); err != nil {
			t.Fatal(err)
		}
		if err := unsigned.Set("hop", cloudevents.IntegerValue(1)); err != nil {
			t.Fatal(err)
		}
		accept("extensions that are not signed", unsigned)
		unsigned.Delete("traceparent")
		accept("removal of an extension that is not signed", unsigned)
		if at, ok := e.Get("xtime"); ok {
			instant, _ := at.Time()
			changed := e
			if err := changed.Set("xtime", cloudevents.TimestampValue(instant.UTC().Truncate(time.Second))); err != nil {
				t.Fatal(err)
			}
			accept("offset and fraction of a Timestamp", changed)
		}
		untyped := e.Clone()
		for i, x := range untyped.Extensions {
			untyped.Extensions[i].Value = cloudevents.StringValue(x.Value.String())
		}
		accept("types that a message does not have", untyped)
		slices.Reverse(untyped.Extensions)
		accept("the order of extensions", untyped)
	}
	if found < 7_000 || allowed < 300 {
		t.Errorf("%d changes found, %d allowed", found, allowed)
	}
}

// Every change of dssematerial that a parser can see is found.
func TestEnvelopeChanges(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t"}
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: []spec.Attribute{{Name: "exta"}}}
	if err := signer.Sign(&e); err != nil {
		t.Fatal(err)
	}
	document := envelopeOf(t, &e)
	var want dsse
	if err := json.Unmarshal(document, &want); err != nil {
		t.Fatal(err)
	}
	verifier := vectorVerifier()
	for bit := range len(document) * 8 {
		changed := bytes.Clone(document)
		changed[bit/8] ^= 1 << (bit % 8)
		other := withEnvelope(t, e, changed)
		if _, err := verifier.Verify(&other); err == nil {
			t.Errorf("a change of byte %d to %q", bit/8, changed[bit/8])
		}
	}
	payload := base64.StdEncoding.EncodeToString(want.Payload)
	sig := base64.StdEncoding.EncodeToString(want.Signatures[0].Sig)
	one := `{"keyid":"testkey","sig":"` + sig + `"}`
	for name, c := range map[string]struct {
		document string
		want     error
	}{
		"white space and unknown members": {`{ "x":{"payload":1}, "signatures":[{"sig":"` + sig + `","keyid":"testkey","x":null}],"payload":"` + payload + `","payloadType":"` + payloadType + `"} `, nil},
		"the other alphabet":              {`{"payloadType":"` + payloadType + `","payload":"` + base64.URLEncoding.EncodeToString(want.Payload) + `","signatures":[{"keyid":"testkey","sig":"` + base64.URLEncoding.EncodeToString(want.Signatures[0].Sig) + `"}]}`, nil},
		"another signature without keyid": {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[{"sig":"AA=="},` + one + `]}`, nil},
		"16 signatures":                   {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[` + strings.Repeat(`{"keyid":"x","sig":"AA=="},`, 15) + one + `]}`, nil},
		"17 signatures":                   {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[` + strings.Repeat(`{"keyid":"x","sig":"AA=="},`, 16) + one + `]}`, ceverify.ErrMalformed},
		"no keyid":                        {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[{"sig":"` + sig + `"}]}`, ceverify.ErrMalformed},
		"no sig":                          {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[{"keyid":"testkey"}]}`, ceverify.ErrMalformed},
		"an empty sig":                    {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[{"keyid":"testkey","sig":""}]}`, ceverify.ErrSignature},
		"no signatures":                   {`{"payloadType":"` + payloadType + `","payload":"` + payload + `"}`, ceverify.ErrMalformed},
		"an empty list of signatures":     {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[]}`, ceverify.ErrMalformed},
		"another keyid":                   {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[{"keyid":"x","sig":"` + sig + `"}]}`, ceverify.ErrUnknownKey},
		"another payloadType":             {`{"payloadType":"` + payloadType + `0","payload":"` + payload + `","signatures":[` + one + `]}`, ceverify.ErrMalformed},
		"no payloadType":                  {`{"payload":"` + payload + `","signatures":[` + one + `]}`, ceverify.ErrMalformed},
		"payload twice":                   {`{"payloadType":"` + payloadType + `","payload":"","payload":"` + payload + `","signatures":[` + one + `]}`, ceverify.ErrMalformed},
		"no padding":                      {`{"payloadType":"` + payloadType + `","payload":"` + payload + `","signatures":[{"keyid":"testkey","sig":"` + strings.TrimRight(sig, "=") + `"}]}`, ceverify.ErrMalformed},
		"not JSON":                        {"x", ceverify.ErrMalformed},
		"not UTF-8":                       {"{\"x\":\"\xff\"}", ceverify.ErrMalformed},
	} {
		other := withEnvelope(t, e, []byte(c.document))
		if _, err := verifier.Verify(&other); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	e.Extensions = []cloudevents.Extension{{Name: "dssematerial", Value: cloudevents.StringValue("no base64")}}
	if _, err := verifier.Verify(&e); !errors.Is(err, ceverify.ErrMalformed) {
		t.Errorf("not base64: %v", err)
	}
}

// What the handler gets depends on the Behavior, and says what is verified.
func TestBehavior(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", Data: []byte("x"), Extensions: []cloudevents.Extension{
		{Name: "a", Value: cloudevents.StringValue("1")}, {Name: "b", Value: cloudevents.StringValue("2")},
	}}
	core := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
	plain := e
	if err := core.Sign(&plain); err != nil {
		t.Fatal(err)
	}
	both := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: []spec.Attribute{{Name: "b"}, {Name: "gone"}}}
	signed := e
	if err := both.Sign(&signed); err != nil {
		t.Fatal(err)
	}
	tampered := signed
	if err := tampered.Set("b", cloudevents.StringValue("3")); err != nil {
		t.Fatal(err)
	}
	twice := signed
	twice.Extensions = append(slices.Clone(signed.Extensions), cloudevents.Extension{Name: "b", Value: cloudevents.StringValue("forged")})
	names := func(xs []cloudevents.Extension) string {
		var all []string
		for _, x := range xs {
			all = append(all, x.Name+"="+x.Value.String()[:1])
		}
		return strings.Join(all, " ")
	}
	declared := []spec.Attribute{{Name: "b"}}
	for name, c := range map[string]struct {
		v                    ceverify.Verifier
		e                    cloudevents.Event
		coverage             ceverify.Coverage
		verified, unverified string
		err                  error
	}{
		"strict":                         {ceverify.Verifier{}, signed, ceverify.CoreAndExtensions, "b=2", "", nil},
		"strict, core signed":            {ceverify.Verifier{}, plain, ceverify.Core, "", "", nil},
		"strict, tampered":               {ceverify.Verifier{}, tampered, 0, "", "", ceverify.ErrDigest},
		"strict, there twice":            {ceverify.Verifier{}, twice, ceverify.CoreAndExtensions, "b=2", "", nil},
		"passthrough":                    {ceverify.Verifier{Behavior: ceverify.Passthrough}, signed, ceverify.CoreAndExtensions, "b=2", "a=1 dssematerial=e", nil},
		"passthrough, there twice":       {ceverify.Verifier{Behavior: ceverify.Passthrough}, twice, ceverify.CoreAndExtensions, "b=2", "a=1 dssematerial=e b=f", nil},
		"core only":                      {ceverify.Verifier{Behavior: ceverify.CoreOnly}, signed, ceverify.Core, "", "", nil},
		"core only, tampered":            {ceverify.Verifier{Behavior: ceverify.CoreOnly}, tampered, ceverify.Core, "", "", nil},
		"skip":                           {ceverify.Verifier{SkipUnknownTypes: true}, signed, ceverify.CoreSkippedExtensions, "", "", nil},
		"skip, passthrough":              {ceverify.Verifier{SkipUnknownTypes: true, Behavior: ceverify.Passthrough}, tampered, ceverify.CoreSkippedExtensions, "", "a=1 b=3 dssematerial=e", nil},
		"skip, declared":                 {ceverify.Verifier{SkipUnknownTypes: true, Extensions: declared}, signed, ceverify.CoreAndExtensions, "b=2", "", nil},
		"skip, declared, tampered":       {ceverify.Verifier{SkipUnknownTypes: true, Extensions: declared}, tampered, 0, "", "", ceverify.ErrDigest},
		"8f: the value is not of a type": {ceverify.Verifier{Extensions: []spec.Attribute{{Name: "b", Type: spec.Timestamp}}}, signed, 0, "", "", ceverify.ErrExtension},
		"unsigned":                       {ceverify.Verifier{}, e, 0, "", "", ceverify.ErrUnsigned},
		"unsigned, allowed":              {ceverify.Verifier{AllowUnsigned: func(e *cloudevents.Event) bool { return e.Source == "/" }}, e, ceverify.Unsigned, "a=1 b=2", "", nil},
		"unsigned, from elsewhere":       {ceverify.Verifier{AllowUnsigned: func(e *cloudevents.Event) bool { return e.Source != "/" }}, e, 0, "", "", ceverify.ErrUnsigned},
		"wrong, unsigned is allowed":     {ceverify.Verifier{AllowUnsigned: func(*cloudevents.Event) bool { return true }}, tampered, 0, "", "", ceverify.ErrDigest},
	} {
		before := c.e.Clone()
		c.v.Keys = vectorVerifier().Keys
		r, err := c.v.Verify(&c.e)
		if !errors.Is(err, c.err) || r.Coverage != c.coverage || names(r.Event.Extensions) != c.verified || names(r.Unverified) != c.unverified {
			t.Errorf("%s: %v, %v, %s | %s", name, err, r.Coverage, names(r.Event.Extensions), names(r.Unverified))
		}
		if err == nil && (r.Event.ID != "1" || string(r.Event.Data) != "x") {
			t.Errorf("%s: %v", name, r.Event)
		}
		if diff := cmp.Diff(before, c.e); diff != "" {
			t.Errorf("%s: Verify changes its event:\n%s", name, diff)
		}
	}
}

// An absent attribute and an empty one have the same digest, as the document says.
func TestAbsentIsEmpty(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t"}
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: []spec.Attribute{{Name: "a"}}}
	if err := signer.Sign(&e); err != nil {
		t.Fatal(err)
	}
	if err := e.Set("a", cloudevents.StringValue("")); err != nil {
		t.Fatal(err)
	}
	e.Data = []byte{}
	verifier := vectorVerifier()
	if _, err := verifier.Verify(&e); err != nil {
		t.Error(err)
	}
}

// A Signer refuses what a Verifier would, and leaves the event as it was.
func TestSignerRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		names []spec.Attribute
		value cloudevents.Value
	}{
		"twice":                {[]spec.Attribute{{Name: "a"}, {Name: "a"}}, cloudevents.StringValue("")},
		"core":                 {[]spec.Attribute{{Name: "subject"}}, cloudevents.StringValue("")},
		"itself":               {[]spec.Attribute{{Name: "dssematerial"}}, cloudevents.StringValue("")},
		"an illegal name":      {[]spec.Attribute{{Name: "A b"}}, cloudevents.StringValue("")},
		"no name":              {[]spec.Attribute{{}}, cloudevents.StringValue("")},
		"8f: not of its type":  {[]spec.Attribute{{Name: "a", Type: spec.Integer}}, cloudevents.StringValue("x")},
		"year 10000 in UTC":    {[]spec.Attribute{{Name: "a", Type: spec.Timestamp}}, cloudevents.StringValue("9999-12-31T23:59:59-01:00")},
		"a type that is wrong": {[]spec.Attribute{{Name: "a", Type: spec.Type(99)}}, cloudevents.StringValue("x")},
	} {
		e := cloudevents.Event{ID: "1", Source: "/", Type: "t", Extensions: []cloudevents.Extension{{Name: "a", Value: c.value}}}
		signer := ceverify.Signer{Key: newVectorKey(), KeyID: "k", Extensions: c.names}
		if err := signer.Sign(&e); !errors.Is(err, ceverify.ErrExtension) || len(e.Extensions) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "k"}
	if err := signer.Sign(new(cloudevents.Event)); err == nil {
		t.Error("an event that is not valid")
	}
	late := cloudevents.Event{ID: "1", Source: "/", Type: "t", Time: time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -3600))}
	if err := signer.Sign(&late); !errors.Is(err, validation.ErrRange) {
		t.Errorf("a time in the year 10000: %v", err)
	}
	again := cloudevents.Event{ID: "1", Source: "/", Type: "t"}
	for range 2 {
		if err := signer.Sign(&again); err != nil || len(again.Extensions) != 1 {
			t.Errorf("signed again: %v, %v", err, again)
		}
	}
}
