"""What a photo may be at most: every process that takes one in asks here."""

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
# Of JPEGs that a decoder has to hold whole, in coefficients, before it shows a pixel.
MAX_COEFFICIENT_BYTES = 256 << 20
# What one process holds for photos that are being decoded, all of them together: a container of
# 768 MB stays below 60 % of it, of which a service at rest takes some 130 MB.
PROCESS_BYTES = 288 << 20
