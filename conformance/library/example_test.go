package library_test

import (
	"fmt"
	"net/http"
	"os"

	"github.com/seed763dd41b/cloudevents/conformance"
	"github.com/seed763dd41b/cloudevents/conformance/library"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func ExampleCodec() {
	canonical, err := library.Codec().Check("integer", "-0")
	fmt.Println(canonical, err)
	// Output: 0 <nil>
}

// The reference reads what another implementation wrote.
func ExampleReference() {
	cases, err := conformance.Load(os.DirFS("../../testdata"))
	if err != nil {
		fmt.Println(err)
		return
	}
	judge := conformance.Judge{
		Codec:     &conformance.Codec{Encode: library.Codec().Encode}, // any implementation
		Reference: library.Reference(),
	}
	failed := 0
	for _, c := range cases {
		for _, r := range judge.Run(c) {
			if r.Op == conformance.OpEncode && r.Err != nil {
				failed++
			}
		}
	}
	fmt.Println(failed, "failed")
	// Output: 0 failed
}

// Bindings have errors that package conformance does not know.
func ExampleReasons() {
	h := http.Header{"Content-Type": {"application/cloudevents+json"}, "Content-Encoding": {"gzip"}}
	_, err := cehttp.DecodeMessage(h, []byte{0x1f, 0x8b}, nil)
	for _, r := range library.Reasons(err) {
		fmt.Println(r.Rule)
	}
	// Output: encoding
}

// A recorded request may have an event in any format.
func ExampleEveryFormat() {
	m := conformance.Message{
		Header: http.Header{"Content-Type": {"application/cloudevents+xml"}},
		Body:   []byte(`<event xmlns="http://cloudevents.io/xmlformat/V1" specversion="1.0"><id>1</id><source>/s</source><type>t</type></event>`),
	}
	_, err := library.Codec().Decode(m, false, nil)
	fmt.Println(err)
	es, err := library.EveryFormat().Decode(m, false, nil)
	fmt.Print(es[0])
	fmt.Println(err)
	// Output:
	// unknown event format: "application/cloudevents+xml"; known here: application/cloudevents+json
	// id String "1"
	// source URI-reference "/s"
	// specversion String "1.0"
	// type String "t"
	// <nil>
}
