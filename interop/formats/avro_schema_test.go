package formats_test

// avroSchema is the schema of the Avro format, and compactSchema that of the compact
// format, without documentation. The default of data is left out there: it is the bytes
// of "null" by the rules of Avro.
const avroSchema = `{"namespace":"io.cloudevents","type":"record","name":"AvroCloudEvent","fields":[
{"name":"attribute","type":{"type":"map","values":["null","boolean","int","string","bytes"]}},
{"name":"data","type":["bytes","null","boolean",
	{"type":"map","values":["null","boolean",
		{"type":"record","name":"AvroCloudEventData","fields":[{"name":"value","type":{"type":"map","values":["null","boolean",
			{"type":"map","values":"AvroCloudEventData"},{"type":"array","items":"AvroCloudEventData"},"double","string"]}}]},
		"double","string"]},
	{"type":"array","items":"AvroCloudEventData"},"double","string"]}]}`

const compactSchema = `{"namespace":"io.cloudevents.v1.avro.compact","type":"record","name":"CloudEvent","fields":[
{"name":"id","type":"string"},{"name":"source","type":"string"},{"name":"type","type":"string"},
{"name":"datacontenttype","type":["null","string"],"default":null},
{"name":"dataschema","type":["null","string"],"default":null},
{"name":"subject","type":["null","string"],"default":null},
{"name":"time","type":["null",{"type":"long","logicalType":"timestamp-micros"}],"default":null},
{"name":"extensions","type":{"type":"map","values":["boolean","int",{"type":"long","logicalType":"timestamp-micros"},"string","bytes"]},"default":{}},
{"name":"data","type":["bytes","null"]}]}`
