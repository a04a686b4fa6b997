// cbor-x as its users have it: Date for a Timestamp, and Uint8Array for a Binary.
"use strict";

const { Encoder, Tag } = require("cbor-x");
const { describe, isJSON, isText, parse } = require("./event.js");

const cbor = new Encoder({ useRecords: false, mapsAsObjects: true });

const values = {
  Boolean: (text) => text === "true",
  Integer: Number,
  Binary: (text) => new Uint8Array(Buffer.from(text, "base64")),
  URI: (text) => new Tag(text, 32),
  Timestamp: (text) => new Date(text),
};

function encode(event) {
  const { attributes, contentType, data } = parse(event);
  const object = Object.fromEntries(attributes.map(({ name, type, text }) => [name, values[type] ? values[type](text) : text]));
  if (data !== null) object.data = isText(contentType) ? data.toString("utf8") : data;
  return cbor.encode(object);
}

function describeValue(name, v) {
  if (v instanceof Date) return [name, "Timestamp", v.toISOString().replace(/\.?0*Z$/, "Z")];
  if (v instanceof Tag) return [name, v.tag === 32 ? "URI" : `tag ${v.tag}`, v.value];
  switch (typeof v) {
    case "boolean": return [name, "Boolean", String(v)];
    case "number": return [name, "Integer", String(v)];
    case "string": return [name, "String", v];
  }
  return [name, "Binary", Buffer.from(v).toString("base64")];
}

function decode(bytes) {
  const { data, ...rest } = cbor.decode(bytes);
  const attributes = Object.entries(rest).filter(([, v]) => v !== null && v !== undefined).map(([name, v]) => describeValue(name, v));
  if (data === undefined || typeof data === "string" || data instanceof Uint8Array) return describe(attributes, data ?? null);
  if (isJSON(rest.datacontenttype)) return describe(attributes, JSON.stringify(data));
  throw new Error(`data is ${typeof data}`);
}

module.exports = { decode, encode };
