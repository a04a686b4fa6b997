// Events in neutral JSON, as ../../brokers/peertest has them: {attributes: [{name, type,
// text}], data}, data being text, {base64}, or null if there is none.
"use strict";

const isJSON = (type) => /^[^;]*[/+]json\s*(;|$)/i.test(type ?? "");
const isText = (type) => isJSON(type) || /^(text\/|application\/xml)/i.test(type ?? "");

// parse returns {attributes, by, data}: by has the attributes by their names, data is a
// Buffer or null.
function parse({ attributes, data }) {
  const by = Object.fromEntries(attributes.map((a) => [a.name, a]));
  let bytes = null;
  if (typeof data === "string") bytes = Buffer.from(data);
  else if (data) bytes = Buffer.from(data.base64, "base64");
  return { attributes, by, contentType: by.datacontenttype?.text, data: bytes };
}

// describe is the inverse: attributes is a list of [name, type, text].
function describe(attributes, data) {
  return {
    attributes: attributes.map(([name, type, text]) => ({ name, type, text })),
    data: data === null || data === undefined ? null : { base64: Buffer.from(data).toString("base64") },
  };
}

// seconds returns the seconds and nanoseconds since 1970 of a Timestamp.
function seconds(text) {
  const [, whole, fraction = "", zone] = /^([^.]*?\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/i.exec(text);
  return { seconds: Date.parse(whole + zone) / 1000, nanos: Number(fraction.padEnd(9, "0")) };
}

// timestamp is the inverse, in UTC.
function timestamp(s, nanos) {
  const fraction = nanos === 0 ? "" : "." + String(nanos).padStart(9, "0").replace(/0+$/, "");
  return new Date(s * 1000).toISOString().slice(0, 19) + fraction + "Z";
}

module.exports = { describe, isJSON, isText, parse, seconds, timestamp };
