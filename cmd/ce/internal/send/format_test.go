package send_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cetest"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/send"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	"github.com/seed763dd41b/cloudevents/format"
	"github.com/seed763dd41b/cloudevents/format/all"
	cehttp "github.com/seed763dd41b/cloudevents/http"
)

// Each format is what arrives, in the modes that it has; and a message that --print shows is
// read again and sent.
func TestSendFormats(t *testing.T) {
	var contentType string
	var events []cloudevents.Event
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		contentType = r.Header.Get("Content-Type")
		d := cehttp.Decoder{Format: all.Formats()}
		var err error
		if events = nil; cehttp.IsCloudEventBatch(r.Header) {
			events, err = d.ToCloudEventBatch(r)
		} else {
			var e cloudevents.Event
			e, err = d.ToCloudEvent(r)
			events = append(events, e)
		}
		if err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	flags := []string{"--id", "1", "--source", "/s", "--type", "t", "--time", "none", "--data", `{"order":17}`}
	want := cloudevents.Event{ID: "1", Source: "/s", Type: "t", DataContentType: "application/json", Data: []byte(`{"order":17}`)}
	for _, f := range all.Formats() {
		batch, hasBatch := f.(format.Batch)
		for _, mode := range []string{"structured", "batch"} {
			args := append([]string{server.URL, "--mode", mode, "--format", stream.FormatName(f)}, flags...)
			contentType = ""
			_, errs, status := cetest.Run(t, send.Command(), "", args...)
			if mode == "batch" && !hasBatch {
				if status != cli.ExitUsage || !strings.Contains(errs, "has no batch") {
					t.Errorf("%s, %s: status %d, %s", f.MediaType(), mode, status, errs)
				}
				continue
			}
			mediaType := f.MediaType()
			if mode == "batch" {
				mediaType = batch.BatchMediaType()
			}
			if status != cli.ExitOK || contentType != mediaType || !reflect.DeepEqual(events, []cloudevents.Event{want}) {
				t.Errorf("%s: status %d, %s, %+v: %s", mediaType, status, contentType, events, errs)
			}

			shown, errs, status := cetest.Run(t, send.Command(), "", append(args, "--print")...)
			if status != cli.ExitOK || !strings.Contains(shown, "\r\nContent-Type: "+mediaType+"\r\n") {
				t.Errorf("%s, --print: status %d, %s%s", mediaType, status, shown, errs)
			}
			file := filepath.Join(t.TempDir(), "message.http")
			if err := os.WriteFile(file, []byte(shown), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, errs, status := cetest.Run(t, send.Command(), "", server.URL, file); status != cli.ExitOK || contentType != "application/json" || !reflect.DeepEqual(events, []cloudevents.Event{want}) {
				t.Errorf("%s, from a file: status %d, %s, %+v: %s", mediaType, status, contentType, events, errs)
			}
		}
	}
}

// A reply in another format than that of the event is read.
func TestSendReplyInAnotherFormat(t *testing.T) {
	reply := cloudevents.Event{ID: "reply", Source: "/r", Type: "t"}
	for _, f := range all.Formats() {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := cehttp.WriteHTTPResponse(w, http.StatusOK, &reply, cloudevents.StructuredMode, f); err != nil {
				t.Error(err)
			}
		}))
		for _, args := range [][]string{{}, {"--mode", "structured", "--format", "xml"}} {
			out, errs, status := cetest.Run(t, send.Command(), "", append(args, server.URL)...)
			if status != cli.ExitOK || !strings.Contains(out, "reply") {
				t.Errorf("%s, %q: status %d, %s%s", f.MediaType(), args, status, out, errs)
			}
		}
		server.Close()
	}
}

// --format says nothing about binary mode, whose body is the data.
func TestSendFormatWants(t *testing.T) {
	for _, args := range []string{"--format xml", "--format json --mode binary", "--mode structured --format yaml", "--mode structured --format="} {
		out, errs, status := cetest.Run(t, send.Command(), "", append([]string{"http://a/", "--print"}, strings.Fields(args)...)...)
		if status != cli.ExitUsage || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: status %d, %s%s", args, status, out, errs)
		}
	}
}

// An event that neither name nor bytes tell is sent with --from.
func TestSendFrom(t *testing.T) {
	e := cloudevents.Event{ID: "1", Source: "/s", Type: "t", DataContentType: "text/plain", Data: []byte(strings.Repeat("x", 2*stream.MaxRest))}
	f, _ := stream.ParseFormat("avro-compact")
	document, err := f.EncodeStructuredModeMessage(nil, &e)
	if err != nil {
		t.Fatal(err)
	}
	out, errs, status := cetest.Run(t, send.Command(), string(document), "--print", "http://localhost/", "--from", "avro-compact", "-")
	if status != cli.ExitOK || !strings.Contains(out, "ce-id: 1") || !strings.HasSuffix(strings.TrimSpace(out), "xxx") {
		t.Errorf("status %d, %s, %.200s", status, errs, out)
	}
}
