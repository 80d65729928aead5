from typing import Protocol

from graphwire_encryption.aesgcm import AesGcm, Limits


class KeyService(Protocol):
    """The client of some key management service."""

    async def encrypt(self, key: str, data: bytes, context: dict[str, str]) -> bytes: ...
    async def decrypt(self, key: str, data: bytes, context: dict[str, str]) -> bytes: ...


class ServiceKeys:
    def __init__(self, service: KeyService, key: str) -> None:
        self._service = service
        self._key = key

    def active(self, _tenant: str | None, /) -> str:
        return self._key

    async def wrap(self, key_id: str, data_key: bytes, /, *, tenant: str | None) -> bytes:
        return await self._service.encrypt(key_id, data_key, {"tenant": tenant or ""})

    async def unwrap(self, key_id: str, wrapped: bytes, /, *, tenant: str | None) -> bytes:
        return await self._service.decrypt(key_id, wrapped, {"tenant": tenant or ""})


def ready_made(service: KeyService) -> AesGcm:
    limits = Limits(write_age=300, key_age=300, provider_timeout=5)
    return AesGcm(ServiceKeys(service, "alias/threads-2026"), limits=limits)
