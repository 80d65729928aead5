"""Every error that `graphwire_encryption` raises, in one tree.

```
EncryptionError
├─ RegistrationError         a handler cannot be registered (also a TypeError)
│  └─ DuplicateHandlerError  there is one of this kind already
├─ ConfigurationError        a setting is missing or wrong (also a ValueError)
│  └─ KeyRingError           keys are missing, short, malformed or ambiguous
├─ MissingPackageError       a feature needs a package that is not installed
├─ PluginError               a plugin could not be loaded or used
├─ HandlerError              a handler failed, or gave back what cannot be stored
├─ ContextError              the encryption context is missing, refused or not usable
├─ KeyProviderError          a key provider failed, hung, or gave back the wrong key
├─ UnknownKeyError           no key of this id is at hand
├─ NotEncryptedError         plaintext where ciphertext was expected
├─ AlreadyEncryptedError     ciphertext where plaintext was expected
└─ DecryptionError           ciphertext was cut, altered, or belongs somewhere else
```

No message and no repr holds a key or plaintext: they name ids, fields, sizes and types.
"""

from __future__ import annotations

__all__ = [
    "AlreadyEncryptedError",
    "ConfigurationError",
    "ContextError",
    "DecryptionError",
    "DuplicateHandlerError",
    "EncryptionError",
    "HandlerError",
    "KeyProviderError",
    "KeyRingError",
    "MissingPackageError",
    "NotEncryptedError",
    "PluginError",
    "RegistrationError",
    "UnknownKeyError",
]


class EncryptionError(Exception):
    """Base of every error of this package."""


class RegistrationError(EncryptionError, TypeError):
    """A handler breaks a rule of registration; the message names the handler and the rule."""


class DuplicateHandlerError(RegistrationError):
    """A handler of this kind is registered already; the message names both."""


class ConfigurationError(EncryptionError, ValueError):
    """A setting is missing or wrong; the message names it and never quotes a secret."""


class KeyRingError(ConfigurationError):
    """The keys of a ring are missing, short, malformed or ambiguous."""


class MissingPackageError(EncryptionError):
    """A feature needs a package that is not installed; the message says which."""


class PluginError(EncryptionError):
    """A plugin failed; the message names the plugin, its distribution and the hook."""


class HandlerError(EncryptionError):
    """A handler failed, or gave back something that must not be stored or returned."""


class ContextError(EncryptionError):
    """The encryption context lacks what the keys depend on, or could not be established."""


class KeyProviderError(EncryptionError):
    """A key provider failed, took too long, or gave back something other than the key."""


class UnknownKeyError(EncryptionError):
    """The ring holds no key of this id, or none that this tenant may use."""


class NotEncryptedError(EncryptionError):
    """Plaintext was found where only ciphertext may be."""


class AlreadyEncryptedError(EncryptionError):
    """Ciphertext was given where plaintext was expected."""


class DecryptionError(EncryptionError):
    """The ciphertext was cut or altered, or its context is not the one it was written under."""
