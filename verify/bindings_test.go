package ceverify_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	ceamqp "github.com/seed763dd41b/cloudevents/amqp"
	"github.com/seed763dd41b/cloudevents/format"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	cekafka "github.com/seed763dd41b/cloudevents/kafka"
	cemqtt "github.com/seed763dd41b/cloudevents/mqtt"
	cenats "github.com/seed763dd41b/cloudevents/nats"
	"github.com/seed763dd41b/cloudevents/spec"
	ceverify "github.com/seed763dd41b/cloudevents/verify"
	cews "github.com/seed763dd41b/cloudevents/websocket"
)

// hop sends an event as a message and returns what arrives, by a decoder that knows nothing
// of the event's extensions.
type hop func(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (cloudevents.Event, error)

var hops = map[string]hop{
	"HTTP": func(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (cloudevents.Event, error) {
		sent, err := cehttp.ToHTTPRequest(context.Background(), "http://example.com/", e, mode, f)
		if err != nil {
			return cloudevents.Event{}, err
		}
		var wire bytes.Buffer
		body, err := io.ReadAll(sent.Body)
		if err != nil {
			return cloudevents.Event{}, err
		}
		wire.Write(body)
		r, err := http.NewRequest(http.MethodPost, "/", &wire)
		if err != nil {
			return cloudevents.Event{}, err
		}
		r.Header = sent.Header
		return cehttp.ToCloudEvent(r, f)
	},
	"Kafka": func(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (cloudevents.Event, error) {
		m, err := cekafka.ToMessage(e, mode, f)
		if err != nil {
			return cloudevents.Event{}, err
		}
		return cekafka.ToCloudEvent(&m, f)
	},
	"NATS": func(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (cloudevents.Event, error) {
		m, err := cenats.ToMessage(e, mode, f)
		if err != nil {
			return cloudevents.Event{}, err
		}
		return cenats.ToCloudEvent(&m, f)
	},
	"MQTT": func(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (cloudevents.Event, error) {
		m, err := cemqtt.ToMessage(e, mode, f)
		if err != nil {
			return cloudevents.Event{}, err
		}
		return cemqtt.ToCloudEvent(&m, f)
	},
	"WebSocket": func(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (cloudevents.Event, error) {
		offered := cews.Subprotocols(f) // it has no binary mode
		if len(offered) == 0 {
			f, offered = nil, cews.Subprotocols(nil) // the format has no subprotocol
		}
		m, err := cews.ToMessage(e, offered[0], f)
		if err != nil {
			return cloudevents.Event{}, err
		}
		return cews.ToCloudEvent(&m, offered[0], f)
	},
	"AMQP": func(e *cloudevents.Event, mode cloudevents.Mode, f format.Formatter) (cloudevents.Event, error) {
		m, err := ceamqp.ToMessage(e, mode, f)
		if err != nil {
			return cloudevents.Event{}, err
		}
		return ceamqp.ToCloudEvent(&m, f)
	},
}

var formats = map[string]format.Formatter{
	"JSON": format.JSON{}, "XML": cexml.Format{}, "CBOR": cecbor.Format{}, "Protobuf": ceprotobuf.Format{}, "Avro": ceavro.Format{}, "compact Avro": ceavro.Compact{},
}

// A signature verifies after every binding in both modes and every format, and after relays
// that encode the event anew, one after the other.
func TestBindings(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 3))
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: signedTypes}
	verifier := vectorVerifier()
	verifier.Extensions = signedTypes
	for range 20 {
		e := generated(r)
		if err := signer.Sign(&e); err != nil {
			t.Fatal(err)
		}
		relayed := e
		for name, send := range hops {
			for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
				for formatName, f := range formats {
					if mode == cloudevents.BinaryMode && formatName != "JSON" {
						continue
					}
					for what, e := range map[string]*cloudevents.Event{"first": &e, "relayed": &relayed} {
						got, err := send(e, mode, f)
						if err != nil {
							t.Fatalf("%s in %v mode as %s: %v", name, mode, formatName, err)
						}
						result, err := verifier.Verify(&got)
						if err != nil || result.Coverage != ceverify.CoreAndExtensions {
							t.Errorf("%s, %s in %v mode as %s: %v, %v\nsent %v\ngot %v", what, name, mode, formatName, result.Coverage, err, e, got)
							continue
						}
						*e = got // the event goes on as it arrived
					}
				}
			}
		}
	}
}

// Each event of a batch has its own signature, in every format with batches, and keeps it when it
// leaves the batch.
func TestBatch(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 4))
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: signedTypes}
	verifier := vectorVerifier()
	verifier.Extensions = signedTypes
	batch := []cloudevents.Event{generated(r), generated(r), generated(r)}
	for i := range batch {
		if err := signer.Sign(&batch[i]); err != nil {
			t.Fatal(err)
		}
	}
	count := 0
	for name, f := range formats {
		f, ok := f.(format.Batch)
		if !ok {
			continue
		}
		count++
		h := http.Header{}
		body, err := cehttp.EncodeMessageBatch(h, batch, f)
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := cehttp.DecodeMessageBatch(h, body, f)
		if err != nil || len(got) != len(batch) {
			t.Fatal(name, len(got), err)
		}
		for _, e := range got {
			if _, err := verifier.Verify(&e); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			e, err := hops["Kafka"](&e, cloudevents.BinaryMode, nil)
			if err != nil {
				t.Fatal(name, err)
			}
			if _, err := verifier.Verify(&e); err != nil {
				t.Errorf("%s, out of the batch: %v", name, err)
			}
		}
	}
	if count < 3 {
		t.Errorf("%d formats have batches", count)
	}
}

