// avsc with the schemas of the Avro format and of the compact format, which are arguments.
"use strict";

const avro = require("avsc");
const { describe, isJSON, isText, parse, seconds, timestamp } = require("./event.js");

// data returns what stands for the data in the union of the Avro format: JSON as a value
// where that is no array and has no array or object inside.
function toData(bytes, contentType) {
  if (bytes === null) return null;
  if (isJSON(contentType)) {
    const value = JSON.parse(bytes);
    if (value !== null && typeof value === "object" && (Array.isArray(value) || Object.values(value).some((v) => typeof v === "object" && v !== null))) return bytes;
    return value === null ? bytes : value;
  }
  return isText(contentType) ? bytes.toString("utf8") : bytes;
}

function fromData(value, contentType) {
  if (value === null || Buffer.isBuffer(value)) return value;
  return typeof value === "string" && !isJSON(contentType) ? Buffer.from(value) : Buffer.from(JSON.stringify(value));
}

const values = {
  Boolean: (text) => text === "true",
  Integer: Number,
  Binary: (text) => Buffer.from(text, "base64"),
};

function describeValue(name, v) {
  switch (typeof v) {
    case "boolean": return [name, "Boolean", String(v)];
    case "number": return [name, "Integer", String(v)];
    case "string": return [name, "String", v];
  }
  return [name, "Binary", v.toString("base64")];
}

function format(schema) {
  const type = avro.Type.forSchema(JSON.parse(schema));
  return {
    encode(event) {
      const { attributes, contentType, data } = parse(event);
      const attribute = Object.fromEntries(attributes.map(({ name, type, text }) => [name, values[type] ? values[type](text) : text]));
      return type.toBuffer({ attribute, data: toData(data, contentType) });
    },
    decode(bytes) {
      const { attribute, data } = type.fromBuffer(bytes);
      const attributes = Object.entries(attribute).filter(([, v]) => v !== null).map(([name, v]) => describeValue(name, v));
      return describe(attributes, fromData(data, attribute.datacontenttype));
    },
  };
}

const fields = ["id", "source", "type", "datacontenttype", "dataschema", "subject"];

// micros returns the microseconds since 1970 of a Timestamp.
function micros(text) {
  const at = seconds(text);
  return at.seconds * 1e6 + Math.floor(at.nanos / 1000);
}

function fromMicros(n) {
  const s = Math.floor(n / 1e6);
  return timestamp(s, (n - s * 1e6) * 1000);
}

// The union of extensions has an int and a long, and so avsc wants its values wrapped.
const wrapped = {
  Boolean: (text) => ({ boolean: text === "true" }),
  Integer: (text) => ({ int: Number(text) }),
  Binary: (text) => ({ bytes: Buffer.from(text, "base64") }),
  Timestamp: (text) => ({ long: micros(text) }),
};

function compact(schema) {
  const type = avro.Type.forSchema(JSON.parse(schema));
  return {
    encode(event) {
      const { attributes, by, data } = parse(event);
      const record = { extensions: {}, data, time: by.time ? micros(by.time.text) : null };
      for (const name of fields) record[name] = by[name]?.text ?? null;
      for (const { name, type, text } of attributes) {
        if (name === "specversion" || name === "time" || fields.includes(name)) continue;
        record.extensions[name] = wrapped[type] ? wrapped[type](text) : { string: text };
      }
      return type.toBuffer(record);
    },
    decode(bytes) {
      const record = type.fromBuffer(bytes);
      const attributes = [["specversion", "String", "1.0"]];
      for (const name of fields) if (record[name] !== null) attributes.push([name, "String", record[name]]);
      if (record.time !== null) attributes.push(["time", "Timestamp", fromMicros(record.time)]);
      for (const [name, union] of Object.entries(record.extensions)) {
        const [[branch, v]] = Object.entries(union);
        attributes.push(branch === "long" ? [name, "Timestamp", fromMicros(v)] : describeValue(name, v));
      }
      return describe(attributes, record.data);
    },
  };
}

module.exports = { compact, format };
