"""What Schemathesis sends where a file is asked for: the example photos, and any bytes.

Loaded by its process (SCHEMATHESIS_HOOKS).
"""

import schemathesis
from hypothesis import strategies as st
from schemathesis.transport.serialization import Binary

from serving import examples

_PHOTOS = [found.path.read_bytes() for found in examples.read()[:4]]

schemathesis.openapi.format(
    "binary",
    st.one_of(st.sampled_from(_PHOTOS), st.binary(max_size=2000)).map(Binary),
)
