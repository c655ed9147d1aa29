"""Where daily-js, inside `@vapi-ai/web`, loads its call machine from."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from allokoli.engine.web_client.bundle import bundle

router = APIRouter(include_in_schema=False)

_HEADERS = {
    "cache-control": "public, max-age=300",
    # Pages that isolate themselves load nothing from another origin without it.
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}


# For `callObjectBundleUrlOverride`, then for `proxyUrl`, whose path daily-js composes.
@router.get("/call-machine/call-machine-object-bundle.js")
@router.get("/px/c.daily.co/call-machine/versioned/{version}/static/call-machine-object-bundle.js")
async def call_machine(request: Request) -> Response:
    """The script; any version asked for gets the one there is."""
    made = bundle()
    headers = {**_HEADERS, "etag": made.etag}
    if made.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(made.text, media_type="text/javascript; charset=utf-8", headers=headers)
