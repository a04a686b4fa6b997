package cloudevents

// documentedNames are the names of spec.Extensions, by length. What a header says of
// such an extension needs no memory for the name.
var documentedNames = [...]string{
	"authid", "bampid", "bamtxid", "dataref", "authtype", "bamptxid", "sequence", "bamptxsid", "authclaims",
	"deprecated", "expirytime", "tracestate", "causationid", "opcuastatus", "sampledrate", "traceparent",
	"datacategory", "dssematerial", "partitionkey", "recordedtime", "severitytext", "bamptxsstatus",
	"correlationid", "dataregulation", "severitynumber", "bamptxcompleted", "deprecationfrom",
	"deprecationsunset", "dataclassification", "deprecationmigration", "opcuametadatamajorversion",
	"opcuametadataminorversion",
}

const longestDocumented = len("opcuametadatamajorversion")

// documentedOf has, for each length, where names of that length begin.
var documentedOf = func() (t [longestDocumented + 2]uint8) {
	for _, name := range documentedNames {
		for n := len(name) + 1; n < len(t); n++ {
			t[n]++
		}
	}
	return t
}()

// documented returns the name of a documented extension that name is, but for the case
// of its first letter.
func documented(name string) (string, bool) {
	if n := len(name); 0 < n && n <= longestDocumented {
		for _, d := range documentedNames[documentedOf[n]:documentedOf[n+1]] {
			if d[0] == name[0]|0x20 && d[1:] == name[1:] {
				return d, true
			}
		}
	}
	return "", false
}
