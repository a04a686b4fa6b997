// protobufjs with ../event.proto.
"use strict";

const path = require("node:path");
const protobuf = require("protobufjs");
const { describe, isText, parse, seconds, timestamp } = require("./event.js");

const root = new protobuf.Root();
root.resolvePath = (origin, target) => (target.startsWith("google/") ? target : path.join(__dirname, "..", target));
root.loadSync("event.proto", { keepCase: true });
const CloudEvent = root.lookupType("io.cloudevents.v1.CloudEvent");

const required = { id: "id", source: "source", specversion: "spec_version", type: "type" };

const values = {
  Boolean: (text) => ({ ce_boolean: text === "true" }),
  Integer: (text) => ({ ce_integer: Number(text) }),
  String: (text) => ({ ce_string: text }),
  Binary: (text) => ({ ce_bytes: Buffer.from(text, "base64") }),
  URI: (text) => ({ ce_uri: text }),
  "URI-reference": (text) => ({ ce_uri_ref: text }),
  Timestamp: (text) => ({ ce_timestamp: seconds(text) }),
};

function encode(event) {
  const { attributes, contentType, data } = parse(event);
  const message = { attributes: {} };
  for (const { name, type, text } of attributes) {
    if (required[name]) message[required[name]] = text;
    else message.attributes[name] = values[type](text);
  }
  if (data !== null) {
    if (isText(contentType)) message.text_data = data.toString("utf8");
    else message.binary_data = data;
  }
  const problem = CloudEvent.verify(message);
  if (problem) throw new Error(problem);
  return CloudEvent.encode(CloudEvent.fromObject(message)).finish();
}

const texts = {
  ce_boolean: (v) => ["Boolean", String(v)],
  ce_integer: (v) => ["Integer", String(v)],
  ce_string: (v) => ["String", v],
  ce_bytes: (v) => ["Binary", Buffer.from(v).toString("base64")],
  ce_uri: (v) => ["URI", v],
  ce_uri_ref: (v) => ["URI-reference", v],
  ce_timestamp: (v) => ["Timestamp", timestamp(Number(v.seconds ?? 0), v.nanos ?? 0)],
};

function decode(bytes) {
  const message = CloudEvent.toObject(CloudEvent.decode(bytes), { longs: String, oneofs: true });
  const attributes = Object.entries(required).map(([name, field]) => [name, "String", message[field]]);
  for (const [name, value] of Object.entries(message.attributes ?? {})) {
    if (value.attr) attributes.push([name, ...texts[value.attr](value[value.attr])]);
  }
  return describe(attributes, message.data && message[message.data]);
}

module.exports = { decode, encode };
