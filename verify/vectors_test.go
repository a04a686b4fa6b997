package ceverify_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
)

type vector struct {
	Name     string
	Event    json.RawMessage
	Signed   []string
	Material string
}

func vectors(t *testing.T) (all []vector) {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// What the document publishes, and what it should.
const (
	reproduced = iota // the published envelope is the one that the rules give
	otherData         // the signature is right, the core digest does not follow from the data that is shown
	equalsSign        // as otherData, with an equals sign after the JSON: XX09 for XX0=
	bareDigest        // as otherData, with a digest for a payload, as in an earlier draft
)

var published = map[string]int{
	"case 1": bareDigest, "case 2": bareDigest, "case 3": otherData, "case 4": otherData, "case 5": reproduced,
	"case 6a": equalsSign, "case 6b": equalsSign, "case 7": otherData, "walkthrough": equalsSign,
}

// The vectors of the document are made and verified byte for byte, as far as they follow its
// rules. Of the others, each part that does is compared.
func TestVectors(t *testing.T) {
	all := vectors(t)
	if len(all) != len(published) {
		t.Fatalf("%d vectors", len(all))
	}
	times := map[string]bool{}
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			var e cloudevents.Event
			// An empty subject is not valid JSON of an event. Its digest is that of none.
			document := strings.Replace(string(v.Event), `"subject":"",`, "", 1)
			if err := e.UnmarshalJSON([]byte(document)); err != nil {
				t.Fatal(err)
			}
			want, err := base64.StdEncoding.DecodeString(v.Material)
			if err != nil {
				t.Fatal(err)
			}
			verifier := vectorVerifier()
			verifyAs := func(envelope []byte) error {
				arrived := withEnvelope(t, e, envelope)
				_, err := verifier.Verify(&arrived)
				return err
			}
			signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
			for _, name := range v.Signed {
				signer.Extensions = append(signer.Extensions, spec.Attribute{Name: name})
			}
			signed := e
			if err := signer.Sign(&signed); err != nil {
				t.Fatal(err)
			}
			got := envelopeOf(t, &signed)
			if err := verifyAs(got); err != nil {
				t.Errorf("its own signature: %v", err)
			}
			if v.Name == "case 3" || v.Name == "case 4" {
				times[string(got)] = true
			}

			kind := published[v.Name]
			if kind == equalsSign || kind == bareDigest {
				refusal := ceverify.ErrMalformed
				if kind == equalsSign {
					refusal = ceverify.ErrSignature // which is over the payload without that sign
				}
				if err := verifyAs(want); !errors.Is(err, refusal) {
					t.Errorf("a payload that is not JSON: %v", err)
				}
				want = bytes.Replace(want, []byte("XX09"), []byte("XX0="), 1)
			}
			if again := signPayload(t, string(payloadOf(t, want))); !bytes.Equal(again, want) {
				t.Errorf("signed again as\n%s\nwant\n%s", again, want)
			}
			switch kind {
			case reproduced:
				if err := verifyAs(want); err != nil {
					t.Error(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("signed as\n%s\nwant\n%s", got, want)
				}
			case otherData, equalsSign:
				if err := verifyAs(want); !errors.Is(err, ceverify.ErrDigest) {
					t.Errorf("the signature, before the digest: %v", err)
				}
				_, gotExt, gotOK := strings.Cut(string(payloadOf(t, got)), `"ext"`)
				_, wantExt, wantOK := strings.Cut(string(payloadOf(t, want)), `"ext"`)
				if gotExt != wantExt || gotOK != wantOK {
					t.Errorf("ext %s, want %s", gotExt, wantExt)
				}
			}
		})
	}
	if len(times) != 1 {
		t.Error("cases 3 and 4 are the same instant, but not the same signature")
	}
}

// The rules about the payload are checked under a signature that is right: case 8 of the
// document, and what step 6 of the Verification Protocol says beyond it.
func TestPayloadRules(t *testing.T) {
	sum := base64.StdEncoding.EncodeToString(make([]byte, 32))
	short := base64.StdEncoding.EncodeToString(make([]byte, 31))
	with := func(rest string) string { return `{"core":"` + sum + `"` + rest + `}` }
	ext := `,"ext":"` + sum + `"`
	tests := map[string]string{
		"8a: twice":                      with(ext + `,"signedextattrs":["exta","exta"]`),
		"8c: itself":                     with(ext + `,"signedextattrs":["dssematerial"]`),
		"8d: names without ext":          with(`,"signedextattrs":["exta"]`),
		"8e: ext without names":          with(ext),
		"no names":                       with(ext + `,"signedextattrs":[]`),
		"names are null":                 with(ext + `,"signedextattrs":null`),
		"a name is null":                 with(ext + `,"signedextattrs":[null]`),
		"names are a string":             with(ext + `,"signedextattrs":"exta"`),
		"ext is short":                   with(`,"ext":"` + short + `","signedextattrs":["exta"]`),
		"ext is null":                    with(`,"ext":null,"signedextattrs":["exta"]`),
		"core is short":                  `{"core":"` + short + `"}`,
		"core is a number":               `{"core":1}`,
		"core is not base64":             `{"core":"` + strings.Repeat("!", 44) + `"}`,
		"core has a line break":          `{"core":"` + sum[:4] + `\n` + sum[4:] + `"}`,
		"no core":                        `{}`,
		"the name in another case":       `{"Core":"` + sum + `"}`,
		"core twice":                     with(`,"core":"` + sum + `"`),
		"an array":                       `[]`,
		"null":                           `null`,
		"empty":                          ``,
		"cut":                            `{"core":"` + sum + `"`,
		"bytes behind":                   with("") + "x",
		"not UTF-8":                      with(`,"x":"` + "\xff" + `"`),
		"nested deeper than JSON may be": with(`,"x":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000)),
	}
	for _, core := range spec.V1.Attributes() {
		tests["8b: "+core.Name] = with(ext + `,"signedextattrs":["exta","` + core.Name + `"]`)
	}
	verifier := vectorVerifier()
	for name, payload := range tests {
		e := withEnvelope(t, cloudevents.Event{ID: "1", Source: "/", Type: "t"}, signPayload(t, payload))
		if r, err := verifier.Verify(&e); !errors.Is(err, ceverify.ErrMalformed) || r.Coverage != ceverify.Unsigned {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	// Unknown members are ignored: the payload is taken, and is about another event.
	e := withEnvelope(t, cloudevents.Event{ID: "1", Source: "/", Type: "t"}, signPayload(t, with(`,"new":{"a":[1]}`)))
	if _, err := verifier.Verify(&e); !errors.Is(err, ceverify.ErrDigest) {
		t.Errorf("an unknown member: %v", err)
	}
}

// payloadOf returns the payload of an envelope.
func payloadOf(t *testing.T, envelope []byte) []byte {
	t.Helper()
	var d dsse
	if err := json.Unmarshal(envelope, &d); err != nil {
		t.Fatal(err)
	}
	return d.Payload
}
