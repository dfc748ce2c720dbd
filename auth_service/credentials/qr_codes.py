"""QR codes, to be scanned with a phone."""

import io

import segno


def qr_svg(content: str) -> str:
    """A whole SVG document with its namespace: clients show it as a picture."""
    picture = io.BytesIO()
    segno.make(content, error="m").save(picture, kind="svg", scale=4, xmldecl=False, nl=False)
    return picture.getvalue().decode()
