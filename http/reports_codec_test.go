package cehttp_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/format"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/validation"
)

// TestReports has messages from public reports about this and other implementations, each
// with the number of its report. What is refused names its cause first.
func TestReports(t *testing.T) {
	const complete = "Ce-Id: 1\nCe-Source: /s\nCe-Specversion: 1.0\nCe-Type: t\n"
	const structured = "Content-Type: application/cloudevents+json; charset=utf-8\n"
	for _, c := range []struct {
		name   string
		header string
		body   string
		status int
		is     error
		begins string // the error begins with that
		says   string // and has that somewhere
	}{
		{"R04 ce-content-type", "Ce-Id: b\nCe-Specversion: 0.3\nCe-Type: t\nCe-Source: curl\nCe-Content-Type: application/json\n", "{}", 400, validation.ErrName,
			"header ce-content-type: the content type of the data is the header Content-Type: ", `attribute "content-type"`},
		{"R05 prefix of Kafka", "Ce_specversion: 1.0\nCe_id: 1\nCe_source: /s\nCe_type: t\nContent-Type: application/json\n", "{}", 415, cloudevents.ErrNotCloudEvent,
			`header "ce_id": in HTTP the headers of attributes begin with ce-: `, ""},
		{"R05 prefix of Kafka, as it is written", "ce_specversion: 1.0\nce_id: 1\nce_source: /s\nce_type: t\n", "", 415, cloudevents.ErrNotCloudEvent,
			`header "ce_id": in HTTP the headers of attributes begin with ce-: `, ""},
		{"R05 prefix of Kafka, in parts", "Ce-Specversion: 1.0\nCe-Id: 1\nCe-Source: /s\nCe_type: t\n", "", 400, validation.ErrMissing,
			`header "ce_type": in HTTP`, `attribute "type"`},
		{"R05 prefix of AMQP", "cloudEvents_specversion: 1.0\ncloudEvents_id: 1\n", "", 415, cloudevents.ErrNotCloudEvent,
			`header "cloudevents_id": in HTTP`, ""},
		{"R05 a prefix that is none", "Cex-Id: 1\nX-Ce-Id: 1\n", "", 415, cloudevents.ErrNotCloudEvent, "message is not a CloudEvent: it has no ce- header", ""},
		{"R07 headers of a draft", "Ce-Cloudeventsversion: 0.1\nCe-Eventid: 1\nCe-Eventtype: t\nCe-Source: /s\nCe-X-Github-Event: \"pull_request\"\n", "{}", 400, validation.ErrMissing,
			`header "ce-cloudeventsversion" is of an old draft of the specification: `, `attribute "x-github-event"`},
		{"R07 one of them in a message of today", complete + "Ce-Eventtype: t\n", "", 0, nil, "", ""},
		{"R07 one of them beside a fault", complete + "Ce-Eventtype: t\nCe-Time: noon\n", "", 400, validation.ErrSyntax, `attribute "time"`, ""},
		{"R12 capitals in a name", complete + "ce-entityType: TENANT\n", "", 0, nil, "", ""},
		{"R13 structured without an object", complete + structured, `"DATA"`, 400, nil,
			"by its Content-Type this is a message in structured mode: its attributes are in the body, and those in its ce- headers do not count: ", "an event is a JSON object"},
		{"R13 structured without attributes", complete + structured, `{"a":1}`, 400, validation.ErrMissing, "by its Content-Type this is a message in structured mode: ", `attribute "id"`},
		{"R13 structured without JSON", complete + structured, `hello`, 400, nil, "by its Content-Type this is a message in structured mode: ", ""},
		{"R13 structured with a fault of its own", complete + structured, `{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"noon"}`, 400, validation.ErrSyntax, "offset ", `attribute "time"`},
		{"R13 structured without headers", structured, `{"a":1}`, 400, validation.ErrMissing, `attribute "id"`, ""},
		{"R15 no version", "Ce-Id: 1\nCe-Source: /s\nCe-Type: t\n", "123", 400, validation.ErrMissing, `attribute "specversion"`, ""},
		{"R16 quotes", "Ce-Id: \"1\"\nCe-Source: \"https://example.com/x\"\nCe-Type: \"t\"\nCe-Specversion: \"1.0\"\nCe-Time: \"2024-11-28T10:00:00Z\"\n", "", 0, nil, "", ""},
		{"R16 a number as time", complete + "Ce-Time: 1732800000.123456789\n", "", 400, validation.ErrSyntax, `attribute "time"`, `"1732800000.123456789"`},
		{"R17 no source", "Ce-Id: 1\nCe-Specversion: 1.0\nCe-Type: t\n", "{}", 400, validation.ErrMissing, `attribute "source"`, ""},
		{"R19 a patch level", "Ce-Id: 1\nCe-Source: /s\nCe-Specversion: 1.0.2\nCe-Type: t\n", "", 400, validation.ErrVersion, `attribute "specversion": unsupported specversion: it has no patch level`, ""},
		{"R20 several media types", complete + "Content-Type: application/json, application/json\n", "{}", 400, validation.ErrSyntax, "Content-Type has several media types: ", `attribute "datacontenttype"`},
		{"R20 several media types, one of an event", complete + "Content-Type: application/cloudevents+json, application/json\n", "{}", 415, format.ErrUnknown, "Content-Type has several media types: ", ""},
		{"R20 several media types and no event", "Content-Type: application/json, application/cloudevents+json\n", "{}", 415, cloudevents.ErrNotCloudEvent, "Content-Type has several media types: ", ""},
		{"R20 several headers", complete + "Content-Type: application/json\nContent-Type: application/json\n", "{}", 400, validation.ErrDuplicate, `attribute "datacontenttype": there are several Content-Type headers`, ""},
		{"R20 a comma in quotes", complete + "Content-Type: text/plain; a=\"b,c\"\n", "x", 0, nil, "", ""},
		{"R20 a comma in quotes beside a fault", complete + "Content-Type: text/plain; a=\"b,c\" x\n", "x", 400, validation.ErrSyntax, `attribute "datacontenttype"`, ""},
		{"R21 an extension twice", complete + "Ce-Knativehistory: a\nCe-Knativehistory: b\n", "", 400, validation.ErrDuplicate, `attribute "knativehistory"`, ""},
		{"R28 a source that was escaped once", "Ce-Id: 1\nCe-Source: https://example.com/a%20b\nCe-Specversion: 1.0\nCe-Type: t\n", "", 400, validation.ErrSyntax, `attribute "source"`, ""},
		{"R31 text without Content-Type", complete, "hello world", 0, nil, "", ""},
		{"R32 a body that is an event", complete, `{"specversion":"1.0","id":"3","source":"/s","type":"t"}`, 0, nil, "", ""},
		{"R40 a document of Firestore", "Ce-Id: 1\nCe-Source: //firestore.googleapis.com/projects/p/databases/(default)\nCe-Subject: documents/users/gh X\nCe-Specversion: 1.0\nCe-Type: google.cloud.firestore.document.v1.created\nCe-Database: (default)\nCe-Document: users/gh X\nContent-Type: application/protobuf\n", "\x0a\xff", 0, nil, "", ""},
		{"R60 names in lower case", strings.ToLower(complete) + "content-type: application/json\n", "{}", 0, nil, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := http.Header{}
			for line := range strings.Lines(c.header) {
				key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
				h[key] = append(h[key], value)
			}
			check := func(e cloudevents.Event, err error) {
				t.Helper()
				if c.status == 0 {
					if err != nil {
						t.Errorf("refused: %v", err)
					}
					if want := c.body; string(e.Data) != want {
						t.Errorf("data is %q, want %q", e.Data, want)
					}
					return
				}
				if err == nil {
					t.Fatal("accepted")
				}
				if text := err.Error(); cehttp.StatusCode(err) != c.status || c.is != nil && !errors.Is(err, c.is) || !strings.HasPrefix(text, c.begins) || !strings.Contains(text, c.says) {
					t.Errorf("%d %v\nwant %d %v %s … %s", cehttp.StatusCode(err), err, c.status, c.is, c.begins, c.says)
				}
				if p := cehttp.ProblemOf(err); !strings.HasPrefix(p.Message, c.begins) {
					t.Errorf("the answer says %q", p.Message)
				}
			}
			check(cehttp.DecodeMessage(h, []byte(c.body), nil))
			check(cehttp.ToCloudEvent(request(h, c.body), nil))
			check(cehttp.ResponseToCloudEvent(response(h, c.body), nil))
		})
	}
}

