// Package cloudevents is a codec for CloudEvents, the CNCF specification for describing
// events (https://cloudevents.io). It has a plain [Event], the type system of its
// attributes, and the JSON event format. Package http (cehttp) converts HTTP messages.
//
//	event := cloudevents.New("/orders", "com.example.order.placed")
//	err := event.SetData("application/json", order)
//	req, err := cehttp.ToHTTPRequest(ctx, url, &event, cloudevents.BinaryMode, nil)
//
// It implements version 1.0 of the specification and needs only the standard library.
//
// # The event
//
// An Event is a struct of fields, as an http.Request is. Fields can be set to anything.
// Every encoder and decoder checks the event, and so does [Event.Validate]. Generic code
// addresses core attributes and extensions alike by their names. What the specification
// requires of an SDK is here:
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
// To compare events in tests, use cmp.Diff of github.com/google/go-cmp without options.
// It compares Time as an instant, Data byte for byte, and extensions in their order, by
// type and text. Decoders and [Event.Set] keep extensions sorted by name. Event has no
// Equal method, because what counts as equal depends on the purpose.
//
// # Other protocols and formats
//
// [Attributes] assembles an Event from the attributes of a message, in any order. The
// decoders of this module are built on it. [ErrNotCloudEvent] and [ErrContentMode] are
// errors of every binding.
//
// # Choices
//
// Where the specification leaves something open, this module prefers a clear error to a
// guess, unless real senders would lose events. Package validation documents which
// attribute values it accepts, package cehttp which headers. For JSON:
//
// An extension that was not declared keeps the type that JSON gave it: 5 is an Integer,
// and is written as 5 again. A number that is not an Integer of 32 bits is refused. A
// declared Boolean or Integer may also be a JSON string that has the canonical string.
//
// A document with data but without datacontenttype gets the DataContentType
// application/json. With data_base64, or without data, nothing is set. JSON data is kept
// byte for byte, and may contain escapes of unpaired surrogates. A JSON null is the data
// "null". Under any other content type, data must be a string. If the content type names
// a charset other than UTF-8, the string is refused unless it is ASCII and the charset is
// known to extend ASCII. The charset parameter of a JSON media type is ignored.
//
// On encoding, data under a JSON media type must be one JSON value. It is written as it
// is, white space around it included. Text (text/*, XML, YAML, form data and the like) in
// UTF-8 is written as a string. Everything else is written as base64, and so is data
// without datacontenttype.
//
// A data_base64 that is null is absent, but refused beside data. A byte order mark before
// the document is skipped. Duplicate members, trailing bytes and invalid UTF-8 are
// refused.
//
// A decoded time 0001-01-01T00:00:00Z is kept, although it is Go's zero time. A leap
// second becomes the second after it. The fraction of a time is cut after nine digits,
// and written without trailing zeros. Other Timestamps keep their text.
//
// # Limits
//
// Nesting in data, attributes of an event and events of a batch are limited by default;
// see [JSONDecoder]. Encoders have no limits. The work of every decoder and encoder is
// linear in the size of its input, with or without limits, except that a decoder compares
// each extension with each declared one.
//
// # Aliasing
//
// All attributes of a decoded event share one string. Its Data aliases the document,
// unless it was base64 or a string with escapes. [Event.Clone] returns a copy that shares
// nothing. Unmarshaling by encoding/json never aliases. Events of one batch share the
// memory of their attributes in pieces of 8 KiB. A [Sealed] event shares nothing.
//
// # Errors
//
// A violation of the specification is a [*validation.Error] with attribute, rule and
// section. A malformed document is a [*SyntaxError] with the offset, which may wrap a
// violation. A [*BatchError] has the index. Their texts never contain event data. An
// error of encoding/json, which DataAs wraps, may contain some.
package cloudevents