// What a decoder does not keep breaks the signature: white space around JSON data in a JSON
// document. Binary mode keeps it.
func TestSpaceAroundJSON(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", DataContentType: "application/json", Data: []byte("{}\n")}
	signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey"}
	if err := signer.Sign(&e); err != nil {
		t.Fatal(err)
	}
	verifier := vectorVerifier()
	for mode, want := range map[cloudevents.Mode]error{cloudevents.BinaryMode: nil, cloudevents.StructuredMode: ceverify.ErrDigest} {
		got, err := hops["HTTP"](&e, mode, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verifier.Verify(&got); !errors.Is(err, want) {
			t.Errorf("%v mode: %v, want %v", mode, err, want)
		}
	}
}

// The type of an extension that no message has comes from a declaration, or else from the
// specification.
func TestTypesOfExtensions(t *testing.T) {
	at := cloudevents.TimestampValue(time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600)))
	e := cloudevents.Event{ID: "1", Source: "/", Type: "t", Extensions: []cloudevents.Extension{{Name: "mine", Value: at}, {Name: "recordedtime", Value: at}}}
	for name, c := range map[string]struct {
		want error
	}{
		"recordedtime": {nil}, // of the specification
		"mine":         {ceverify.ErrDigest},
	} {
		signed := e
		signer := ceverify.Signer{Key: newVectorKey(), KeyID: "testkey", Extensions: []spec.Attribute{{Name: name}}}
		if err := signer.Sign(&signed); err != nil {
			t.Fatal(err)
		}
		got, err := hops["HTTP"](&signed, cloudevents.BinaryMode, nil)
		if err != nil {
			t.Fatal(err)
		}
		verifier := vectorVerifier()
		if _, err := verifier.Verify(&got); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		verifier.Extensions = []spec.Attribute{{Name: name, Type: spec.Timestamp}}
		if r, err := verifier.Verify(&got); err != nil || r.Coverage != ceverify.CoreAndExtensions {
			t.Errorf("%s, declared: %v", name, err)
		}
		verifier.Extensions, verifier.SkipUnknownTypes = nil, true
		if r, err := verifier.Verify(&got); err != nil || (r.Coverage == ceverify.CoreSkippedExtensions) != (c.want != nil) {
			t.Errorf("%s, skipped if unknown: %v, %v", name, r.Coverage, err)
		}
	}
}
