// Package cloudevents is a codec for CloudEvents, the CNCF specification for
// describing events (https://cloudevents.io): a plain [Event], its type system,
// and the JSON event format. Package http (cehttp) converts HTTP messages.
//
//	event := cloudevents.New("/orders", "com.example.order.placed")
//	err := event.SetData("application/json", order)
//	req, err := cehttp.ToHTTPRequest(ctx, url, &event, cloudevents.BinaryMode, nil)
//
// It implements version 1.0 of the specification, and needs nothing but the
// standard library.
//
// # The event
//
// An Event is a struct of fields, as an http.Request is. Fields can be set to
// anything; every encoder and decoder checks the event, and [Event.Validate] does
// so on demand. Generic code addresses attributes by name, core and extension
// alike. Where to find what the specification requires of an SDK:
//
//	what            read                         write
//	constructor                                  New(source, type), or Event{…}
//	id              e.ID                         e.ID = "…", NewID()
//	source          e.Source                     e.Source = "…"
//	type            e.Type                       e.Type = "…"
//	specversion     e.SpecVersion                e.SpecVersion = spec.V1
//	content type    e.DataContentType            e.SetData(contentType, v)
//	schema URL      e.DataSchema                 e.DataSchema = "…"
//	subject         e.Subject                    e.Subject = "…"
//	time            e.Time                       e.Time = time.Now()
//	data            e.Data, DataAs[T](&e)        e.Data = …, e.SetData(contentType, v)
//	an extension    e.Get("partitionkey")        e.Set("partitionkey", StringValue("…"))
//	any attribute   e.Get(name)                  e.Set(name, v), e.SetText(attribute, "…")
//	remove one                                   e.Delete(name)
//	all of them     for name, v := range e.All()
//	validate        e.Validate()
//
// To compare events in tests, use cmp.Diff of github.com/google/go-cmp, which
// needs no options: it compares Time as an instant, Data byte for byte, and
// extensions in their order, by type and text. Decoders and [Event.Set] keep
// extensions sorted by name. Event has no Equal method, because what is the same
// depends on the purpose.
//
// # Choices
//
// Where the specification leaves something open, a clear error is preferred to a
// guess, unless real senders would lose events. Package validation says what it
// accepts as an attribute value, package cehttp what it accepts in a header. For
// JSON:
//
// An extension that was not declared keeps the type that JSON gave it: 5 is an
// Integer, and is written as 5 again; a number that is no Integer of 32 bits is
// refused. A declared Boolean or Integer may also be
// given as a string with the canonical string.
//
// A document with data but without datacontenttype gets the DataContentType
// application/json; with data_base64, or without data, nothing is set. JSON data is kept byte for byte,
// and may have unpaired surrogates in the form of escapes; a JSON null is the
// data "null". Under any other content type, data must be a string. If that
// names a charset other than UTF-8, the string is refused unless it is ASCII and
// the charset is known to extend ASCII. A charset of JSON means nothing.
//
// On encoding, data under a JSON media type must be one JSON value and is written
// as it is, white space around it included. Text (text/*, XML, YAML, form data and
// the like) in UTF-8 is a string. Everything else is base64, and so is data
// without datacontenttype.
//
// A data_base64 that is null is absent, but refused beside data. A byte order mark before the
// document is skipped. Duplicate members, trailing bytes and invalid UTF-8 are
// refused.
//
// A decoded time 0001-01-01T00:00:00Z is kept, although it is Go's zero time. A
// leap second becomes the second after it. The fraction of a time is cut after
// nine digits, and written without trailing zeros; other Timestamps keep their
// text.
//
// # Limits
//
// Nesting in data, attributes of an event and events of a batch are limited by
// default; see [JSONDecoder]. Encoders have no limits. The work of every decoder and encoder is linear in
// the size of its input, with or without limits; a decoder looks through the
// declared extensions for each extension.
//
// # Aliasing
//
// A decoded event holds one string with all attributes, and its Data aliases the
// document, unless it was base64 or a string with escapes. [Event.Clone] cuts all
// ties. Unmarshalling by encoding/json never aliases. Events of one batch share the
// memory of their attributes in pieces of 8 KiB. A [Sealed] event shares nothing.
//
// # Errors
//
// Violations are [*validation.Error] with attribute, rule and section; malformed
// documents are [*SyntaxError] with the offset, which may wrap the former;
// [*BatchError] has the index. No text of theirs holds event data; that of an
// error of encoding/json, which DataAs wraps, may.
package cloudevents
