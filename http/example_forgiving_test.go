package cehttp_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/dispatch"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// A storage account sends a dataschema that is no URI. A forgiving Receiver leaves it out,
// and the handler can ask what is missing.
func ExampleReceiver_forgiving() {
	receiver := &cehttp.Receiver{
		Forgiving: true,
		Logger:    slog.New(slog.DiscardHandler),
		Handler: func(ctx context.Context, e *cloudevents.Event) (*cloudevents.Event, error) {
			fmt.Println(e.Type, dispatch.Forgiven(ctx))
			return nil, nil
		},
	}
	body := `{"specversion":"1.0","id":"1","source":"/s","type":"Microsoft.Storage.BlobCreated","dataschema":"#","data":{}}`
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/cloudevents+json")
	w := httptest.NewRecorder()
	receiver.ServeHTTP(w, r)
	fmt.Println(w.Code)
	// Output:
	// Microsoft.Storage.BlobCreated offset 97: attribute "dataschema": a URI begins with a scheme: "#" (spec.md#dataschema)
	// 204
}

// A Decoder undoes the Content-Encodings that it is given. MaxBytes limits what comes out.
func ExampleGzip() {
	d := cehttp.Decoder{
		MaxBytes:   1 << 20,
		Decompress: map[string]func(io.Reader) (io.ReadCloser, error){"gzip": cehttp.Gzip},
	}
	h := http.Header{
		"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"},
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"1"}, "Ce-Source": {"/s"}, "Ce-Type": {"t"},
	}
	e, err := d.DecodeMessage(h, zipped(`{"order":17}`))
	fmt.Println(string(e.Data), err)
	// Output: {"order":17} <nil>
}
