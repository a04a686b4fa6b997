// A peer on the loopback interface that speaks CloudEvents with the JavaScript SDK.
//
//   POST /receive   a CloudEvents message; the answer is what the SDK made of it
//   POST /send      {url, mode, event}; the SDK's message with that event goes to url
//   POST /emit      {url, mode, event, transport}; an emitter of the SDK delivers the
//                   event; the answer is {reports, waits} of it
//
// Events are described in neutral JSON; see neutral.js. It listens on a port of its own
// choice, prints it, and ends with its standard input.
"use strict";

const http = require("node:http");
const { CloudEvent, HTTP, emitterFor, httpTransport } = require("cloudevents");
const { bodyOf, build, describe } = require("./neutral.js");

async function bytesOf(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function receive(req) {
  const bytes = await bytesOf(req);
  const event = HTTP.toEvent({ headers: req.headers, body: bodyOf(bytes, req.headers["content-type"]) });
  return { events: (Array.isArray(event) ? event : [event]).map(describe) };
}

async function send(req) {
  const { url, mode, event } = JSON.parse(await bytesOf(req));
  const { headers, body } = HTTP[mode](build(CloudEvent, event));
  await new Promise((resolve, reject) => {
    const out = http.request(url, { method: "POST", headers, agent: false }, (res) => {
      res.resume();
      res.on("end", resolve);
    });
    out.on("error", reject);
    if (body === undefined) return out.end();
    if (typeof body === "string") return out.end(body);
    out.end(ArrayBuffer.isView(body) ? Buffer.from(body) : JSON.stringify(body));
  });
  return { events: [] };
}

// emit delivers an event as the README of the SDK shows it: with its httpTransport, or
// with a function for fetch. A batch, which the SDK does not write, is JSON of its events.
async function emit(req) {
  const { url, mode, event, transport } = JSON.parse(await bytesOf(req));
  const ce = build(CloudEvent, event);
  if (mode === "batch") {
    const headers = { "content-type": "application/cloudevents-batch+json" };
    return sendWithFetch(url)({ headers, body: JSON.stringify([ce, ce]) });
  }
  if (transport === "fetch") return emitterFor(sendWithFetch(url), { mode })(ce);
  const res = await emitterFor(httpTransport(url), { mode })(ce);
  return { reports: "status" in res || "statusCode" in res ? "a status" : "resolves, without a status" };
}

// sendWithFetch repeats what the receiver says may be repeated, three times at most. It
// does not wait, but says how many seconds it would have to.
const sendWithFetch = (url) => async ({ headers, body }) => {
  const waits = [];
  for (let tries = 1; ; tries++) {
    const res = await fetch(url, { method: "POST", headers, body });
    if (res.ok) return { reports: `${res.status}`, waits };
    const problem = await res.json();
    if (!problem.retryable || tries === 3) return { reports: `${res.status} ${problem.error_type}`, waits };
    waits.push(Number(res.headers.get("retry-after") ?? 0));
  }
};

const server = http.createServer(async (req, res) => {
  let answer;
  try {
    answer = await { "/send": send, "/receive": receive, "/emit": emit }[req.url](req);
  } catch (error) {
    answer = { error: String(error.message ?? error) || "error without a message" };
  }
  res.setHeader("Content-Type", "application/json");
  res.end(JSON.stringify(answer));
});

server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit(0));
