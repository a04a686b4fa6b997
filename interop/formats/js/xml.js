// @xmldom/xmldom.
"use strict";

const { DOMImplementation, DOMParser, XMLSerializer } = require("@xmldom/xmldom");
const { describe, isText, parse } = require("./event.js");

const ce = "http://cloudevents.io/xmlformat/V1";
const xs = "http://www.w3.org/2001/XMLSchema";
const xsi = "http://www.w3.org/2001/XMLSchema-instance";
const xmlns = "http://www.w3.org/2000/xmlns/";

const names = {
  Boolean: "ce:boolean", Integer: "ce:integer", String: "ce:string", Binary: "ce:binary",
  URI: "ce:uri", "URI-reference": "ce:uriRef", Timestamp: "ce:timestamp",
};

const parser = new DOMParser({ onError: (level, message) => { throw new Error(`${level}: ${message}`); } });

function encode(event) {
  const { attributes, by, contentType, data } = parse(event);
  const document = new DOMImplementation().createDocument(ce, "event", null);
  const root = document.documentElement;
  root.setAttributeNS(xmlns, "xmlns:ce", ce);
  root.setAttributeNS(xmlns, "xmlns:xs", xs);
  root.setAttributeNS(xmlns, "xmlns:xsi", xsi);
  root.setAttribute("specversion", by.specversion.text);
  const add = (name, type, content) => {
    const element = document.createElementNS(ce, name);
    element.setAttributeNS(xsi, "xsi:type", type);
    element.appendChild(content);
    root.appendChild(element);
  };
  for (const { name, type, text } of attributes) {
    if (name !== "specversion") add(name, names[type], document.createTextNode(text));
  }
  if (data !== null && /[/+]xml\s*(;|$)/.test(contentType)) {
    add("data", "xs:any", document.importNode(parser.parseFromString(data.toString("utf8"), "text/xml").documentElement, true));
  } else if (data !== null && isText(contentType)) {
    add("data", "xs:string", document.createTextNode(data.toString("utf8")));
  } else if (data !== null) {
    add("data", "xs:base64Binary", document.createTextNode(data.toString("base64")));
  }
  return Buffer.from(new XMLSerializer().serializeToString(document));
}

const types = Object.fromEntries(Object.entries(names).map(([type, name]) => [name.slice("ce:".length), type]));

function decode(bytes) {
  const root = parser.parseFromString(bytes.toString("utf8"), "text/xml").documentElement;
  const attributes = [["specversion", "String", root.getAttribute("specversion")]];
  let data = null;
  for (let element = root.firstChild; element; element = element.nextSibling) {
    if (element.nodeType !== element.ELEMENT_NODE || element.namespaceURI !== ce) continue;
    const [prefix, name] = element.getAttributeNS(xsi, "type")?.split(":") ?? [];
    const space = prefix && element.lookupNamespaceURI(prefix);
    if (element.localName !== "data") {
      if (space && (space !== ce || !types[name])) throw new Error(`the type ${space} ${name}`);
      attributes.push([element.localName, types[name] ?? "String", element.textContent]);
    } else if (space !== xs) {
      throw new Error(`data is ${space} ${name}`);
    } else {
      switch (name) {
        case "string": data = element.textContent; break;
        case "base64Binary": data = Buffer.from(element.textContent, "base64"); break;
        case "any": data = new XMLSerializer().serializeToString(Array.from(element.childNodes).find((n) => n.nodeType === n.ELEMENT_NODE)); break;
        default: throw new Error(`data is ${name}`);
      }
    }
  }
  return describe(attributes, data);
}

module.exports = { decode, encode };