// The rows whose remedy is to forgive, over HTTP.
func TestReportsForgiven(t *testing.T) {
	for _, c := range []struct {
		name       string
		key, value string
		body       string
		source     string
	}{
		{"R22 dataschema of Azure Event Grid", "Content-Type", structuredType, `{"specversion":"1.0","id":"1","source":"/subscriptions/x","type":"Microsoft.Storage.BlobCreated","dataschema":"#","data":{}}`, "/subscriptions/x"},
		{"R23 names with an underscore", "Content-Type", structuredType, `{"specversion":"1.0","id":"1","source":"/s","type":"t","eventid":"b5","event_id":"b5"}`, "/s"},
		{"R25 an empty dataschema", "Content-Type", structuredType, `{"specversion":"1.0","id":"1","source":"/s","type":"t","dataschema":""}`, "/s"},
		{"R19 a patch level", "Content-Type", structuredType, `{"specversion":"1.0.2","id":"1","source":"/s","type":"t"}`, "/s"},
		{"R28 a space in a source", "Ce-Source", "https://example.com/a%20b", "", "https://example.com/a%20b"},
		{"R28 an umlaut in a source", "Ce-Source", "/z%C3%BCrich", "", "/z%C3%BCrich"},
		{"R28 a space in dataschema", "Ce-Dataschema", "https://example.com/a%20b", "", "/s"},
		{"R22 a header of Azure Event Grid", "Ce-Dataschema", "#", "", "/s"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := changed(binaryHeader(), c.key, c.value)
			if _, err := cehttp.DecodeMessage(h, []byte(c.body), nil); err == nil {
				t.Error("strict: accepted")
			}
			d, rs := forgiving()
			e, err := d.DecodeMessage(h, []byte(c.body))
			if err != nil || e.Source != c.source || len(*rs) != 1 {
				t.Fatalf("%v, %v, receipts %v", e, err, *rs)
			}
			checkAgain(t, e)
		})
	}
}

