// A peer of the tests in the directory above: clients of brokers in JavaScript, with the
// JavaScript SDK where it has the binding.
//
//   node peer.js kafka|nats|mqtt|mqtt311|amqp HOST:PORT IN
//
// It subscribes to the topic IN, says {} on a line once it is ready, and answers each line
// of standard input with another one:
//
//   {op: "take", sdk}                   the next message from IN: {wire}, or with sdk {event}
//   {op: "put", to, wire}               sends a message that was made by hand: {}
//   {op: "put", to, sdk, mode, event}   has the SDK make the message: {}
//
// Whatever fails is {error}. It ends with its standard input.
"use strict";

const readline = require("node:readline");
const { CloudEvent, Kafka, MQTT } = require("cloudevents");
const neutral = require("../../js/neutral.js");

const messages = []; // from IN that were not taken
let waiting;
function arrived(m) {
  if (waiting) waiting(m);
  else messages.push(m);
}

async function take() {
  if (messages.length > 0) return messages.shift();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no message arrived")), 30_000);
    waiting = (m) => { clearTimeout(timer); waiting = undefined; resolve(m); };
  });
}

const base64 = (bytes) => (bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString("base64"));
const bytes = (text) => (text === null || text === undefined ? null : Buffer.from(text, "base64"));
const list = (v) => (Array.isArray(v) ? v : [v]);

// The data of an event is text or {base64}. A value of a type that no attribute has is a
// String that says so.
function fromSDK(event) {
  const { attributes, data } = neutral.describe(event);
  return {
    attributes: attributes.map((a) => (a.type === "other" ? { name: a.name, type: "String", text: `not a value: ${a.text}` } : a)),
    data: data === null ? null : { base64: data },
  };
}

function toSDK({ attributes, data }) {
  const raw = data === null || data === undefined ? null : Buffer.from(data.base64 ?? data, data.base64 === undefined ? "utf8" : "base64").toString("base64");
  return neutral.build(CloudEvent, { attributes, data: raw });
}

// payload is what a client takes for the data of an event: JSON has to be written.
function payload(v) {
  if (v === undefined || v === null) return null;
  if (typeof v === "string" || Buffer.isBuffer(v)) return v;
  return ArrayBuffer.isView(v) ? Buffer.from(v) : JSON.stringify(v);
}

const text = (value, type) => (value !== null && neutral.isText(type) ? value.toString("utf8") : value);

function strings(object) {
  return Object.fromEntries(Object.entries(object).filter(([, v]) => v !== undefined && v !== null).map(([k, v]) => [k, String(v)]));
}

