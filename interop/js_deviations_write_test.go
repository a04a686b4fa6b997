package interop_test

import (
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/spec"
)

const jsDate = "Thu Feb 29 2024 12:30:45 GMT+0000 (Coordinated Universal Time)"

var jsWrites = []deviation{
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), where: "events without datacontenttype", applies: hasNoContentType,
		happens: "Content-Type is set to `application/json; charset=utf-8`, with or without data.",
		section: spec.SectionHTTPContentType, change: func(e *cloudevents.Event) { e.DataContentType = "application/json; charset=utf-8" }},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-spaces"},
		happens: "Header values are not percent-encoded: spaces are sent as they are. This module reads what was meant.",
		section: spec.SectionHTTPHeaderValues, sends: rawTexts},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-edge-spaces"},
		happens: "Spaces at both ends of an attribute are not encoded, so that HTTP cuts them off.",
		section: spec.SectionHTTPHeaderValues, change: rewrite(strings.TrimSpace, textAttributes...)},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-percent"},
		happens: "Percent signs are not encoded: `%41` is sent as it is and stands for `A`.",
		section: spec.SectionHTTPHeaderValues, sends: rawTexts, change: rewrite(replace("%41", "A"), textAttributes...)},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"source-percent"},
		happens: "Percent signs are not encoded: the source `/a%2Fb` is sent as it is and stands for `/a/b`.",
		section: spec.SectionHTTPHeaderValues, sends: rawSource, change: rewrite(to("/a/b"), spec.Source)},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-quotes"},
		happens: "Double quotes are not encoded: `say:\"hi\\there\"` is sent as it is and stands for `say:hithere`.",
		section: spec.SectionHTTPHeaderValues, sends: rawTexts, change: rewrite(to("say:hithere"), textAttributes...)},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-latin1"},
		happens: "Characters of Latin-1 are sent as single bytes, which are not UTF-8. This module refuses them.",
		section: spec.SectionHTTPHeaderValues, sends: latin1Texts, fails: `attribute "id": header value is not UTF-8`},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"text-unicode"},
		happens: "Characters beyond Latin-1 cannot be sent: Node refuses the header.",
		section: spec.SectionHTTPHeaderValues, fails: "Invalid character in header content"},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"extension-binary"},
		happens: "A Buffer as an extension, which the constructor accepts, cannot be sent: its bytes become the header value.",
		section: spec.SectionTypeSystem, fails: "Invalid character in header content"},
	{peer: javaScript, direction: writes, modes: only(cloudevents.StructuredMode), cases: []string{"extension-binary"},
		happens: "A Buffer as an extension is written as an object. This module refuses it.",
		section: "json-format.md#22-type-system-mapping", fails: `attribute "abinary"`},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"extension-timestamp"},
		happens: "A Date as an extension is written as `" + jsDate + "`.",
		section: spec.SectionTypeSystem, change: rewrite(to(jsDate), "atimestamp"),
		sends: func(*cloudevents.Event) map[string]string { return map[string]string{"Ce-Atimestamp": jsDate} }},
	{peer: javaScript, direction: writes, modes: only(cloudevents.BinaryMode), cases: []string{"json-string"},
		happens: "Data that is a string is sent without quotes, so that it is no JSON.",
		section: sectionHTTPData, change: toData(`a "text" ü`)},
	{peer: javaScript, direction: writes, modes: only(cloudevents.StructuredMode), cases: []string{"v03-binary-data", "v03-no-content-type"},
		happens: "Bytes are written as `data_base64`, which is no attribute of version 0.3. This module refuses it.",
		section: spec.SectionJSONDataV03, fails: `attribute "data_base64"`},

	{peer: javaScript, direction: writes, where: "events without time", applies: hasNoTime, permitted: true,
		happens: "The time of writing is put into the event.",
		section: sectionTime, change: setCurrentTime},
	{peer: javaScript, direction: writes, cases: []string{"time-offset"}, permitted: true,
		happens: "Times are sent in UTC: the offset is lost.",
		section: sectionTime, change: toUTC},
	{peer: javaScript, direction: writes, cases: []string{"time-nanoseconds"}, permitted: true,
		happens: "Times are cut to milliseconds.",
		section: sectionTime, change: toMilliseconds},
	{peer: javaScript, direction: writes, modes: only(cloudevents.StructuredMode), cases: []string{"extension-timestamp"}, permitted: true,
		happens: "A Date as an extension has three fraction digits.",
		section: spec.SectionTypeSystem, change: rewrite(to("2024-02-29T12:30:45.000Z"), "atimestamp")},
	{peer: javaScript, direction: writes, cases: []string{"json-digits"}, permitted: true,
		happens: "JSON numbers are doubles: 12345678901234567890 is sent as 12345678901234567000.",
		section: spec.SectionJSONSerialize, change: toData(`{"n":12345678901234567000}`)},
	{peer: javaScript, direction: writes, cases: []string{"json-spelling"}, permitted: true,
		happens: "JSON data is a value of JavaScript and is written without white space.",
		section: spec.SectionJSONSerialize, change: toData(`{"html":"<b>&</b>"}`)},
}
