from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from allokoli.core.database import session
from allokoli.core.errors import Conflict, Unauthorized
from allokoli.core.i18n import mark
from allokoli.core.identity import Identity
from allokoli.core.security.passwords import hash_password, verify_password
from allokoli.platform import throttle
from allokoli.platform.accounts import login_sessions, repository
from allokoli.platform.accounts.models import User, UserPassword
from allokoli.platform.accounts.schemas import Login, Register, SignedIn, UserRead
from allokoli.platform.organizations import service as organizations

_WINDOW_S = 15 * 60
_TRIES_PER_ADDRESS = 10
_TRIES_PER_MACHINE = 100
# Each costs a slow hash, and tells whether an address has an account.
_ACCOUNTS_PER_MACHINE, _HOUR_S = 100, 3_600
_WRONG = mark("Adresse e-mail ou mot de passe incorrect.")


async def register(wanted: Register, *, locale: str, machine: str) -> SignedIn:
    """Make an account, its organization and its voice platform, and sign in.

    Args:
        wanted: address, password, name.
        locale: language of the organization's mails.
        machine: the network address it is asked from.

    Raises:
        Conflict: the address already has an account.
        TooMany: too many accounts were asked for from here.
    """
    bucket = f"register:{machine}"
    async with session(Identity.job(None)) as opened:
        await throttle.check(opened, bucket, limit=_ACCOUNTS_PER_MACHINE, window_s=_HOUR_S)
        await throttle.note(opened, bucket)
    password_hash = await hash_password(wanted.password)
    user_id, org_id = uuid4(), uuid4()
    identity = Identity("user", org_id, user_id, "owner")
    name = wanted.full_name or wanted.email.partition("@")[0]
    async with session(identity) as opened:
        opened.add(User(id=user_id, email=wanted.email, full_name=wanted.full_name or None))
        try:
            await opened.flush()
        except IntegrityError:
            raise Conflict("Un compte existe déjà avec cette adresse e-mail.") from None
        opened.add(UserPassword(user_id=user_id, password_hash=password_hash))
        await organizations.found(
            opened, org_id=org_id, owner_id=user_id, name=name[:120], locale=locale
        )
        return await _signed_in(opened, identity)


async def login(wanted: Login, *, machine: str) -> SignedIn:
    """Sign in.

    Args:
        wanted: address and password.
        machine: the network address the attempt comes from.

    Raises:
        Unauthorized: no such account, or not its password: the same answer in the same time.
        TooMany: too many failures from here, or for this address from here.
    """
    by_address, by_machine = f"login:{wanted.email}:{machine}", f"login:{machine}"
    async with session(Identity.visitor()) as opened:
        await throttle.check(opened, by_address, limit=_TRIES_PER_ADDRESS, window_s=_WINDOW_S)
        await throttle.check(opened, by_machine, limit=_TRIES_PER_MACHINE, window_s=_WINDOW_S)
        known = await repository.credentials(opened, wanted.email)
    matches = await verify_password(wanted.password, known.password_hash if known else None)
    if known is None or not matches:
        async with session(Identity.visitor()) as opened:
            await throttle.note(opened, by_address)
            await throttle.note(opened, by_machine)
        raise Unauthorized(_WRONG)
    identity = Identity("user", known.org_id, known.user_id, known.role)
    async with session(identity) as opened:
        return await _signed_in(opened, identity)


async def refresh(refresh_token: str) -> SignedIn:
    """Trade a refresh token for new tokens; it cannot be used again.

    Raises:
        Unauthorized: forged, expired, revoked, or used twice (which revokes its sign-in).
    """
    renewed = await login_sessions.renew(refresh_token)
    async with session(renewed.identity) as opened:
        user = await described(opened, renewed.identity)
    return SignedIn(**renewed.tokens._asdict(), user=user)


async def described(opened: AsyncSession, identity: Identity) -> UserRead:
    """The person behind a token and the organization they act for.

    Raises:
        Unauthorized: an API key is no person.
    """
    user = await repository.user(opened, identity.user_id) if identity.user_id else None
    if user is None or identity.role is None:
        raise Unauthorized("Connectez-vous avec votre compte.")
    organization = await organizations.get_organization(opened, identity)
    return UserRead(
        id=user.id,
        email=user.email,
        full_name=user.full_name,
        organization_id=organization.id,
        organization_name=organization.name,
        role=identity.role,
    )


async def email_of(opened: AsyncSession, identity: Identity, user_id: UUID | None) -> str | None:
    """Address of a person of the organization; of its first owner when there is no such person."""
    user = await repository.user(opened, user_id) if user_id else None
    return user.email if user else await owner_email(opened, identity)


async def owner_email(opened: AsyncSession, identity: Identity) -> str | None:
    """Address of the organization's first owner."""
    owners = await repository.owners(opened, identity.organization)
    return owners[0].email if owners else None


async def _signed_in(opened: AsyncSession, identity: Identity) -> SignedIn:
    tokens = await login_sessions.open_session(opened, identity)
    return SignedIn(**tokens._asdict(), user=await described(opened, identity))
