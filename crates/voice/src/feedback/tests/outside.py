"""Speaks to our Open311 as two programs of others do: `georeport` and `three`. Says what they heard, as JSON."""

import builtins
import itertools
import json
import sys

# three 0.8.0 was written for Python 2.
itertools.ifilter = builtins.filter

from georeport import GeoReport  # noqa: E402
from three import Three  # noqa: E402

base, key = sys.argv[1:3]
said = {}
for form in ("json", "xml"):
    city = GeoReport(base, api_key=key, output_format=form)
    services = city.get_service_list()
    said[form] = {
        "services": sorted(it["service_code"] for it in services),
        "definition": city.get_service_definition("suggestion")["service_code"],
        "requests": city.get_service_requests(status="open"),
    }
three = Three(base, api_key=key)
made = three.post("suggestion", address="Xóm 2", name="Thu Nguyen", phone="0912345678",
                  description="Đèn đường xóm 2 hỏng ba tuần nay, gọi 0912345678")
number = made[0]["service_request_id"]
said["three"] = {
    "services": sorted(it["service_code"] for it in three.services()),
    "made": made,
    "request": three.request(number),
    "token": three.token(number),
    "all": three.requests(),
    "discovery": three.discovery(),
    "wrong": Three(base, api_key="khong-phai").post("suggestion", description="Mười chữ cái là đủ"),
}
json.dump(said, sys.stdout)
