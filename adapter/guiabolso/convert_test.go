package guiabolso_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/adapter/guiabolso"
	"github.com/seed763dd41b/cloudevents/spec"
	"github.com/seed763dd41b/cloudevents/validation"
)

// Origin and time become attributes, and the rest of metadata is kept.
func TestMetadata(t *testing.T) {
	const noOrigin = guiabolso.NoOrigin
	for _, c := range []struct{ name, metadata, source, time, rest string }{
		{"empty", `{}`, noOrigin, "", ""},
		{"origin and timestamp", `{"origin":"Lion","timestamp":1482162952}`, "Lion", "2016-12-19T15:55:52Z", ""},
		{"others are left", `{"originId":"7","origin":"Lion","trace":{"a": 1}}`, "Lion", "", `{"originId":"7","trace":{"a":1}}`},
		{"origin is a URI", `{"origin":"https://example.com/a"}`, "https://example.com/a", "", ""},
		{"origin with a space", `{"origin":"some origin"}`, "some%20origin", "", `{"origin":"some origin"}`},
		{"origin that is no URI-reference", `{"origin":"1:é"}`, "1%3A%C3%A9", "", `{"origin":"1:é"}`},
		{"origin is empty", `{"origin":""}`, noOrigin, "", `{"origin":""}`},
		{"origin is a number", `{"origin":5}`, noOrigin, "", `{"origin":5}`},
		{"timestamp in milliseconds", `{"timestamp":1482162952123}`, noOrigin, "2016-12-19T15:55:52.123Z", `{"timestamp":1482162952123}`},
		{"timestamp is a string", `{"timestamp":"2016-12-19T16:55:52+01:00"}`, noOrigin, "2016-12-19T16:55:52+01:00", `{"timestamp":"2016-12-19T16:55:52+01:00"}`},
		{"timestamp that is none", `{"timestamp":"now"}`, noOrigin, "", `{"timestamp":"now"}`},
		{"timestamp with a fraction", `{"timestamp":1.5}`, noOrigin, "", `{"timestamp":1.5}`},
		{"createdAt", `{"createdAt":"2016-12-19T15:55:52.1Z"}`, noOrigin, "2016-12-19T15:55:52.1Z", `{"createdAt":"2016-12-19T15:55:52.1Z"}`},
		{"timestamp comes before createdAt", `{"createdAt":"2016-12-19T15:55:52.1Z","timestamp":0}`, noOrigin, "1970-01-01T00:00:00Z", `{"createdAt":"2016-12-19T15:55:52.1Z","timestamp":0}`},
		{"attributes", `{"timestamp":0,"cloudevents":{"time":"1970-01-01T00:00:00.5Z"}}`, noOrigin, "1970-01-01T00:00:00.5Z", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := guiabolso.Message{Name: "a", ID: "1", FlowID: "f", Metadata: json.RawMessage(c.metadata)}
			e, err := guiabolso.ToCloudEvent(&m)
			if err != nil {
				t.Fatal(err)
			}
			at, _ := e.Get(spec.Time)
			rest, _ := e.Get(guiabolso.MetadataExtension)
			if e.Source != c.source || at.String() != c.time || rest.String() != c.rest {
				t.Errorf("source %q, time %q, rest %q", e.Source, at, rest)
			}
			messageComesBack(t, &m)
		})
	}
}

