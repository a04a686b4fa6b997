// A peer of the tests in the directory above: libraries in JavaScript.
//
//   node peer.js protobuf|avro|avro-compact|cbor|xml [SCHEMA]
//
// It says {} on a line once it is ready, and answers each line of standard input with
// another one:
//
//   {op: "write", event}   the document of an event: {wire: {value}}
//   {op: "read", wire}     the event of a document: {event}
//
// Whatever fails is {error}. It ends with its standard input.
"use strict";

const readline = require("node:readline");

const [, , name, schema] = process.argv;
const codec = {
  protobuf: () => require("./protobuf.js"),
  avro: () => require("./avro.js").format(schema),
  "avro-compact": () => require("./avro.js").compact(schema),
  cbor: () => require("./cbor.js"),
  xml: () => require("./xml.js"),
}[name]();

function answer({ op, event, wire }) {
  if (op === "write") return { wire: { value: Buffer.from(codec.encode(event)).toString("base64") } };
  return { event: codec.decode(Buffer.from(wire.value, "base64")) };
}

const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");
say({});
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  try {
    say(answer(JSON.parse(line)));
  } catch (e) {
    say({ error: String(e.message) });
  }
});
