"""A peer of the tests in this directory: libraries for Python.

    python3 peer.py cbor|avro|avro-compact [SCHEMA]

It speaks the protocol of js/peer.js.
"""

import base64
import io
import json
import sys
from datetime import datetime

FIELDS = ["id", "source", "type", "datacontenttype", "dataschema", "subject"]


def media(content_type):
    return (content_type or "").split(";")[0].strip().lower()


def is_json(content_type):
    return media(content_type).endswith(("/json", "+json"))


def is_text(content_type):
    return is_json(content_type) or media(content_type).startswith(("text/", "application/xml"))


def parse(event):
    by = {a["name"]: a for a in event["attributes"]}
    data = event.get("data")
    if isinstance(data, str):
        data = data.encode()
    elif data is not None:
        data = base64.b64decode(data["base64"])
    return by, data


def describe(attributes, data):
    return {
        "attributes": [{"name": n, "type": t, "text": s} for n, t, s in attributes],
        "data": None if data is None else {"base64": base64.b64encode(data).decode()},
    }


def timestamp(t):
    text = t.isoformat()
    if "." in text:
        whole, rest = text[:19], text[19:]
        fraction, zone = rest[:7].rstrip("0"), rest[7:]
        text = whole + fraction + zone
    return text.replace("+00:00", "Z")


def parse_timestamp(text):
    return datetime.fromisoformat(text)


def value(a):
    """What a user of Python has for an attribute."""
    text = a["text"]
    match a["type"]:
        case "Boolean":
            return text == "true"
        case "Integer":
            return int(text)
        case "Binary":
            return base64.b64decode(text)
    return text


def describe_value(name, v):
    match v:
        case bool():
            return name, "Boolean", "true" if v else "false"
        case int():
            return name, "Integer", str(v)
        case bytes():
            return name, "Binary", base64.b64encode(v).decode()
    return name, "String", v


class CBOR:
    def __init__(self, schema):
        import cbor2
        self.cbor = cbor2

    def encode(self, event):
        by, data = parse(event)
        m = {}
        for name, a in by.items():
            match a["type"]:
                case "Timestamp":
                    m[name] = parse_timestamp(a["text"])
                case "URI":
                    m[name] = self.cbor.CBORTag(32, a["text"])
                case _:
                    m[name] = value(a)
        if data is not None:
            m["data"] = data.decode() if is_text(m.get("datacontenttype")) else data
        return self.cbor.dumps(m)

    def decode(self, document):
        m = self.cbor.loads(document)
        data = m.pop("data", None)
        attributes = []
        for name, v in m.items():
            if isinstance(v, datetime):
                attributes.append((name, "Timestamp", timestamp(v)))
            elif isinstance(v, self.cbor.CBORTag):
                attributes.append((name, "URI" if v.tag == 32 else f"tag {v.tag}", v.value))
            elif v is not None:
                attributes.append(describe_value(name, v))
        return describe(attributes, data.encode() if isinstance(data, str) else data)


class Avro:
    def __init__(self, schema):
        import avro.io
        import avro.schema
        self.io, self.schema = avro.io, avro.schema.parse(schema)

    def dump(self, record):
        out = io.BytesIO()
        self.io.DatumWriter(self.schema).write(record, self.io.BinaryEncoder(out))
        return out.getvalue()

    def load(self, document):
        return self.io.DatumReader(self.schema).read(self.io.BinaryDecoder(io.BytesIO(document)))

    def encode(self, event):
        by, data = parse(event)
        if data is not None and is_text(by.get("datacontenttype", {}).get("text")) and not is_json(by["datacontenttype"]["text"]):
            data = data.decode()
        return self.dump({"attribute": {name: value(a) for name, a in by.items()}, "data": data})

    def decode(self, document):
        record = self.load(document)
        attributes = [describe_value(n, v) for n, v in record["attribute"].items() if v is not None]
        data = record["data"]
        if data is not None and not isinstance(data, bytes):
            if isinstance(data, str) and not is_json(record["attribute"].get("datacontenttype")):
                data = data.encode()
            else:
                data = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        return describe(attributes, data)


class Compact(Avro):
    def encode(self, event):
        by, data = parse(event)
        record = {name: by[name]["text"] if name in by else None for name in FIELDS}
        record["time"] = parse_timestamp(by["time"]["text"]) if "time" in by else None
        record["extensions"] = {
            name: parse_timestamp(a["text"]) if a["type"] == "Timestamp" else value(a)
            for name, a in by.items() if name not in FIELDS + ["specversion", "time"]
        }
        record["data"] = data
        return self.dump(record)

    def decode(self, document):
        record = self.load(document)
        attributes = [("specversion", "String", "1.0")]
        attributes += [(n, "String", record[n]) for n in FIELDS if record[n] is not None]
        if record["time"] is not None:
            attributes.append(("time", "Timestamp", timestamp(record["time"])))
        for name, v in record["extensions"].items():
            attributes.append((name, "Timestamp", timestamp(v)) if isinstance(v, datetime) else describe_value(name, v))
        return describe(attributes, record["data"])


def main():
    name, schema = (sys.argv[1:] + [None])[:2]
    codec = {"cbor": CBOR, "avro": Avro, "avro-compact": Compact}[name](schema)
    say({})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["op"] == "write":
                document = codec.encode(request["event"])
                say({"wire": {"value": base64.b64encode(document).decode()}})
            else:
                say({"event": codec.decode(base64.b64decode(request["wire"]["value"]))})
        except Exception as e:
            say({"error": f"{type(e).__name__}: {e}"})


def say(line):
    print(json.dumps(line), flush=True)


main()
