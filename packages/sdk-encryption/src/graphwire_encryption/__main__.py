"""`python -m graphwire_encryption` is the `graphwire-encryption` command."""

import sys

from graphwire_encryption._command import main

sys.exit(main())
