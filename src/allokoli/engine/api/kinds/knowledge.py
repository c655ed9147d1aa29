"""Files, and the knowledge bases made of them."""

from functools import lru_cache
from typing import Any

from allokoli.engine.api.kinds.kind import Kind, sdk_type
from allokoli.engine.api.validation import limits
from allokoli.engine.api.validation.shapes import Field, Fields


@lru_cache(maxsize=1)
def _changed_file() -> Fields:
    return {"name": Field(str)}


@lru_cache(maxsize=1)
def _file() -> Fields:
    """What the upload's handler stores beside the bytes."""
    return {"name": Field(str), "purpose": Field(str), "metadata": Field(dict[str, Any])}


@lru_cache(maxsize=1)
def _knowledge_base() -> Fields:
    return {"name": Field(str, required=True), "description": Field(str)}


@lru_cache(maxsize=1)
def _knowledge_base_file() -> Fields:
    return {"fileId": Field(str, required=True)}


@lru_cache(maxsize=1)
def _knowledge_base_v1() -> Fields:
    """Both retired shapes; `_v1_problems` tells them apart."""
    return {
        "provider": Field(str, required=True),
        "server": Field(sdk_type("Server")),
        "name": Field(str),
        "searchPlan": Field(dict[str, Any]),
        "createPlan": Field(dict[str, Any]),
    }


def _v1_problems(body: dict[str, Any]) -> list[str]:
    provider = body["provider"]
    if provider == "custom-knowledge-base":
        others = [one for one in ("name", "searchPlan", "createPlan") if one in body]
        missing = [] if body.get("server") else ["server should not be empty"]
        return missing + [f"property {one} should not exist" for one in others]
    if provider == "trieve":
        return ["property server should not exist"] if "server" in body else []
    return ["provider must be one of the following values: trieve, custom-knowledge-base"]


FILE = Kind(
    "file",
    "File",
    "/file",
    _file,
    _changed_file,
    filters={"purpose": "purpose"},
    limits=limits.NAMED_40,
    managed=frozenset(
        {
            "object", "status", "originalName", "bytes", "mimetype", "key", "path", "bucket", "url",
            "parsedTextUrl", "parsedTextBytes",
        }
    ),
    derived=lambda _body: {"object": "file"},
    plain=False,
)  # fmt: skip
KNOWLEDGE_BASE = Kind(
    "knowledge-base",
    "Knowledge base",
    "/v2/knowledge-base",
    _knowledge_base,
    limits=limits.KNOWLEDGE_BASE,
    managed=frozenset({"toolId"}),
    plain=False,
)
KNOWLEDGE_BASE_FILE = Kind(
    "knowledge-base-file",
    "Knowledge base file",
    "/v2/knowledge-base/{knowledgeBaseV2Id}/file",
    _knowledge_base_file,
    references={"fileId": "file"},
    managed=frozenset({"knowledgeBaseV2Id", "status", "fileName", "mimetype", "bytes"}),
    plain=False,
)
KNOWLEDGE_BASE_V1 = Kind(
    "knowledge-base-v1",
    "Knowledge base",
    "/knowledge-base",
    _knowledge_base_v1,
    limits=limits.NAMED_80,
    variant="provider",
    further=_v1_problems,
)
