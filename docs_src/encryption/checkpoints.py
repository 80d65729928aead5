from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from graphwire_encryption.aesgcm import Cipher, LocalKeys
from graphwire_encryption.serializer import EncryptedSerializer, server_context


def encrypted_saver(keys: LocalKeys, serde: Any = None) -> InMemorySaver:
    # In a server, pass langgraph_api.serde.Serializer() as serde, as the server itself would.
    return InMemorySaver(serde=EncryptedSerializer(Cipher(keys), serde, context=server_context))
