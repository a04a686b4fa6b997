package interop_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/cloudevents/sdk-go/v2/client"
	sdkevent "github.com/cloudevents/sdk-go/v2/event"
	"github.com/cloudevents/sdk-go/v2/protocol"
	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/seed763dd41b/cloudevents"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

var (
	question = data("text/plain", "ok?")
	answer   = cloudevents.Event{
		ID: "2", Source: "/answers", Type: "com.example.answer", Time: noon,
		DataContentType: "application/json", Data: []byte(`{"ok":true}`),
		Extensions: []cloudevents.Extension{{Name: "causationid", Value: cloudevents.StringValue("1")}},
	}
)

// TestSDKGoRequest has a client of sdk-go send an event to a handler of this
// module and receive the handler's answer, which is another event.
func TestSDKGoRequest(t *testing.T) {
	for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		t.Run(m.String(), func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				e, err := cehttp.ToCloudEvent(r, nil)
				if err != nil {
					http.Error(w, err.Error(), cehttp.StatusCode(err))
					return
				}
				if dump(&e) != dump(&question) {
					t.Errorf("got:\n%swant:\n%s", dump(&e), dump(&question))
				}
				if err := cehttp.WriteHTTPResponse(w, http.StatusOK, &answer, m, nil); err != nil {
					t.Error(err)
				}
			}))
			defer server.Close()
			s, err := toSDKGo(&question)
			if err != nil {
				t.Fatal(err)
			}
			got, err := newSDKGoClient(t, server.URL).Request(withMode(t.Context(), m), s)
			if !protocol.IsACK(err) || got == nil {
				t.Fatal(got, err)
			}
			if e := fromSDKGo(got); dump(&e) != dump(&answer) {
				t.Errorf("got:\n%swant:\n%s", dump(&e), dump(&answer))
			}
		})
	}
}

// TestSDKGoHandler has a handler of sdk-go receive an event of this module and answer
// with another one.
func TestSDKGoHandler(t *testing.T) {
	p, err := sdkhttp.New()
	if err != nil {
		t.Fatal(err)
	}
	handler, err := client.NewHTTPReceiveHandler(t.Context(), p, func(_ context.Context, s sdkevent.Event) (*sdkevent.Event, protocol.Result) {
		if e := fromSDKGo(&s); dump(&e) != dump(&question) {
			t.Errorf("got:\n%swant:\n%s", dump(&e), dump(&question))
		}
		reply, err := toSDKGo(&answer)
		return &reply, err
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	for _, m := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		t.Run(m.String(), func(t *testing.T) {
			req, err := cehttp.ToHTTPRequest(t.Context(), server.URL, &question, m, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			e, err := cehttp.ResponseToCloudEvent(res, nil)
			if err != nil || dump(&e) != dump(&answer) {
				t.Errorf("got %v:\n%swant:\n%s", err, dump(&e), dump(&answer))
			}
		})
	}
}

// TestSDKGoRefused has a client of sdk-go see the status with which a handler of
// this module refuses an event.
func TestSDKGoRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := cehttp.ToCloudEvent(r, nil)
		http.Error(w, err.Error(), cehttp.StatusCode(err))
	}))
	defer server.Close()
	s := sdkevent.New()
	s.SetID("1")
	s.SetSource("/s")
	s.SetType("a\u0080b") // no character of a String
	err := newSDKGoClient(t, server.URL).Send(t.Context(), s)
	var result *sdkhttp.Result
	if !errors.As(err, &result) || result.StatusCode != http.StatusBadRequest || protocol.IsACK(err) {
		t.Errorf("got %v, want status 400", err)
	}
}
