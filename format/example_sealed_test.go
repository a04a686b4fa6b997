package format_test

import (
	"fmt"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
)

// A relay sends an event on in the format that each target wants. The type lines is in
// helpers_test.go.
func ExampleEncodeSealed() {
	document := `{"specversion":"1.0","id":"7","source":"/orders","type":"com.example.placed","datacontenttype":"text/plain","data":"tea"}`
	var d cloudevents.JSONDecoder
	sealed, err := d.DecodeSealed([]byte(document))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range []format.Structured{format.JSON{}, lines{}} {
		b, err := format.EncodeSealed(f, nil, &sealed)
		fmt.Printf("%q %v\n", b, err)
	}
	// Output:
	// "{\"specversion\":\"1.0\",\"id\":\"7\",\"source\":\"/orders\",\"type\":\"com.example.placed\",\"datacontenttype\":\"text/plain\",\"data\":\"tea\"}" <nil>
	// "7\n/orders\ncom.example.placed\ntea" <nil>
}

func ExampleJSON_EncodeSealed() {
	sealed, err := cloudevents.Seal(cloudevents.Event{ID: "7", Source: "/", Type: "t"})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := format.JSON{}.EncodeSealed(nil, &sealed)
	fmt.Println(string(b), err)
	// Output: {"specversion":"1.0","id":"7","source":"/","type":"t"} <nil>
}

func ExampleSet_EncodeSealed() {
	sealed, err := cloudevents.Seal(cloudevents.Event{ID: "7", Source: "/", Type: "t", Data: []byte("tea")})
	if err != nil {
		fmt.Println(err)
		return
	}
	b, err := format.Set{lines{}, format.JSON{}}.EncodeSealed(nil, &sealed)
	fmt.Printf("%q %v\n", b, err)
	// Output: "7\n/\nt\ntea" <nil>
}
