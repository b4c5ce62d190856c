"""What the OpenAPI description says beyond what Ninja draws from the code: problems, and links."""

from typing import Any

from yihu.api.problems import MEDIA_TYPE

PROBLEM = {
    "description": "RFC 9457",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
OF_READING = ("404", "422")
OF_POSTING = ("400", "404", "409", "411", "413", "422", "429", "503")
OF_AUTHORISED = ("401", "403")

_BY_RECEIPT = {"header.Authorization": "Receipt {$response.body#/secret}"}
_AT_MATTER = {"path.reference": "$response.body#/reference"}


def finished(schema: dict[str, Any]) -> dict[str, Any]:
    """The description with each operation's problems, and links from what opens to what follows:
    they let a program (and a fuzzer) walk from a message to its receipt and on."""
    operations: dict[str, tuple[str, Any]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            operations[operation["operationId"]] = path, operation
            codes = OF_READING if method == "get" else OF_POSTING
            for code in codes + (OF_AUTHORISED if operation.get("security") else ()):
                operation["responses"][code] = PROBLEM
    _link(operations)
    return schema


def _link(operations: dict[str, tuple[str, Any]]) -> None:
    def link(name: str, parameters: dict[str, Any], seq: object) -> dict[str, Any]:
        asks_seq = "/moves/" in operations[name][0]
        more = {"query.seq": seq} if asks_seq else {}
        return {"operationId": name, "parameters": parameters | more}

    onward = ["readReceipt", "readProof", *(n for n in operations if n.startswith("receipt_"))]
    opened = operations["openMessage"][1]["responses"]["201"]
    opened["links"] = {name: link(name, _BY_RECEIPT, 1) for name in onward}
    opened["links"]["readMatter"] = link("readMatter", _AT_MATTER, 1)
    read = operations["readMatter"][1]["responses"]["200"]
    read["links"] = {
        name: link(name, _AT_MATTER, "$response.body#/seq")
        for name in operations
        if name.startswith("matter_")
    }
