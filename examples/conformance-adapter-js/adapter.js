// This program lets "ce conformance --adapter" test the npm SDK "cloudevents".
"use strict";
const http = require("node:http");
const { CloudEvent, HTTP } = require("cloudevents");
const { version } = require("cloudevents/package.json");
const isJSON = (type) => /^[^;]*[/+]json\s*(;|$)/i.test(type ?? "");
const isText = (type) => /^(text\/|application\/xml|[^;]*[/+]json)/i.test(type ?? "") && !/charset="?(?!utf-8)/i.test(type);
const isUTF8 = (b) => Buffer.from(b.toString()).equals(b);
const toBytes = (b) => (typeof b === "string" ? Buffer.from(b) : Buffer.from(b.base64, "base64"));
const fromBytes = (b) => (isUTF8(b) ? b.toString() : { base64: b.toString("base64") });
const bodyOf = (b, type) => (isText(type) && isUTF8(b) ? b.toString() : b); // like a body parser
const core = /^(id|source|specversion|type|datacontenttype|dataschema|subject|time)$/;
const types = { boolean: "Boolean", number: "Integer", string: "String" };
const values = { Boolean: (t) => t === "true", Integer: Number, Binary: (t) => Buffer.from(t, "base64"), Timestamp: (t) => new Date(t) };

function read({ protocol, headers = [], body }, batch) {
  const fields = protocol === "json" ? { "content-type": `application/cloudevents${batch ? "-batch" : ""}+json` } : {};
  for (const [name, value] of headers) { // like node:http: joined lines, a character for each byte
    const key = toBytes(name).toString().toLowerCase(), text = toBytes(value).toString("latin1");
    if (key !== "content-type" || !(key in fields)) fields[key] = key in fields ? `${fields[key]}, ${text}` : text;
  }
  const content = toBytes(body).length ? bodyOf(toBytes(body), fields["content-type"]) : undefined;
  return [HTTP.toEvent({ headers: fields, body: content })].flat();
}
function describe(event) {
  const attributes = Object.entries(event).filter(([name, value]) => !/^data(_base64)?$/.test(name) && value != null)
    .map(([name, v]) => ({ name, type: types[typeof v] ?? "String", text: types[typeof v] ? String(v) : JSON.stringify(v) }));
  if (event.data_base64) return { attributes, data: fromBytes(Buffer.from(event.data_base64, "base64")) };
  if (ArrayBuffer.isView(event.data)) return { attributes, data: fromBytes(Buffer.from(event.data)) };
  const text = typeof event.data === "string" && !isJSON(event.datacontenttype ?? "application/json");
  return { attributes, data: text ? event.data : JSON.stringify(event.data) };
}
function build({ attributes, data }) {
  const event = {};
  for (const { name, type, text } of attributes.map((a) => ({ ...a, name: toBytes(a.name), text: toBytes(a.text).toString() })))
    event[name] = core.test(name) ? text : (values[type] ?? String)(text);
  if (data === undefined) return new CloudEvent(event);
  const body = bodyOf(toBytes(data), event.datacontenttype);
  return new CloudEvent({ ...event, data: isJSON(event.datacontenttype) ? JSON.parse(body) : body });
}
function write(event, mode) {
  const { headers, body = "" } = HTTP[mode](event);
  for (const [name, value] of Object.entries(headers)) http.validateHeaderValue(name, value); // node:http would refuse it
  const bytes = Buffer.from(typeof body === "string" || ArrayBuffer.isView(body) ? body : JSON.stringify(body));
  const wire = Object.entries(headers).map(([name, value]) => [name, fromBytes(Buffer.from(String(value), "latin1"))]);
  return { message: { headers: wire, body: fromBytes(bytes) } };
}
const unknown = ({ protocol = "request" }) => !["request", "response", "json"].includes(protocol);
const ops = {
  hello: () => ({ name: `JavaScript SDK ${version}` }),
  decode: (q) => (q.extensions || unknown(q.message) ? { unsupported: true } : { events: read(q.message, q.batch).map(describe) }),
  encode: (q) => (q.mode === "batch" || unknown(q) ? { unsupported: true } : write(build(q.events[0]), q.mode)),
  transcode: (q) => (q.mode === "batch" || unknown(q.message) ? { unsupported: true } : write(read(q.message, q.batch)[0], q.mode)),
};
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, ...q } = JSON.parse(line);
  let answer;
  try { answer = ops[q.op]?.(q) ?? { unsupported: true }; } catch (e) { answer = { error: String(e.message) || "refused" }; }
  console.log(JSON.stringify({ id, ...answer }));
});
