"""A browser as others wrote it: http_ece opens what was sealed for it, py_vapid tells who called."""

import base64
import json
import sys

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

private, auth, authorization = sys.argv[1:4]


def raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


key = ec.derive_private_key(int.from_bytes(raw(private), "big"), ec.SECP256R1())
sealed = base64.b64decode(sys.stdin.read())
text = http_ece.decrypt(sealed, private_key=key, auth_secret=raw(auth), version="aes128gcm")
claims = json.loads(raw(authorization.split("t=")[1].split(",")[0].split(".")[1]))
print(json.dumps({"right": Vapid02.verify(authorization), "claims": claims, "said": json.loads(text)}))
