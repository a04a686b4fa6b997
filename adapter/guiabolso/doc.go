// Package guiabolso converts messages of GuiaBolso's events protocol to events and back, so
// that a service that speaks the protocol can be moved over one side at a time. The
// protocol is an envelope of JSON, usually in the body of a POST to /events
// (https://github.com/GuiaBolso/events-protocol).
//
//	m, err := guiabolso.Decode(body)
//	event, err := guiabolso.ToCloudEvent(&m)
//
//	answer, err := guiabolso.ToMessage(&reply)
//	body, err := guiabolso.AppendMessage(nil, &answer)
//
// # Mapping
//
//	member              attribute
//	name, version       type: the name, ".v" and the version, as in user:name:set.v1
//	id                  id
//	flowId              correlationid
//	payload             data; datacontenttype is application/json
//	metadata.origin     source; [NoOrigin] if there is none
//	metadata.timestamp  time
//	other metadata      guiabolsometadata
//	identity            guiabolsoidentity
//	auth                guiabolsoauth
//	other members       guiabolsomembers
//
// A route of package dispatch for such a type has Type "user:name:set" and Version "v1". A
// version that is a string, as one Go library of GuiaBolso writes it, is in
// guiabolsoversion too. The extensions that begin with guiabolso are Strings of JSON and
// are absent if there is nothing to say.
//
// An origin that is no URI-reference has its illegal characters percent-encoded in source.
// A timestamp is a number of seconds since 1970, or of milliseconds if the seconds would be
// beyond the year 9999, or a string in RFC 3339. Without a timestamp, createdAt is read
// instead. An origin or a timestamp that source and time do not say exactly stays in
// guiabolsometadata as well. ToMessage then refuses another source or time: delete the
// extension first.
//
// An event may have attributes for which the protocol has no place: subject, dataschema,
// another JSON media type, a time with a fraction or an offset, extensions. ToMessage puts
// them into a member "cloudevents" of metadata, and ToCloudEvent takes them out.
//
// Nothing is lost in either direction. The payload keeps every byte. Of the other members,
// white space, the order in metadata, and escapes in member names may change; identity,
// auth and metadata that are absent or null are the same as {}, and are written as {},
// because receivers insist on an object. The extensions of an event come back sorted by
// name.
//
// # Refusals
//
// A message needs name, version, id and flowId. An event needs a type that ends in ".v" and
// a version, a correlationid, and data that is JSON. Duplicate members are refused in the
// envelope and in metadata. [MemberError] names a member, *validation.Error an attribute.
// Neither has a byte of payload, identity or auth.
//
// # Secrets
//
// Attributes are logged and routed, and the specification advises against secrets in them
// (spec.md#privacy-and-security). A token in auth and a person in identity become
// attributes. A service that does not forward them checks them, and then sets
// [Message].Auth and Identity to nil before it calls ToCloudEvent.
//
// # Answers
//
// An answer is a message of the same version whose name has a [Suffix], such as
// "user:name:set:response". [Answer] makes one. [ReplyType] and [CutReply] add a suffix to
// the type of an event and remove it. An answer often has the id of its request, so that
// only source, id and type together are unique.
package guiabolso
