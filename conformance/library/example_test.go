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
