"""Scripts, styles, fonts and pictures, kept by browsers for as long as their names stand."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from allokoli.web.built_assets import STATIC


class Fingerprinted(StaticFiles):
    """Static files; those whose name carries a fingerprint never change."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        fixed = path.startswith("dist/assets/")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if fixed else "public, max-age=3600"
        )
        return response
