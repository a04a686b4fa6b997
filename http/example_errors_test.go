package cehttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Other messages can be served at the same address.
func ExampleErrNotCloudEvent() {
	r := httptest.NewRequest("POST", "/", strings.NewReader("name=value"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	_, err := cehttp.ToCloudEvent(r, nil)
	if errors.Is(err, cloudevents.ErrNotCloudEvent) {
		fmt.Println(r.FormValue("name"))
	}
	// Output: value
}

func ExampleErrContentMode() {
	r := httptest.NewRequest("POST", "/", strings.NewReader("[]"))
	r.Header.Set("Content-Type", "application/cloudevents-batch+json")

	_, err := cehttp.ToCloudEvent(r, nil)
	fmt.Println(errors.Is(err, cloudevents.ErrContentMode), err)
	// Output: true wrong content mode: batch mode; use the function for batches
}

func ExampleErrContentEncoding() {
	header := http.Header{"Content-Type": {"application/cloudevents+json"}, "Content-Encoding": {"gzip"}}
	_, err := cehttp.DecodeMessage(header, []byte("\x1f\x8b…"), nil)
	fmt.Println(errors.Is(err, cehttp.ErrContentEncoding), err)
	// Output: true unsupported Content-Encoding: "gzip"
}
