// Events of the JavaScript SDK in neutral JSON: {attributes: [{name, type, text}], data},
// data being base64, or null if there is none.
"use strict";

const isJSON = (type) => /^[^;]*[/+]json\s*(;|$)/i.test(type ?? "");
const isText = (type) => isJSON(type) || /^(text\/|application\/xml)/i.test(type ?? "");
const core = ["id", "source", "specversion", "type", "datacontenttype", "dataschema", "schemaurl", "subject", "time"];

// bodyOf does what the body parsers of Node's frameworks do: text as a string,
// other content as a Buffer, and nothing for no content.
function bodyOf(bytes, type) {
  if (bytes.length === 0) return undefined;
  const charset = /charset="?([^";]*)/i.exec(type ?? "")?.[1] ?? "utf-8";
  return isText(type) && /^utf-8$/i.test(charset) ? bytes.toString("utf8") : bytes;
}

// describe puts an event of the SDK into neutral JSON. Data under a JSON media type
// is written as JSON: the SDK has parsed it.
function describe(event) {
  const attributes = [];
  for (const [name, value] of Object.entries(event)) {
    if (name === "data" || name === "data_base64" || value === undefined || value === null) continue;
    const type = { boolean: "Boolean", number: "Integer", string: "String" }[typeof value] ?? "other";
    attributes.push({ name, type, text: type === "other" ? JSON.stringify(value) : String(value) });
  }
  let data = null;
  if (event.data_base64) {
    data = Buffer.from(event.data_base64, "base64");
  } else if (event.data !== undefined) {
    const text = typeof event.data === "string" && !isJSON(event.datacontenttype);
    data = Buffer.from(text ? event.data : JSON.stringify(event.data));
  }
  return { attributes, data: data && data.toString("base64") };
}

// build makes an event of the SDK as its users do: values of JavaScript's types,
// parsed JSON, strings for text, and a Buffer for other data. CloudEvent is the class of the SDK.
function build(CloudEvent, { attributes, data }) {
  const event = {};
  for (const { name, type, text } of attributes) {
    event[name] = core.includes(name) ? text : value(type, text);
  }
  if (data !== null) {
    const bytes = Buffer.from(data, "base64");
    const body = bytes.length === 0 && isText(event.datacontenttype) ? "" : bodyOf(bytes, event.datacontenttype) ?? bytes;
    event.data = isJSON(event.datacontenttype) ? JSON.parse(body) : body;
  }
  return new CloudEvent(event);
}

function value(type, text) {
  switch (type) {
    case "Boolean": return text === "true";
    case "Integer": return Number(text);
    case "Binary": return Buffer.from(text, "base64");
    case "Timestamp": return new Date(text);
    default: return text;
  }
}

module.exports = { bodyOf, build, describe, isText };