// A message that cannot be an event is refused, with the name of the member.
func TestToCloudEventRefuses(t *testing.T) {
	base := guiabolso.Message{Name: "a", ID: "1", FlowID: "f", Payload: json.RawMessage("1")}
	annotated := func(attributes string) func(m *guiabolso.Message) {
		return func(m *guiabolso.Message) {
			m.Metadata = json.RawMessage(`{"timestamp":0,"cloudevents":` + attributes + `}`)
		}
	}
	for _, c := range []struct {
		name   string
		change func(m *guiabolso.Message)
		member string
		is     error
	}{
		{"control character in the name", func(m *guiabolso.Message) { m.Name = "a\n" }, "name", validation.ErrCharacter},
		{"control character in the version", func(m *guiabolso.Message) { m.VersionText = "a\x7f" }, "version", validation.ErrCharacter},
		{"noncharacter in the id", func(m *guiabolso.Message) { m.ID = "\ufffe" }, "id", validation.ErrCharacter},
		{"NUL in the flowId", func(m *guiabolso.Message) { m.FlowID = "\x00" }, "flowId", validation.ErrCharacter},
		{"duplicate in metadata", func(m *guiabolso.Message) { m.Metadata = json.RawMessage(`{"a":1,"a":1}`) }, "metadata", validation.ErrDuplicate},
		{"attributes are no object", annotated(`[]`), "metadata.cloudevents", validation.ErrType},
		{"duplicate attribute", annotated(`{"a":1,"a":1}`), "metadata.cloudevents", validation.ErrDuplicate},
		{"attribute with a member of its own", annotated(`{"id":"2"}`), "metadata.cloudevents", validation.ErrDuplicate},
		{"flowId again", annotated(`{"correlationid":"2"}`), "metadata.cloudevents", validation.ErrDuplicate},
		{"auth again", annotated(`{"guiabolsoauth":"{}"}`), "metadata.cloudevents", validation.ErrDuplicate},
		{"attribute is null", annotated(`{"a":null}`), "metadata.cloudevents", validation.ErrType},
		{"attribute has an unknown type", annotated(`{"a":{"type":"Float","value":"1"}}`), "metadata.cloudevents", validation.ErrType},
		{"attribute has a value that is no string", annotated(`{"a":{"type":"Integer","value":1}}`), "metadata.cloudevents", validation.ErrType},
		{"attribute has something else", annotated(`{"a":{"type":"URI","value":"a:b","x":1}}`), "metadata.cloudevents", validation.ErrType},
		{"attribute has an illegal name", annotated(`{"a-b":1}`), "metadata.cloudevents", validation.ErrName},
		{"attribute is no URI", annotated(`{"dataschema":"a b"}`), "metadata.cloudevents", validation.ErrSyntax},
		{"attribute is no Integer", annotated(`{"a":1.5}`), "metadata.cloudevents", validation.ErrSyntax},
		{"attribute is an Integer beyond 32 bits", annotated(`{"a":2147483648}`), "metadata.cloudevents", validation.ErrRange},
		{"time differs from the timestamp", annotated(`{"time":"1970-01-01T00:00:01.5Z"}`), "metadata.cloudevents", validation.ErrSyntax},
		{"time is a number", annotated(`{"time":5}`), "metadata.cloudevents", nil},
		{"payload is not JSON", annotated(`{"datacontenttype":"text/plain"}`), "metadata.cloudevents", validation.ErrData},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := base
			c.change(&m)
			_, err := guiabolso.ToCloudEvent(&m)
			var member *guiabolso.MemberError
			if !errors.As(err, &member) || member.Member != c.member || c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("%v", err)
			}
		})
	}
}

