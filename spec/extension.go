package spec

import "strings"

// extensions are the documented extension attributes, document by document. The
// section of each begins with the name of its document.
var extensions = [...]Attribute{
	// The principal that triggered the occurrence.
	{"authtype", String, true, "authcontext.md#authtype"},
	{"authid", String, false, "authcontext.md#authid"},
	{"authclaims", String, false, "authcontext.md#authclaims"},

	// Business activity monitoring.
	{"bamtxid", String, true, "bam.md#bamtxid-bam-transaction-id"},
	{"bampid", String, true, "bam.md#bampid-bam-process-id"},
	{"bamptxid", String, true, "bam.md#bamptxid-bam-process-transaction-id"},
	{"bamptxsid", String, true, "bam.md#bamptxsid-bam-process-transaction-step-id"},
	{"bamptxsstatus", String, false, "bam.md#bamptxsstatus-bam-transaction-step-status"},
	{"bamptxcompleted", Boolean, false, "bam.md#bamptxcompleted-bam-process-transaction-completed"},

	// Which events belong together, and which one caused which.
	{"correlationid", String, false, "correlation.md#correlationid"},
	{"causationid", String, false, "correlation.md#causationid"},

	// How sensitive the data is.
	{"dataclassification", String, true, "data-classification.md#dataclassification"},
	{"dataregulation", String, false, "data-classification.md#dataregulation"},
	{"datacategory", String, false, "data-classification.md#datacategory"},

	// A reference to data that is kept elsewhere (claim check).
	{"dataref", URIReference, true, "dataref.md#dataref"},

	// Event types that will go away.
	{"deprecated", Boolean, true, "deprecation.md#deprecated"},
	{"deprecationfrom", Timestamp, false, "deprecation.md#deprecationfrom"},
	{"deprecationsunset", Timestamp, false, "deprecation.md#deprecationsunset"},
	{"deprecationmigration", URI, false, "deprecation.md#deprecationmigration"},

	// The W3C trace context.
	{"traceparent", String, true, "distributed-tracing.md#traceparent"},
	{"tracestate", String, false, "distributed-tracing.md#tracestate"},

	// When the event is no longer of use.
	{"expirytime", Timestamp, true, "expirytime.md#expirytime"},

	// OPC UA metadata versions and status.
	{"opcuametadatamajorversion", Integer, false, "opcua.md#opcuametadatamajorversion"},
	{"opcuametadataminorversion", Integer, false, "opcua.md#opcuametadataminorversion"},
	{"opcuastatus", Integer, false, "opcua.md#opcuastatus"},

	// The key by which events are assigned to partitions.
	{"partitionkey", String, true, "partitioning.md#partitionkey"},

	// When the event was created, as opposed to when it happened.
	{"recordedtime", Timestamp, true, "recordedtime.md#recordedtime"},

	// How many occurrences the event stands for.
	{"sampledrate", Integer, true, "sampledrate.md#sampledrate"},

	// The position among the events of a source.
	{"sequence", String, true, "sequence.md#sequence"},

	// The log level.
	{"severitytext", String, false, "severity.md#severitytext"},
	{"severitynumber", Integer, true, "severity.md#severitynumber"},

	// A signature of the event.
	{"dssematerial", Binary, true, "verifiability.md#dssematerial"},
}

const longestExtension = len("opcuametadatamajorversion")

// extensionNames are the names of extensions, sorted by length, and where each is in
// extensions. Names of length n are those from begin[n] to begin[n+1].
var extensionNames = func() (t struct {
	names  [len(extensions)]string
	places [len(extensions)]uint8
	begin  [longestExtension + 2]uint8
}) {
	k := 0
	for n := range t.begin {
		t.begin[n] = uint8(k)
		for i := range extensions {
			if len(extensions[i].Name) == n {
				t.names[k], t.places[k] = extensions[i].Name, uint8(i)
				k++
			}
		}
	}
	return t
}()

// Extensions returns the extension attributes that the specification documents, in
// the order of the documents' names. Pass them to a decode call to have the values
// parsed and checked by type:
//
//	event, err := cehttp.ToCloudEvent(r, nil, spec.Extensions()...)
//
// The result is a fresh slice. [Attribute.Section] says which document an attribute
// is from: the sections of bam.md begin with "bam.md#". Required means that an event
// which uses that document's extension has the attribute; decoders do not enforce it.
func Extensions() []Attribute {
	return append([]Attribute(nil), extensions[:]...)
}

// Extension returns the documented extension attribute of that name. It allocates
// nothing.
func Extension(name string) (Attribute, bool) {
	if k, ok := findExtension(name, 0); ok {
		return extensions[extensionNames.places[k]], true
	}
	return Attribute{}, false
}

// ExtensionName returns the name of the documented extension that name is, in lower
// case. The first letter of name may be in either case, because net/http writes
// Ce-Traceparent. Decoders use it to share the name instead of allocating one; it
// allocates nothing.
func ExtensionName(name string) (string, bool) {
	if k, ok := findExtension(name, 0x20); ok {
		return extensionNames.names[k], true
	}
	return "", false
}

// findExtension returns the place of name in extensionNames. fold is 0x20 to ignore
// the case of the first letter, and 0 otherwise.
func findExtension(name string, fold byte) (int, bool) {
	t := &extensionNames
	if n := len(name); 0 < n && n <= longestExtension {
		for k := t.begin[n]; k < t.begin[n+1]; k++ {
			if d := t.names[k]; d[0] == name[0]|fold && d[1:] == name[1:] {
				return int(k), true
			}
		}
	}
	return 0, false
}

// DistributedTracing returns traceparent and tracestate, the W3C trace context
// (distributed-tracing.md). The result is a fresh slice.
func DistributedTracing() []Attribute { return documented("distributed-tracing.md#") }

// Partitioning returns partitionkey (partitioning.md). The result is a fresh slice.
func Partitioning() []Attribute { return documented("partitioning.md#") }

// Sequence returns sequence, the position among the events of a source
// (sequence.md). The result is a fresh slice.
func Sequence() []Attribute { return documented("sequence.md#") }

// documented returns the extensions whose sections begin with prefix.
func documented(prefix string) (as []Attribute) {
	for _, a := range extensions {
		if strings.HasPrefix(a.Section, prefix) {
			as = append(as, a)
		}
	}
	return as
}
