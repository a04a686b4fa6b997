// This program lets "ce conformance --adapter" test the npm SDK "cloudevents".
"use strict";
const http = require("node:http");
const { CloudEvent, HTTP, Kafka, MQTT } = require("cloudevents");
const { version } = require("cloudevents/package.json");
const isJSON = (type) => /^[^;]*[/+]json\s*(;|$)/i.test(type ?? "");
const isText = (type) => /^(text\/|application\/xml|[^;]*[/+]json)/i.test(type ?? "") && !/charset="?(?!utf-8)/i.test(type);
const isUTF8 = (b) => Buffer.from(b.toString()).equals(b);
const toBytes = (b) => (typeof b === "string" ? Buffer.from(b) : Buffer.from(b.base64, "base64"));
const fromBytes = (b) => (isUTF8(b) ? b.toString() : { base64: b.toString("base64") });
const bodyOf = (b, type) => (isText(type) && isUTF8(b) ? b.toString() : b); // like a body parser
const core = /^(id|source|specversion|type|datacontenttype|dataschema|subject|time)$/;
const types = { boolean: "Boolean", number: "Integer", string: "String" };
const isEnvelope = (type) => /^application\/cloudevents/i.test(type ?? "");
const values = { Boolean: (t) => t === "true", Integer: Number, Binary: (t) => Buffer.from(t, "base64"), Timestamp: (t) => new Date(t) };

// What is between a message and an event of the SDK: read and write for each protocol.
function readHTTP({ protocol, headers = [], body }, batch) {
  const fields = protocol === "json" ? { "content-type": `application/cloudevents${batch ? "-batch" : ""}+json` } : {};
  for (const [name, value] of headers) { // like node:http: joined lines, a character for each byte
    const key = toBytes(name).toString().toLowerCase(), text = toBytes(value).toString("latin1");
    if (key !== "content-type" || !(key in fields)) fields[key] = key in fields ? `${fields[key]}, ${text}` : text;
  }
  const content = toBytes(body).length ? bodyOf(toBytes(body), fields["content-type"]) : undefined;
  return [HTTP.toEvent({ headers: fields, body: content })].flat();
}
function writeHTTP(event, mode) {
  const { headers, body } = HTTP[mode](event);
  for (const [name, value] of Object.entries(headers)) http.validateHeaderValue(name, value); // node:http would refuse it
  const wire = Object.entries(headers).map(([name, value]) => [name, fromBytes(Buffer.from(String(value), "latin1"))]);
  return { headers: wire, body: content(body) ?? "" };
}
function content(v) { // of a message: clients take text and bytes
  if (v === undefined || v === null) return null;
  return fromBytes(Buffer.from(typeof v === "string" || ArrayBuffer.isView(v) ? v : JSON.stringify(v)));
}
function part(parts, kind) {
  const value = parts.find((p) => p.kind === kind)?.value;
  return value === undefined || value === null ? undefined : toBytes(value);
}
function named(parts, kind) { // clients make a list of values of one name, which is text with commas
  const all = {};
  for (const { name, value } of parts.filter((p) => p.kind === kind && p.value !== null)) {
    const key = toBytes(name).toString(), text = toBytes(value).toString();
    all[key] = Object.hasOwn(all, key) ? `${all[key]},${text}` : text;
  }
  return all;
}
const toNamed = (kind, all) => Object.entries(all).filter(([, v]) => v !== undefined && v !== null)
  .map(([name, v]) => ({ kind, name, value: String(v) }));
function readKafka({ parts = [] }) {
  const headers = named(parts, "header"), value = part(parts, "value");
  return [Kafka.toEvent({ headers, key: part(parts, "key")?.toString(), value: value && bodyOf(value, headers["content-type"]) })].flat();
}
function writeKafka(event, mode) {
  const { key, headers, value } = Kafka[mode](event);
  const keys = key === undefined ? [] : [{ kind: "key", value: content(key) }];
  return { parts: [...keys, ...toNamed("header", headers), { kind: "value", value: content(value) }] };
}
function readMQTT({ parts = [] }) {
  const type = part(parts, "content-type")?.toString(), payload = part(parts, "payload");
  const body = payload?.length ? (isEnvelope(type) ? payload.toString() : payload) : undefined;
  return [MQTT.toEvent({ PUBLISH: { "Content Type": type }, headers: named(parts, "property"), body }, true)];
}
function writeMQTT(event, mode) {
  const { PUBLISH: { "Content Type": type }, headers, payload } = MQTT[mode](event);
  const types = type === undefined ? [] : [{ kind: "content-type", value: type }];
  return { parts: [...types, ...toNamed("property", headers), { kind: "payload", value: content(payload) ?? "" }] };
}
const bindings = { kafka: [readKafka, writeKafka], mqtt: [readMQTT, writeMQTT] };
for (const protocol of ["request", "response", "json"]) bindings[protocol] = [readHTTP, writeHTTP];

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
function encode(event, mode, protocol) {
  return { message: { protocol, ...bindings[protocol][1](event, mode) } };
}
const read = (message, batch) => bindings[message.protocol][0](message, batch);
const unknown = (protocol) => !Object.hasOwn(bindings, protocol);
const ops = {
  hello: () => ({ name: `JavaScript SDK ${version}` }),
  decode: (q) => (q.extensions || unknown(q.message.protocol) ? undefined : { events: read(q.message, q.batch).map(describe) }),
  encode: (q) => (q.mode === "batch" || unknown(q.protocol) ? undefined : encode(build(q.events[0]), q.mode, q.protocol)),
  transcode: (q) => (q.mode === "batch" || unknown(q.message.protocol) ? undefined : encode(read(q.message, q.batch)[0], q.mode, "request")),
};
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, ...q } = JSON.parse(line);
  let answer;
  try { answer = ops[q.op]?.(q) ?? { unsupported: true }; } catch (e) { answer = { error: String(e.message) || "refused" }; }
  console.log(JSON.stringify({ id, ...answer }));
});