// An event that cannot be a message is refused, with the name of the attribute.
func TestToMessageRefuses(t *testing.T) {
	set := func(name string, v cloudevents.Value) func(e *cloudevents.Event) {
		return func(e *cloudevents.Event) {
			e.Extensions = append(e.Extensions, cloudevents.Extension{Name: name, Value: v})
		}
	}
	text := func(name, s string) func(e *cloudevents.Event) { return set(name, cloudevents.StringValue(s)) }
	for _, c := range []struct {
		name      string
		change    func(e *cloudevents.Event)
		attribute string
		is        error
	}{
		{"not valid", func(e *cloudevents.Event) { e.Subject = "\n" }, "subject", validation.ErrCharacter},
		{"type without a version", func(e *cloudevents.Event) { e.Type = "com.example.order.placed" }, "type", validation.ErrSyntax},
		{"type without a name", func(e *cloudevents.Event) { e.Type = ".v1" }, "type", validation.ErrSyntax},
		{"version is no number", func(e *cloudevents.Event) { e.Type = "a.vbeta" }, "type", validation.ErrSyntax},
		{"version with a leading zero", func(e *cloudevents.Event) { e.Type = "a.v01" }, "type", validation.ErrSyntax},
		{"version beyond 32 bits", func(e *cloudevents.Event) { e.Type = "a.v2147483648" }, "type", validation.ErrSyntax},
		{"another version than the extension", text(guiabolso.VersionExtension, "2"), "type", validation.ErrSyntax},
		{"version is empty", text(guiabolso.VersionExtension, ""), guiabolso.VersionExtension, validation.ErrMissing},
		{"version is no String", set(guiabolso.VersionExtension, cloudevents.IntegerValue(1)), guiabolso.VersionExtension, validation.ErrType},
		{"no correlationid", func(e *cloudevents.Event) { e.Extensions = nil }, "correlationid", validation.ErrMissing},
		{"empty correlationid", func(e *cloudevents.Event) { e.Extensions = nil; text("correlationid", "")(e) }, "correlationid", validation.ErrMissing},
		{"correlationid is an Integer", func(e *cloudevents.Event) {
			e.Extensions = nil
			set("correlationid", cloudevents.IntegerValue(1))(e)
		}, "correlationid", validation.ErrType},
		{"data is text", func(e *cloudevents.Event) { e.DataContentType = "text/plain" }, "datacontenttype", validation.ErrData},
		{"data in another charset", func(e *cloudevents.Event) { e.DataContentType = "application/json; charset=latin1" }, "datacontenttype", validation.ErrData},
		{"data without a media type", func(e *cloudevents.Event) { e.DataContentType = "" }, "datacontenttype", validation.ErrMissing},
		{"data is not JSON", func(e *cloudevents.Event) { e.Data = []byte("secret") }, "data", validation.ErrData},
		{"data is empty", func(e *cloudevents.Event) { e.Data = []byte{} }, "data", validation.ErrData},
		{"auth is no String", set(guiabolso.AuthExtension, cloudevents.IntegerValue(1)), guiabolso.AuthExtension, validation.ErrType},
		{"auth is no JSON", text(guiabolso.AuthExtension, `{"token":secret}`), guiabolso.AuthExtension, validation.ErrSyntax},
		{"auth is no object", text(guiabolso.AuthExtension, `"secret"`), guiabolso.AuthExtension, validation.ErrSyntax},
		{"auth has an illegal character", text(guiabolso.AuthExtension, "{\"token\":\"secret\u0085\"}"), guiabolso.AuthExtension, validation.ErrSyntax},
		{"auth is there twice", func(e *cloudevents.Event) {
			text(guiabolso.AuthExtension, `{"a":"secret"}`)(e)
			text(guiabolso.AuthExtension, `{"a":"secret"}`)(e)
		}, guiabolso.AuthExtension, validation.ErrDuplicate},
		{"identity is empty", text(guiabolso.IdentityExtension, `{}`), guiabolso.IdentityExtension, validation.ErrSyntax},
		{"identity has white space", text(guiabolso.IdentityExtension, `{ "a":1}`), guiabolso.IdentityExtension, validation.ErrSyntax},
		{"metadata has a duplicate", text(guiabolso.MetadataExtension, `{"a":1,"a":1}`), guiabolso.MetadataExtension, validation.ErrSyntax},
		{"metadata has attributes", text(guiabolso.MetadataExtension, `{"cloudevents":{}}`), guiabolso.MetadataExtension, validation.ErrSyntax},
		{"metadata repeats the source", text(guiabolso.MetadataExtension, `{"origin":"lion"}`), guiabolso.MetadataExtension, validation.ErrSyntax},
		{"metadata repeats the time", text(guiabolso.MetadataExtension, `{"timestamp":0}`), guiabolso.MetadataExtension, validation.ErrSyntax},
		{"metadata has another origin", text(guiabolso.MetadataExtension, `{"origin":"some origin"}`), "source", validation.ErrSyntax},
		{"metadata has another time", text(guiabolso.MetadataExtension, `{"timestamp":1482162952123}`), "time", validation.ErrSyntax},
		{"metadata has no time that is one", text(guiabolso.MetadataExtension, `{"createdAt":5}`), "time", validation.ErrSyntax},
		{"members have one that is known", text(guiabolso.MembersExtension, `{"auth":{}}`), guiabolso.MembersExtension, validation.ErrSyntax},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := cloudevents.Event{ID: "1", Source: "lion", Type: "a.v1", Time: time.Unix(0, 0).UTC(), DataContentType: "application/json", Data: []byte("1")}
			text("correlationid", "f")(&e)
			c.change(&e)
			_, err := guiabolso.ToMessage(&e)
			var violation *validation.Error
			if !errors.As(err, &violation) || violation.Attribute != c.attribute || !errors.Is(err, c.is) {
				t.Fatalf("%v", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%v has a secret", err)
			}
		})
	}
}

