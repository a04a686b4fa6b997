package cehttp_test

import (
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A relay takes events in any mode and passes them on in another.
func ExampleToSealed() {
	in := httptest.NewRequest("POST", "/", strings.NewReader(`{"total":12.50}`))
	in.Header.Set("Content-Type", "application/json")
	in.Header.Set("Ce-Specversion", "1.0")
	in.Header.Set("Ce-Id", "7")
	in.Header.Set("Ce-Source", "/orders")
	in.Header.Set("Ce-Type", "com.example.placed")

	sealed, err := cehttp.ToSealed(in)
	if err != nil {
		fmt.Println(err, cehttp.StatusCode(err)) // also for data that claims to be JSON and is not
		return
	}
	out, err := cehttp.SealedToHTTPRequest(context.Background(), "https://example.com", &sealed, cloudevents.StructuredMode)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := io.ReadAll(out.Body)
	fmt.Println(out.Header.Get("Content-Type"), string(body), err)
	// Output: application/cloudevents+json {"specversion":"1.0","id":"7","source":"/orders","type":"com.example.placed","datacontenttype":"application/json","data":{"total":12.50}} <nil>
}

func ExampleDecoder_ToSealed() {
	d := cehttp.Decoder{MaxBytes: 10}
	in := httptest.NewRequest("POST", "/", strings.NewReader(`{"specversion":"1.0","id":"7","source":"/","type":"t"}`))
	in.Header.Set("Content-Type", "application/cloudevents+json")
	_, err := d.ToSealed(in)
	fmt.Println(err, cehttp.StatusCode(err))
	// Output: http: request body too large 413
}

// One event goes to two receivers. Its data is checked once, when it is sealed.
func ExampleSealedToHTTPRequest() {
	e := cloudevents.Event{ID: "7", Source: "/orders", Type: "com.example.placed"}
	if err := e.SetData("application/json", map[string]int{"total": 12}); err != nil {
		fmt.Println(err)
		return
	}
	sealed, err := cloudevents.Seal(e)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, url := range []string{"https://a.example.com", "https://b.example.com"} {
		r, err := cehttp.SealedToHTTPRequest(context.Background(), url, &sealed, cloudevents.BinaryMode)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Method, r.URL, r.Header.Get("Ce-Type"), r.ContentLength)
	}
	// Output:
	// POST https://a.example.com com.example.placed 12
	// POST https://b.example.com com.example.placed 12
}
