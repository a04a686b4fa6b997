package cloudevents_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// TestReports has documents from public reports about this and other implementations, each
// with the number of its report.
func TestReports(t *testing.T) {
	for _, c := range []struct {
		name     string
		document string
		says     string // of the strict error; "" if the event is accepted
		forgiven string // the violations that a decoder forgives; "" if it forgives none
	}{
		{"R01 time with a zone name", event(`"time":"2023-01-25T19:07:06.370582GMT"`), `attribute "time": not an RFC 3339 timestamp: "2023-01-25T19:07:06.370582GMT"`, "time: malformed value"},
		{"R02 time without seconds", event(`"time":"2020-09-29T12:00Z"`), `"2020-09-29T12:00Z"`, "time: malformed value"},
		{"R02 time with a region", event(`"time":"2024-02-22T10:15+01:00[Europe/Rome]"`), `"2024-02-22T10:15+01:00[Europe/Rome]"`, "time: malformed value"},
		{"R02 time with a space", event(`"time":"2020-06-17 12:52:43Z"`), `"2020-06-17 12:52:43Z"`, "time: malformed value"},
		{"R02 offset without a colon", event(`"time":"2022-02-24T13:25:16+0000"`), `"2022-02-24T13:25:16+0000"`, "time: malformed value"},
		{"R03 fraction of four digits", event(`"time":"2018-04-26T14:48:09.1234Z"`), "", ""},
		{"R04 version 0.3", eventV03(`"data":{}`), "", ""},
		{"R19 a patch level", strings.Replace(event(`"data":{}`), "1.0", "1.0.2", 1), `unsupported specversion: it has no patch level: "1.0.2"`, "specversion: unsupported specversion"},
		{"R19 a draft before 0.3", strings.Replace(event(""), "1.0", "0.2", 1), `unsupported specversion: "0.2"`, ""},
		{"R19 an integer and no more", strings.Replace(event(""), "1.0", "1", 1), `unsupported specversion: "1"`, ""},
		{"R22 dataschema of Azure Event Grid", `{"specversion":"1.0","id":"1","source":"/subscriptions/x","type":"Microsoft.Storage.BlobCreated","dataschema":"#","data":{}}`, `attribute "dataschema": a URI begins with a scheme`, "dataschema: malformed value"},
		{"R23 names with an underscore", event(`"eventid":"b5","event_id":"b5","recipient_client_id":"60","recipientclientid":"60","data":{}`), `attribute "event_id"`, "event_id: illegal attribute name, recipient_client_id: illegal attribute name"},
		{"R25 an empty dataschema", event(`"dataschema":"","ttl":"4000"`), `attribute "dataschema": must not be empty`, "dataschema: missing or empty"},
		{"R39 id with padding, relative source", `{"specversion":"1.0","id":"YEW9iQHNHu2S3sv2ubtlkQ==","source":"tfe/bp/em","type":"t"}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := new(cloudevents.JSONDecoder).Decode([]byte(c.document))
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("error is %v, want %q", err, c.says)
			}
			d, rs := forgiving()
			e, err := d.Decode([]byte(c.document))
			if accepted := c.says == "" || c.forgiven != ""; (err == nil) != accepted || err == nil && e.Validate() != nil {
				t.Errorf("forgiving: %v, %v", err, e.Validate())
			}
			got := ""
			for _, r := range *rs {
				got += strings.Join(broken(r.Err), ", ")
			}
			if got != c.forgiven {
				t.Errorf("forgiven: %q, want %q", got, c.forgiven)
			}
		})
	}
}

func TestR11IllegalNameWhenBuilding(t *testing.T) {
	for _, name := range []string{"event_source", "status_code", "example-extension"} {
		e := minimal()
		var v *validation.Error
		err := e.Set(name, cloudevents.StringValue("x"))
		if !errors.As(err, &v) || !errors.Is(err, validation.ErrName) || v.Attribute != name || v.Section != spec.SectionNaming {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestR27OneBadEventInABatch(t *testing.T) {
	document := "[" + event(`"dataschema":"#"`) + "," + event("") + `,{"specversion":"1.0","id":"3"}]`
	var in *cloudevents.BatchError
	if _, err := new(cloudevents.JSONDecoder).DecodeBatch([]byte(document)); !errors.As(err, &in) || in.Index != 0 {
		t.Errorf("strict: %v", err)
	}
	d, rs := forgiving()
	es, err := d.DecodeBatch([]byte(document))
	if err != nil || len(es) != 2 || len(*rs) != 2 || (*rs)[0].Index != 0 || (*rs)[0].Event != &es[0] || (*rs)[1].Index != 2 || (*rs)[1].Event != nil {
		t.Errorf("forgiving: %v, %d events, receipts %v", err, len(es), *rs)
	}
}

func TestR43EventWithoutData(t *testing.T) {
	e := decode(t, event(""))
	if b, err := cloudevents.AppendJSON(nil, &e); err != nil || string(b) != event("") {
		t.Errorf("%s, %v", b, err)
	}
	if _, err := cloudevents.DataAs[map[string]any](&e); !errors.Is(err, validation.ErrMissing) && !strings.Contains(err.Error(), "data") {
		t.Errorf("DataAs: %v", err)
	}
}

func TestR44Picture(t *testing.T) {
	for _, version := range []spec.Version{spec.V1, spec.V03} {
		e := minimal()
		e.SpecVersion = version
		if err := e.SetData("image/jpeg", []byte{0xFF, 0xD8, 0xFF, 0}); err != nil {
			t.Fatal(err)
		}
		b, err := cloudevents.AppendJSON(nil, &e)
		if err != nil {
			t.Fatal(err)
		}
		if d := diff(e, decode(t, string(b))); d != "" {
			t.Errorf("%s\n%s", b, d)
		}
	}
}

// Whoever declares a documented extension gets all of what its document says.
func TestR47DocumentedExtensions(t *testing.T) {
	for _, c := range []struct {
		members string
		broken  string
		section string
	}{
		{`"traceparent":""`, "traceparent: missing or empty", "distributed-tracing.md#traceparent"},
		{`"traceparent":"00-aaaa"`, "", ""},
		{`"traceparent":null`, "", ""},
		{`"tracestate":""`, "", ""}, // nothing is said about it
		{`"sampledrate":0`, "sampledrate: value out of range", "sampledrate.md#sampledrate"},
		{`"sampledrate":-0`, "sampledrate: value out of range", "sampledrate.md#sampledrate"},
		{`"sampledrate":"-5"`, "sampledrate: value out of range", "sampledrate.md#sampledrate"},
		{`"sampledrate":1`, "", ""},
		{`"partitionkey":""`, "partitionkey: missing or empty", "partitioning.md#partitionkey"},
		{`"sequence":""`, "sequence: missing or empty", "sequence.md#sequence"},
		{`"correlationid":""`, "correlationid: missing or empty", "correlation.md#correlationid"},
		{`"severitytext":""`, "severitytext: missing or empty", "severity.md#severitytext"},
		{`"severitynumber":-1`, "severitynumber: value out of range", "severity.md#severitynumber"},
		{`"severitynumber":0`, "", ""},
		{`"dataref":""`, "", ""}, // the empty URI-reference is legal
	} {
		document := []byte(event(c.members))
		d := cloudevents.JSONDecoder{Extensions: spec.Extensions()}
		_, err := d.Decode(document)
		if got := strings.Join(broken(err), ", "); got != c.broken || err != nil && violations(err)[0].Section != c.section {
			t.Errorf("%s: %v", c.members, err)
		}
		// Not declared, or declared as something else, it is an extension like others.
		if !strings.Contains(c.members, "-0") {
			if _, err := new(cloudevents.JSONDecoder).Decode(document); err != nil {
				t.Errorf("%s, not declared: %v", c.members, err)
			}
		}
		var own []spec.Attribute
		for _, a := range spec.Extensions() {
			a.Section = ""
			own = append(own, a)
		}
		d.Extensions = own
		if _, err := d.Decode(document); err != nil {
			t.Errorf("%s, declared without its section: %v", c.members, err)
		}
		forgiver, rs := forgiving(spec.Extensions()...)
		if e, err := forgiver.Decode(document); err != nil || (len(*rs) == 1) != (c.broken != "") || c.broken != "" && len(e.Extensions) != 0 {
			t.Errorf("%s, forgiving: %v, %v, receipts %v", c.members, e, err, *rs)
		}
	}
}

func TestR48ErrorPageAsExtension(t *testing.T) {
	e := minimal()
	if err := e.Set("knativeerrordata", cloudevents.StringValue("<html>\r\n<body>")); !errors.Is(err, validation.ErrCharacter) {
		t.Errorf("error is %v", err)
	}
}
