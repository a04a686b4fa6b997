// Reads one request per line of standard input, and answers each with a line.
//
//   {"do": "sign", "secret", "id", "timestamp", "body"}    the signature
//   {"do": "verify", "secret", "headers", "body"}          "", or what is wrong
//
// Bodies are base64.
"use strict";

const { createInterface } = require("node:readline");
const { Webhook } = require("standardwebhooks");

function answer({ do: what, secret, id, timestamp, headers, body }) {
  const webhook = new Webhook(secret);
  const bytes = Buffer.from(body, "base64");
  if (what === "sign") return webhook.sign(id, new Date(timestamp * 1000), bytes);
  try {
    webhook.verify(bytes, headers);
    return "";
  } catch (error) {
    return error.message;
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
});
