package spec

import "slices"

// Extensions returns the extension attributes that the specification documents.
// Hand them to a decode call to have the values parsed and checked by type:
//
//	event, err := cehttp.ToCloudEvent(r, nil, spec.Extensions()...)
//
// The functions that are named after a document return those of that document.
// Each result is a fresh slice; Required means that an event which uses that
// extension has it, which decoders do not enforce.
func Extensions() []Attribute {
	return slices.Concat(AuthContext(), BAM(), Correlation(), DataClassification(), DataRef(), Deprecation(), DistributedTracing(), ExpiryTime(), OPCUA(), Partitioning(), RecordedTime(), SampledRate(), Sequence(), Severity(), Verifiability())
}

// Extension returns the documented extension attribute of that name.
func Extension(name string) (Attribute, bool) {
	all := Extensions()
	if i := slices.IndexFunc(all, func(a Attribute) bool { return a.Name == name }); i >= 0 {
		return all[i], true
	}
	return Attribute{}, false
}

// AuthContext: the principal that triggered the occurrence (authcontext.md).
func AuthContext() []Attribute {
	return []Attribute{
		{"authtype", String, true, "authcontext.md#authtype"},
		{"authid", String, false, "authcontext.md#authid"},
		{"authclaims", String, false, "authcontext.md#authclaims"},
	}
}

// BAM: business activity monitoring (bam.md).
func BAM() []Attribute {
	return []Attribute{
		{"bamtxid", String, true, "bam.md#bamtxid-bam-transaction-id"},
		{"bampid", String, true, "bam.md#bampid-bam-process-id"},
		{"bamptxid", String, true, "bam.md#bamptxid-bam-process-transaction-id"},
		{"bamptxsid", String, true, "bam.md#bamptxsid-bam-process-transaction-step-id"},
		{"bamptxsstatus", String, false, "bam.md#bamptxsstatus-bam-transaction-step-status"},
		{"bamptxcompleted", Boolean, false, "bam.md#bamptxcompleted-bam-process-transaction-completed"},
	}
}

// Correlation: which events belong together and which one caused which (correlation.md).
func Correlation() []Attribute {
	return []Attribute{
		{"correlationid", String, false, "correlation.md#correlationid"},
		{"causationid", String, false, "correlation.md#causationid"},
	}
}

// DataClassification: how sensitive the data is (data-classification.md).
func DataClassification() []Attribute {
	return []Attribute{
		{"dataclassification", String, true, "data-classification.md#dataclassification"},
		{"dataregulation", String, false, "data-classification.md#dataregulation"},
		{"datacategory", String, false, "data-classification.md#datacategory"},
	}
}

// DataRef: a reference to data that is kept elsewhere (claim check) (dataref.md).
func DataRef() []Attribute {
	return []Attribute{
		{"dataref", URIReference, true, "dataref.md#dataref"},
	}
}

// Deprecation: event types that will go away (deprecation.md).
func Deprecation() []Attribute {
	return []Attribute{
		{"deprecated", Boolean, true, "deprecation.md#deprecated"},
		{"deprecationfrom", Timestamp, false, "deprecation.md#deprecationfrom"},
		{"deprecationsunset", Timestamp, false, "deprecation.md#deprecationsunset"},
		{"deprecationmigration", URI, false, "deprecation.md#deprecationmigration"},
	}
}

// DistributedTracing: the W3C trace context (distributed-tracing.md).
func DistributedTracing() []Attribute {
	return []Attribute{
		{"traceparent", String, true, "distributed-tracing.md#traceparent"},
		{"tracestate", String, false, "distributed-tracing.md#tracestate"},
	}
}

// ExpiryTime: when the event is no longer of use (expirytime.md).
func ExpiryTime() []Attribute {
	return []Attribute{
		{"expirytime", Timestamp, true, "expirytime.md#expirytime"},
	}
}

// OPCUA: OPC UA metadata versions and status (opcua.md).
func OPCUA() []Attribute {
	return []Attribute{
		{"opcuametadatamajorversion", Integer, false, "opcua.md#opcuametadatamajorversion"},
		{"opcuametadataminorversion", Integer, false, "opcua.md#opcuametadataminorversion"},
		{"opcuastatus", Integer, false, "opcua.md#opcuastatus"},
	}
}

// Partitioning: the partition key (partitioning.md).
func Partitioning() []Attribute {
	return []Attribute{
		{"partitionkey", String, true, "partitioning.md#partitionkey"},
	}
}

// RecordedTime: when the event was created, as opposed to when it happened (recordedtime.md).
func RecordedTime() []Attribute {
	return []Attribute{
		{"recordedtime", Timestamp, true, "recordedtime.md#recordedtime"},
	}
}

// SampledRate: how many occurrences the event stands for (sampledrate.md).
func SampledRate() []Attribute {
	return []Attribute{
		{"sampledrate", Integer, true, "sampledrate.md#sampledrate"},
	}
}

// Sequence: the position among the events of a source (sequence.md).
func Sequence() []Attribute {
	return []Attribute{
		{"sequence", String, true, "sequence.md#sequence"},
	}
}

// Severity: the log level (severity.md).
func Severity() []Attribute {
	return []Attribute{
		{"severitytext", String, false, "severity.md#severitytext"},
		{"severitynumber", Integer, true, "severity.md#severitynumber"},
	}
}

// Verifiability: a signature of the event (verifiability.md).
func Verifiability() []Attribute {
	return []Attribute{
		{"dssematerial", Binary, true, "verifiability.md#dssematerial"},
	}
}
