package interop_test

import (
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

var sdkGoWrites = []deviation{
	{peer: sdkGo, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-unicode", "text-latin1", "text-spaces"},
		happens: "Header values are not percent-encoded: UTF-8 and spaces are sent as they are. This module reads what was meant.",
		section: spec.SectionHTTPHeaderValues, sends: rawTexts},
	{peer: sdkGo, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-percent"},
		happens: "Percent signs are not encoded: `%41` is sent as it is and stands for `A`.",
		section: spec.SectionHTTPHeaderValues, sends: rawTexts, change: rewrite(replace("%41", "A"), textAttributes...)},
	{peer: sdkGo, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"source-percent"},
		happens: "Percent signs are not encoded: the source `/a%2Fb` is sent as it is and stands for `/a/b`.",
		section: spec.SectionHTTPHeaderValues, sends: rawSource, change: rewrite(to("/a/b"), spec.Source)},
	{peer: sdkGo, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-quotes"},
		happens: "Double quotes are not encoded: `say:\"hi\\there\"` is sent as it is and stands for `say:hithere`.",
		section: spec.SectionHTTPHeaderValues, sends: rawTexts, change: rewrite(to("say:hithere"), textAttributes...)},
	{peer: sdkGo, direction: writes, cases: []string{"text-edge-spaces"},
		happens: "Spaces at both ends of id, type and subject are cut off by the setters.",
		section: spec.SectionTypeSystem, change: rewrite(strings.TrimSpace, spec.ID, spec.EventType, spec.Subject)},
	{peer: sdkGo, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-edge-spaces"},
		happens: "Spaces at both ends of an extension are not encoded, so that HTTP cuts them off.",
		section: spec.SectionHTTPHeaderValues, change: rewrite(strings.TrimSpace, "note")},
	{peer: sdkGo, direction: writes, modes: only(cloudevents.BatchMode), cases: []string{"empty-batch"},
		happens: "A nil slice of events is written as `null`. This module refuses it.",
		section: spec.SectionJSONBatch, fails: "offset 0"},
	{peer: sdkGo, direction: writes, modes: only(cloudevents.BinaryMode), messages: responses, cases: []string{"no-content-type"},
		happens: "No Content-Type is set on a response whose data has none, so that net/http guesses one.",
		section: spec.SectionHTTPContentType, change: func(e *cloudevents.Event) { e.DataContentType = "application/octet-stream" }},
	{peer: sdkGo, direction: writes, cases: []string{"v03-binary-data"},
		happens: "In version 0.3 `SetData` encodes bytes by their content type, and refuses those of most types.",
		section: spec.SectionJSONDataV03, fails: `unsupported content type: "application/octet-stream"`},
	{peer: sdkGo, direction: writes, cases: []string{"v03-xml"},
		happens: "In version 0.3 `SetData` refuses bytes of XML.",
		section: spec.SectionJSONDataV03, fails: "xml: unsupported type"},
	{peer: sdkGo, direction: writes, cases: []string{"v03-no-content-type"},
		happens: "In version 0.3 `SetData` makes bytes without a content type the JSON string of their base64.",
		section: spec.SectionJSONDataV03, change: toData(`"AAEgdGV4dA=="`)},
	{peer: sdkGo, direction: writes, modes: only(cloudevents.StructuredMode, cloudevents.BatchMode), cases: []string{"v03-no-content-type"},
		happens: "That string is JSON data, and says so when it is read.",
		section: spec.SectionJSONDataV03, change: func(e *cloudevents.Event) { e.DataContentType = "application/json" }},
	{peer: sdkGo, direction: writes, modes: only(cloudevents.BinaryMode), messages: responses, cases: []string{"v03-no-content-type"},
		happens: "No Content-Type is set on a response with that string, so that net/http guesses one.",
		section: spec.SectionHTTPContentType, change: func(e *cloudevents.Event) { e.DataContentType = "text/plain; charset=utf-8" }},

	{peer: sdkGo, direction: writes, cases: []string{"source-spelling"}, permitted: true,
		happens: "URIs are parsed and printed: the scheme is in lower case afterwards, and an empty fragment is gone.",
		section: sectionSource, change: rewrite(to("http://Example.com:80/./a?"), spec.Source)},
	{peer: sdkGo, direction: writes, cases: []string{"time-offset"}, permitted: true,
		happens: "Times are sent in UTC: the offset is lost.",
		section: sectionTime, change: toUTC},
	{peer: sdkGo, direction: writes, cases: []string{"json-spelling"}, permitted: true,
		happens: "JSON data from `SetData` is compacted, and `<`, `>` and `&` are escaped: the same JSON value in other bytes.",
		section: spec.SectionJSONSerialize, change: toData(`{"html":"\u003cb\u003e\u0026\u003c/b\u003e"}`)},
}
