"""Checkpoints in memory, encrypted for the tenant of the run or the request."""

from langgraph.checkpoint.memory import InMemorySaver
from langgraph_api.serde import Serializer

from graphwire_encryption.aesgcm import Cipher, LocalKeys
from graphwire_encryption.serializer import EncryptedSerializer, server_context

serde = EncryptedSerializer(
    Cipher(LocalKeys.from_environment()), Serializer(), context=server_context
)
checkpointer = InMemorySaver(serde=serde)
