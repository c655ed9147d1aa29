"""The platform's routes, mounted by the web process at `/api/v1`."""

from fastapi import APIRouter, Depends

from allokoli.platform.accounts.endpoints import router as accounts
from allokoli.platform.agenda.endpoints import router as agenda
from allokoli.platform.analytics.endpoints import router as analytics
from allokoli.platform.assistants.endpoints import router as assistants
from allokoli.platform.calls.endpoints import router as calls
from allokoli.platform.clean_text import refuse_unclean_text
from allokoli.platform.language_models.endpoints import router as language_models
from allokoli.platform.mails.endpoints import router as mails
from allokoli.platform.messages.endpoints import router as messages
from allokoli.platform.organizations.endpoints import router as organizations
from allokoli.platform.phone_numbers.endpoints import router as phone_numbers
from allokoli.platform.server_messages.endpoints import router as server_messages

router = APIRouter()
for feature in (
    accounts,
    organizations,
    language_models,
    assistants,
    calls,
    messages,
    phone_numbers,
    agenda,
    analytics,
    mails,
):
    router.include_router(feature, dependencies=[Depends(refuse_unclean_text)])
# What a voice platform sends is cleaned rather than refused: it would only send it again.
router.include_router(server_messages)
