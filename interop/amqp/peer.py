"""A peer of the tests in this directory: Qpid Proton for Python.

    python3 peer.py HOST:PORT IN

It speaks the protocol of ../brokers/js/peer.js, with messages that were made by hand.
"""

import base64
import json
import sys

from proton import Message, timestamp
from proton.utils import BlockingConnection

TYPES = {
    "string": str,
    "boolean": lambda v: v == "true",
    "long": int,
    "timestamp": lambda v: timestamp(int(v)),
    "binary": lambda v: base64.b64decode(v),
}


def from_wire(wire):
    value = base64.b64decode(wire["value"] or "")
    message = Message(body=value, inferred=True)
    if wire.get("contentType"):
        message.content_type = wire["contentType"]
    message.properties = {h["name"]: TYPES[h["type"]](h["value"]) for h in wire["headers"] or []}
    return message


def describe(name, v):
    if isinstance(v, bool):
        return {"name": name, "type": "boolean", "value": "true" if v else "false"}
    if isinstance(v, timestamp):
        return {"name": name, "type": "timestamp", "value": str(int(v))}
    if isinstance(v, int):
        return {"name": name, "type": "long", "value": str(int(v))}
    if isinstance(v, (bytes, memoryview)):
        return {"name": name, "type": "binary", "value": base64.b64encode(bytes(v)).decode()}
    return {"name": name, "type": "string", "value": str(v)}


def to_wire(message):
    body = message.body
    kind = "data" if isinstance(body, (bytes, memoryview)) and message.inferred else type(body).__name__
    value = bytes(body) if isinstance(body, (bytes, memoryview)) else str(body).encode()
    return {
        "contentType": str(message.content_type or ""),
        "headers": [describe(n, v) for n, v in (message.properties or {}).items()],
        "value": base64.b64encode(value).decode(),
        "body": kind,
    }


def main():
    address, queue = sys.argv[1:3]
    connection = BlockingConnection("amqp://" + address, timeout=20, allowed_mechs="ANONYMOUS")
    receiver = connection.create_receiver(queue)
    senders = {}
    print("{}", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        answer = {}
        try:
            if request["op"] == "put":
                to = request["to"]
                if to not in senders:
                    senders[to] = connection.create_sender(to)
                senders[to].send(from_wire(request["wire"]))
            else:
                answer["wire"] = to_wire(receiver.receive())
                if receiver.fetcher.unsettled:  # the broker may have settled it
                    receiver.accept()
        except Exception as error:
            answer["error"] = str(error) or "error without a message"
        print(json.dumps(answer), flush=True)
    connection.close()


main()
