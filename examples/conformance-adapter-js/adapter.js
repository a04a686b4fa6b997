// Lets "ce conformance --adapter" test the npm SDK "cloudevents".
"use strict";
const { CloudEvent, HTTP } = require("cloudevents");
const { version } = require("cloudevents/package.json");

const isJSON = (type) => /^[^;]*[/+]json\s*(;|$)/i.test(type ?? "");
const isText = (type) => isJSON(type) || /^(text\/|application\/xml)/i.test(type ?? "");
const toBytes = (b) => (typeof b === "string" ? Buffer.from(b) : Buffer.from(b.base64, "base64"));
const fromBytes = (b) => (Buffer.from(b.toString()).equals(b) ? b.toString() : { base64: b.toString("base64") });
const bodyOf = (b, type) => (b.length === 0 ? undefined : isText(type) ? b.toString() : b); // as body parsers do
const core = ["id", "source", "specversion", "type", "datacontenttype", "dataschema", "subject", "time"];
const types = { boolean: "Boolean", number: "Integer", string: "String" };
const values = { Boolean: (t) => t === "true", Integer: Number, Binary: (t) => Buffer.from(t, "base64"), Timestamp: (t) => new Date(t) };

function read({ protocol, headers = [], body }, batch) {
  const fields = protocol === "json" ? { "content-type": `application/cloudevents${batch ? "-batch" : ""}+json` } : {};
  for (const [name, value] of headers) { // node:http joins lines of one name, and has a character for each byte
    const key = String(name).toLowerCase(), text = toBytes(value).toString("latin1");
    fields[key] = key in fields && key !== "content-type" ? `${fields[key]}, ${text}` : text;
  }
  const events = HTTP.toEvent({ headers: fields, body: bodyOf(toBytes(body), fields["content-type"]) });
  return [events].flat();
}

function describe(event) {
  const attributes = Object.entries(event).filter(([name, value]) => !/^data(_base64)?$/.test(name) && value != null)
    .map(([name, value]) => ({ name, type: types[typeof value] ?? "String", text: types[typeof value] ? String(value) : JSON.stringify(value) }));
  if (event.data_base64) return { attributes, data: { base64: event.data_base64 } };
  if (event.data === undefined) return { attributes };
  const text = typeof event.data === "string" && !(isJSON(event.datacontenttype) || event.datacontenttype === undefined);
  return { attributes, data: text ? event.data : JSON.stringify(event.data) };
}

function build({ attributes, data }) {
  const event = {};
  for (const { name, type, text } of attributes) {
    const t = toBytes(text).toString();
    event[toBytes(name)] = core.includes(name) ? t : (values[type] ?? String)(t);
  }
  if (data === undefined) return new CloudEvent(event);
  const bytes = toBytes(data), type = event.datacontenttype;
  return new CloudEvent({ ...event, data: isJSON(type) ? JSON.parse(bytes) : isText(type) ? bytes.toString() : bytes });
}

function write(event, mode) {
  const { headers, body = "" } = HTTP[mode](event);
  const bytes = Buffer.from(typeof body === "string" || ArrayBuffer.isView(body) ? body : JSON.stringify(body));
  return { message: { headers: Object.entries(headers).map(([name, value]) => [name, String(value)]), body: fromBytes(bytes) } };
}

const ops = {
  hello: () => ({ name: `JavaScript SDK ${version}` }),
  decode: (q) => (q.extensions ? { unsupported: true } : { events: read(q.message, q.batch).map(describe) }),
  encode: (q) => (q.mode === "batch" ? { unsupported: true } : write(build(q.events[0]), q.mode)),
  transcode: (q) => (q.mode === "batch" ? { unsupported: true } : write(read(q.message, q.batch)[0], q.mode)),
};

require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const q = JSON.parse(line);
  let answer;
  try { answer = ops[q.op]?.(q) ?? { unsupported: true }; } catch (e) { answer = { error: String(e.message) || "refused" }; }
  console.log(JSON.stringify({ id: q.id, ...answer }));
});
