"""Reads connections with h11: a line of input is a JSON list of base64 texts, a line of output a JSON list of the results."""
import base64
import json
import sys

import h11

LIMIT = 1 << 30


def read(octets):
    connection = h11.Connection(our_role=h11.SERVER, max_incomplete_event_size=LIMIT)
    messages = []
    if octets == b"":
        return messages
    connection.receive_data(octets)
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return messages
            if event is h11.PAUSED:
                if connection.our_state is h11.SEND_RESPONSE:
                    connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                    connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE:
                    return messages
                connection.start_next_cycle()
            elif isinstance(event, h11.Request):
                line = event.method + b" " + event.target + b" HTTP/" + event.http_version
                fields = [[n.decode("latin1"), v.decode("latin1")] for n, v in event.headers.raw_items()]
                body = b""
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                text = body.decode("latin1")
                messages.append({"start": line.decode("latin1"), "fields": fields, "body": text})
    except h11.RemoteProtocolError:
        return messages


for line in sys.stdin:
    answers = [read(base64.b64decode(text)) for text in json.loads(line)]
    sys.stdout.write(json.dumps(answers) + "\n")
    sys.stdout.flush()
