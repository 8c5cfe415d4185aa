"""`python -m tools.openapi > docs/openapi.json` writes the document anew."""

import sys

from tools.openapi.document import as_text, document

sys.stdout.write(as_text(document()))
