package cehttp_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/spec"
)

// Make one Decoder with your settings and use it for all requests.
func ExampleDecoder() {
	decoder := cehttp.Decoder{
		Format:     format.JSON{MaxDepth: 20},
		Extensions: spec.Extensions(),
		MaxBytes:   64 << 10,
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := decoder.ToCloudEvent(r)
		if err != nil {
			http.Error(w, err.Error(), cehttp.StatusCode(err))
			return
		}
		fmt.Println(event.Type)
	})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/events", strings.NewReader(`{"specversion": "1.0", "id": "1", "source": "/s", "type": "created"}`))
	r.Header.Set("Content-Type", "application/cloudevents+json")
	handler.ServeHTTP(w, r)
	// Output: created
}

func ExampleDecoder_ToCloudEvent() {
	decoder := cehttp.Decoder{MaxBytes: 10}
	r := httptest.NewRequest("POST", "/", strings.NewReader("more than ten bytes"))
	r.Header = http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}}

	_, err := decoder.ToCloudEvent(r)
	var tooLarge *http.MaxBytesError
	fmt.Println(errors.As(err, &tooLarge), cehttp.StatusCode(err))
	// Output: true 413
}

func ExampleDecoder_ToCloudEventBatch() {
	decoder := cehttp.Decoder{Format: format.JSON{MaxEvents: 1}}
	event := `{"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}`
	r := httptest.NewRequest("POST", "/", strings.NewReader("["+event+","+event+"]"))
	r.Header.Set("Content-Type", "application/cloudevents-batch+json")

	_, err := decoder.ToCloudEventBatch(r)
	fmt.Println(cehttp.StatusCode(err))
	// Output: 413
}

func ExampleDecoder_ResponseToCloudEvent() {
	decoder := cehttp.Decoder{Extensions: []spec.Attribute{{Name: "shard", Type: spec.Integer}}}
	w := httptest.NewRecorder()
	for key, value := range map[string]string{"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "shard": "7"} {
		w.Header().Set("ce-"+key, value)
	}
	event, err := decoder.ResponseToCloudEvent(w.Result())
	if err != nil {
		fmt.Println(err)
		return
	}
	shard, _ := event.Get("shard")
	fmt.Println(shard, shard.Type())
	// Output: 7 Integer
}

func ExampleDecoder_ResponseToCloudEventBatch() {
	var decoder cehttp.Decoder
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/cloudevents-batch+json")
	w.WriteString("[]")
	events, err := decoder.ResponseToCloudEventBatch(w.Result())
	fmt.Println(len(events), err)
	// Output: 0 <nil>
}

func ExampleDecoder_DecodeMessage() {
	decoder := cehttp.Decoder{MaxAttributes: 4}
	header := http.Header{"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"}}
	_, err := decoder.DecodeMessage(header, nil)
	fmt.Println(err)

	header.Set("Ce-Onemore", "5")
	_, err = decoder.DecodeMessage(header, nil)
	fmt.Println(cehttp.StatusCode(err))
	// Output:
	// <nil>
	// 413
}

// Formats of your own stand beside JSON.
func ExampleDecoder_DecodeMessageBatch() {
	decoder := cehttp.Decoder{Format: format.Set{format.JSON{}, barFormat{}}}
	header := http.Header{"Content-Type": {"application/cloudevents-batch+bar"}}
	events, err := decoder.DecodeMessageBatch(header, []byte("1|/orders|created|\n2|/orders|paid|\n"))
	fmt.Println(len(events), err)
	// Output: 2 <nil>
}

func ExampleDefaultMaxBytes() {
	// A proxy in front of the server may as well stop what is refused anyhow.
	handler := http.MaxBytesHandler(http.NotFoundHandler(), cehttp.DefaultMaxBytes)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("POST", "/", http.NoBody))
	fmt.Println(cehttp.DefaultMaxBytes>>20, "MiB")
	// Output: 16 MiB
}