func TestSuffix(t *testing.T) {
	for _, c := range []struct {
		answer, request string
		suffix          guiabolso.Suffix
		status          int
	}{
		{"user:name:set:response.v1", "user:name:set.v1", guiabolso.SuffixResponse, 200},
		{"user:name:set:redirect.v1", "user:name:set.v1", guiabolso.SuffixRedirect, 307},
		{"user:name:set:error.vbeta", "user:name:set.vbeta", guiabolso.SuffixError, 500},
		{"user:name:set:badRequest", "user:name:set", guiabolso.SuffixBadRequest, 400},
		{"a:bad_request.v1", "a.v1", "bad_request", 400},
		{"a:unauthorized.v1", "a.v1", guiabolso.SuffixUnauthorized, 401},
		{"a:forbidden.v1", "a.v1", guiabolso.SuffixForbidden, 403},
		{"a:userDenied.v1", "a.v1", guiabolso.SuffixUserDenied, 403},
		{"a:resourceDenied.v1", "a.v1", guiabolso.SuffixResourceDenied, 403},
		{"a:notFound.v1", "a.v1", guiabolso.SuffixNotFound, 404},
		{"a:not_found.v1", "a.v1", "not_found", 404},
		{"a:gone.v1", "a.v1", guiabolso.SuffixGone, 410},
		{"a:expired.v1", "a.v1", guiabolso.SuffixExpired, 410},
		{"a:unprocessable.v1", "a.v1", guiabolso.SuffixUnprocessable, 422},
		{"a:failed_dependency.v1", "a.v1", guiabolso.SuffixFailedDependency, 424},
	} {
		request, suffix, ok := guiabolso.CutReply(c.answer)
		if request != c.request || suffix != c.suffix || !ok || suffix.Status() != c.status {
			t.Errorf("%s: %q, %q, %v, %d", c.answer, request, suffix, ok, suffix.Status())
		}
		if got := guiabolso.ReplyType(c.request, c.suffix); got != c.answer {
			t.Errorf("%q, want %q", got, c.answer)
		}
		if s := guiabolso.SuffixOf(c.status); s.Status() != c.status {
			t.Errorf("%d is %q", c.status, s)
		}
	}
	for _, name := range []guiabolso.Suffix{guiabolso.SuffixEventNotFound, guiabolso.SuffixBadProtocol} {
		if request, s, ok := guiabolso.CutReply(string(name) + ".v1"); request != "" || s != name || !ok {
			t.Errorf("%s: %q, %q, %v", name, request, s, ok)
		}
	}
	for _, eventType := range []string{"user:name:set.v1", "com.example.order.placed", "a:Response.v1", ""} {
		if request, s, ok := guiabolso.CutReply(eventType); request != eventType || s != "" || ok {
			t.Errorf("%s: %q, %q, %v", eventType, request, s, ok)
		}
	}
	for status, want := range map[int]guiabolso.Suffix{204: guiabolso.SuffixResponse, 301: guiabolso.SuffixRedirect, 429: guiabolso.SuffixError, 503: guiabolso.SuffixError, 0: guiabolso.SuffixError} {
		if s := guiabolso.SuffixOf(status); s != want {
			t.Errorf("%d is %q", status, s)
		}
	}
}

func TestAnswer(t *testing.T) {
	request := guiabolso.Message{Name: "a", VersionText: "beta", ID: "1", FlowID: "f", Auth: json.RawMessage(`{"token":"secret"}`)}
	m, err := guiabolso.Answer(&request, guiabolso.SuffixResponse, nil)
	if err != nil || m.Name != "a:response" || m.VersionText != "beta" || m.ID != "1" || m.FlowID != "f" || string(m.Payload) != "{}" || m.Auth != nil {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err = guiabolso.Answer(&request, guiabolso.SuffixResponse, json.RawMessage(`{ }`)); err != nil || string(m.Payload) != "{ }" {
		t.Errorf("%+v, %v", m, err)
	}
	if m, err = guiabolso.Answer(&guiabolso.Message{}, guiabolso.SuffixBadProtocol, nil); err != nil || m.Name != "badProtocol" || m.Version != 1 || m.ID == "" || m.FlowID == "" {
		t.Errorf("%+v, %v", m, err)
	}
	messageComesBack(t, &m)
	if _, err = guiabolso.Answer(&request, guiabolso.SuffixResponse, func() {}); err == nil {
		t.Error("a function is a payload")
	}
}
