package formats_test

import (
	"flag"
	"os/exec"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/format"
	ceavro "github.com/seed763dd41b/cloudevents/format/avro"
	cecbor "github.com/seed763dd41b/cloudevents/format/cbor"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	cexml "github.com/seed763dd41b/cloudevents/format/xml"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
)

var update = flag.Bool("update", false, "rewrite the tables of docs/interop.md")

func TestDocument(t *testing.T) {
	for _, b := range tables() {
		b.Check(t)
		b.Document(t, "../../docs/interop.md", *update)
	}
}

func channels(peers ...string) (all []peertest.Channel) {
	for _, peer := range peers {
		all = append(all, peertest.Both(peer, cloudevents.StructuredMode)...)
	}
	return all
}

// exchange has a peer read every case in a document of ours, and write one for us. read
// and write are what the peer does.
func exchange(t *testing.T, b *peertest.Binding, peer string, f format.Structured,
	read func(t *testing.T, document []byte) peertest.Outcome, write func(t *testing.T, e *cloudevents.Event) ([]byte, error)) {
	for _, ch := range channels(peer) {
		b.Exchange(t, ch, func(t *testing.T, e *cloudevents.Event) peertest.Outcome {
			if ch.Direction == peertest.Reads {
				document, err := f.EncodeStructuredModeMessage(nil, e)
				if err != nil {
					return peertest.Failed(err)
				}
				return read(t, document)
			}
			document, err := write(t, e)
			if err != nil {
				return peertest.Failed(err)
			}
			return peertest.Got(f.DecodeStructuredModeMessage(document, f.MediaType()))
		})
	}
}

// exchangeProcess is exchange with a program that speaks the protocol of js/peer.js.
func exchangeProcess(t *testing.T, b *peertest.Binding, peer string, f format.Structured, p *peertest.Process) {
	exchange(t, b, peer, f,
		func(t *testing.T, document []byte) peertest.Outcome {
			return p.Ask(t, peertest.Request{Op: "read", Wire: &peertest.Wire{Value: document}}).Outcome()
		},
		func(t *testing.T, e *cloudevents.Event) ([]byte, error) {
			n := conformance.FromEvent(e)
			a := p.Ask(t, peertest.Request{Op: "write", Event: &n})
			if a.Wire == nil {
				return nil, &peerError{a.Error}
			}
			return a.Wire.Value, nil
		})
}

// peerError is what a peer says that cannot write an event.
type peerError struct{ text string }

func (e *peerError) Error() string { return "peer: " + e.text }

func TestJavaScript(t *testing.T) {
	for _, c := range []struct {
		peer string
		b    *peertest.Binding
		f    format.Structured
		args []string
	}{
		{protobufJS, protobufTable(), ceprotobuf.Format{}, []string{"protobuf"}},
		{avsc, avroTable(), ceavro.Format{}, []string{"avro", avroSchema}},
		{avsc, compactTable(), ceavro.Compact{}, []string{"avro-compact", compactSchema}},
		{cborX, cborTable(), cecbor.Format{}, []string{"cbor"}},
		{xmldom, xmlTable(), cexml.Format{}, []string{"xml"}},
	} {
		exchangeProcess(t, c.b, c.peer, c.f, peertest.StartJS(t, "js", append([]string{"peer.js"}, c.args...)...))
	}
}

func TestPython(t *testing.T) {
	for _, c := range []struct {
		peer, module string
		b            *peertest.Binding
		f            format.Structured
		args         []string
	}{
		{cbor2, "cbor2", cborTable(), cecbor.Format{}, []string{"cbor"}},
		{pythonAvro, "avro", avroTable(), ceavro.Format{}, []string{"avro", avroSchema}},
		{pythonAvro, "avro", compactTable(), ceavro.Compact{}, []string{"avro-compact", compactSchema}},
	} {
		t.Run(c.module+" "+c.args[0], func(t *testing.T) {
			const python = "/usr/bin/python3" // which sees the packages of the system
			if exec.Command(python, "-c", "import "+c.module).Run() != nil {
				peertest.Missing(t, c.module+" for Python")
			}
			exchangeProcess(t, c.b, c.peer, c.f, peertest.Start(t, ".", python, append([]string{"peer.py"}, c.args...)...))
		})
	}
}
