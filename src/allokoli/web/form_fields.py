"""What forms send, ready to be kept."""

from typing import Annotated

from fastapi import Form
from pydantic import AfterValidator

from allokoli.platform.clean_text import cleaned

Text = Annotated[str, Form(max_length=2000), AfterValidator(cleaned)]