async function kafka(address, topic) {
  const { Kafka: Client, logLevel } = require("kafkajs");
  const client = new Client({ clientId: "peer", brokers: [address], logLevel: logLevel.NOTHING });
  const producer = client.producer();
  await producer.connect();
  const consumer = client.consumer({ groupId: `peer-${topic}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => arrived(message) });
  return {
    put: (to, m) => producer.send({ topic: to, messages: [m] }),
    fromWire: (w) => ({
      key: w.key,
      value: bytes(w.value),
      headers: Object.fromEntries((w.headers ?? []).map(({ name, value }) => [name, value])),
    }),
    toWire: (m) => ({
      key: m.key === null ? null : m.key.toString(),
      value: base64(m.value),
      headers: Object.entries(m.headers).flatMap(([name, v]) => list(v).map((value) => ({ name, value: value.toString() }))),
    }),
    write: (mode, event) => {
      const m = Kafka[mode](event);
      return { key: m.key, value: payload(m.value), headers: strings(m.headers), timestamp: m.timestamp };
    },
    read: (m) => {
      const headers = strings(m.headers);
      return Kafka.toEvent({ headers, key: m.key?.toString(), value: text(m.value, headers["content-type"]) });
    },
  };
}

async function nats(address, subject) {
  const { connect, headers } = require("@nats-io/transport-node");
  const client = await connect({ servers: address });
  client.subscribe(subject, { callback: (err, m) => arrived(m) });
  await client.flush();
  return {
    put: async (to, { data, options }) => {
      client.publish(to, data, options);
      await client.flush();
    },
    fromWire: (w) => {
      const h = headers();
      for (const { name, value } of w.headers ?? []) h.append(name, value);
      return { data: bytes(w.value) ?? undefined, options: w.headers?.length > 0 ? { headers: h } : {} };
    },
    toWire: (m) => ({
      value: base64(m.data),
      headers: (m.headers?.keys() ?? []).flatMap((name) => m.headers.values(name).map((value) => ({ name, value }))),
    }),
  };
}

async function mqtt(address, topic, protocolVersion = 5) {
  let client;
  const connect = async () => {
    client = await require("mqtt").connectAsync(`mqtt://${address}`, { protocolVersion, reconnectPeriod: 0 });
    client.on("message", (_, body, packet) => arrived({ body, properties: packet.properties ?? {} }));
    await client.subscribeAsync(topic, { qos: 1 });
  };
  await connect();
  const version5 = ({ contentType, userProperties }) => {
    if (protocolVersion !== 5) return {};
    const properties = {};
    if (contentType) properties.contentType = contentType;
    // mqtt.js waits forever if there is an object without members.
    if (Object.keys(userProperties).length > 0) properties.userProperties = userProperties;
    return { properties };
  };
  return {
    put: async (to, { body, properties }) => {
      let close;
      const closed = new Promise((resolve) => client.once("close", close = () => resolve(true)));
      const sent = client.publishAsync(to, body ?? "", { qos: 1, ...version5(properties) }).then(() => false);
      const failed = await Promise.race([sent, closed]);
      client.off("close", close);
      if (failed) {
        sent.catch(() => {});
        await connect();
        throw new Error("the broker closed the connection");
      }
    },
    fromWire: (w) => {
      const userProperties = {};
      for (const { name, value } of w.headers ?? []) userProperties[name] = value;
      return { body: bytes(w.value), properties: { contentType: w.contentType, userProperties } };
    },
    toWire: ({ body, properties }) => ({
      contentType: properties.contentType,
      value: base64(body),
      headers: Object.entries(properties.userProperties ?? {}).flatMap(([name, v]) => list(v).map((value) => ({ name, value }))),
    }),
    write: (mode, event) => {
      const m = MQTT[mode](event);
      const properties = { contentType: m.PUBLISH["Content Type"], userProperties: strings(m["User Properties"]) };
      return { body: payload(m.body), properties };
    },
    read: ({ body, properties }) => {
      const headers = { ...properties.userProperties };
      return MQTT.toEvent({ PUBLISH: { "Content Type": properties.contentType }, headers, body: text(body.length > 0 ? body : null, properties.contentType) ?? undefined }, true);
    },
  };
}

async function amqp(address, queue) {
  const rhea = require("rhea");
  const [host, port] = address.split(":");
  const connection = rhea.connect({ host, port: Number(port), reconnect: false });
  const receiver = connection.open_receiver(queue);
  receiver.on("message", ({ message }) => arrived(message));
  await new Promise((resolve) => receiver.once("receiver_open", resolve));
  const senders = {};
  const types = {
    string: (v) => v, boolean: (v) => v === "true", long: (v) => rhea.types.wrap_long(Number(v)),
    timestamp: (v) => rhea.types.wrap_timestamp(Number(v)), binary: (v) => rhea.types.wrap_binary(Buffer.from(v, "base64")),
  };
  const kinds = { boolean: "boolean", number: "number", string: "string" };
  const describe = (name, v) => {
    if (v instanceof Date) return { name, type: "timestamp", value: String(v.getTime()) };
    if (Buffer.isBuffer(v)) return { name, type: "binary", value: v.toString("base64") };
    return { name, type: kinds[typeof v] ?? "other", value: kinds[typeof v] ? String(v) : JSON.stringify(v) };
  };
  return {
    put: async (to, m) => {
      if (!senders[to]) {
        senders[to] = connection.open_sender(to);
        await new Promise((resolve) => senders[to].once("sendable", resolve));
      }
      senders[to].send(m);
      await new Promise((resolve) => senders[to].once("settled", resolve));
    },
    fromWire: (w) => ({
      content_type: w.contentType,
      application_properties: Object.fromEntries((w.headers ?? []).map(({ name, type, value }) => [name, types[type](value)])),
      body: rhea.message.data_section(bytes(w.value)),
    }),
    toWire: (m) => ({
      contentType: m.content_type,
      headers: Object.entries(m.application_properties ?? {}).map(([name, v]) => describe(name, v)),
      value: base64(m.body?.content),
      body: m.body?.typecode === 0x75 ? "data" : typeof m.body,
    }),
  };
}

const clients = { kafka, nats, mqtt, mqtt311: (address, topic) => mqtt(address, topic, 4), amqp };

async function answer(client, { op, to, sdk, mode, event, wire }) {
  if (op === "put") {
    await client.put(to, sdk ? client.write(mode, toSDK(event)) : client.fromWire(wire));
    return {};
  }
  const m = await take();
  return sdk ? { event: fromSDK(client.read(m)) } : { wire: client.toWire(m) };
}

async function main() {
  const [name, address, topic] = process.argv.slice(2);
  const say = (v) => process.stdout.write(JSON.stringify(v) + "\n");
  const failed = (error) => ({ error: String(error.message ?? error) || "error without a message" });
  let client;
  try {
    client = await clients[name](address, topic);
  } catch (error) {
    say(failed(error));
    process.exit(1);
  }
  say({});
  const lines = readline.createInterface({ input: process.stdin });
  lines.on("close", () => process.exit(0)); // whatever it waits for
  for await (const line of lines) say(await answer(client, JSON.parse(line)).catch(failed));
}

main();