func TestR46TraceparentIsTheAttribute(t *testing.T) {
	h := binaryHeader("Traceparent", "00-bbbb", "Ce-Traceparent", "00-aaaa")
	e, err := cehttp.DecodeMessage(h, nil, nil)
	if v, _ := e.Get("traceparent"); err != nil || v.String() != "00-aaaa" {
		t.Errorf("%q, %v", v, err)
	}
}

// A stale Content-Length is replaced.
func TestR56OneContentLength(t *testing.T) {
	e := sample()
	for _, mode := range []cloudevents.Mode{cloudevents.BinaryMode, cloudevents.StructuredMode} {
		r := &http.Request{Header: http.Header{"Content-Length": {"311"}}}
		if err := cehttp.CopyToHTTPRequest(r, &e, mode, nil); err != nil {
			t.Fatal(err)
		}
		if got := r.Header.Values("Content-Length"); len(got) != 0 || r.ContentLength <= 0 || r.ContentLength == 311 {
			t.Errorf("%s mode: header %q, length %d", mode, got, r.ContentLength)
		}
	}
}

// A near miss is looked for in one pass, and says the same of the same header.
func TestNearMissOfALargeHeader(t *testing.T) {
	h := http.Header{}
	for i := range 10_000 {
		h["Ce_x"+strings.Repeat("y", i%50)+string(rune('a'+i%26))] = []string{"x"}
	}
	_, first := cehttp.DecodeMessage(h, nil, nil)
	if !strings.HasPrefix(first.Error(), `header "ce_xa": `) {
		t.Errorf("error is %v", first)
	}
	for range 20 {
		if _, err := cehttp.DecodeMessage(h, nil, nil); err.Error() != first.Error() {
			t.Fatalf("error is %v\nand then %v", first, err)
		}
	}
	long := http.Header{"Ce_" + strings.Repeat("x", 1000): {"x"}}
	if _, err := cehttp.DecodeMessage(long, nil, nil); len(err.Error()) > 400 {
		t.Errorf("%d bytes: %v", len(err.Error()), err)
	}
	// Batches say it, too.
	if _, err := cehttp.DecodeMessageBatch(http.Header{"Ce_id": {"1"}}, nil, nil); !errors.Is(err, cloudevents.ErrNotCloudEvent) || !strings.HasPrefix(err.Error(), `header "ce_id"`) {
		t.Errorf("batch: %v", err)
	}
	if _, err := cehttp.FromHeader(http.Header{"Ce_id": {"1"}}); !errors.Is(err, cloudevents.ErrNotCloudEvent) || !strings.HasPrefix(err.Error(), `header "ce_id"`) {
		t.Errorf("FromHeader: %v", err)
	}
}
