"""`{locale:locale}` in a route: only our languages match, so anything else is a plain 404."""

from starlette.convertors import Convertor, register_url_convertor

from allokoli.core.i18n import LOCALES


class LocaleConvertor(Convertor[str]):
    """A language code as a path segment."""

    regex = "|".join(LOCALES)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


PREFIX = "/{locale:locale}"
register_url_convertor("locale", LocaleConvertor())
