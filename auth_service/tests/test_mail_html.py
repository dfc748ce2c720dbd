"""What people type stands in mails as text."""

from auth_service.tests.conftest import PASSWORD, Identity


async def test_what_people_type_is_text_in_a_mail(identity: Identity) -> None:
    email = "marked@clinic.example"
    await identity.client().call(
        "Register",
        email=email,
        password=PASSWORD,
        full_name="<b>Ada</b> & Byron",
        clinic_name='<img src="https://evil.example/x">',
    )
    await identity.deliver()
    (mail,) = identity.mailbox.to(email)
    body = mail.get_body(("html",))
    assert body is not None
    html = body.get_content()
    assert "&lt;b&gt;Ada&lt;/b&gt; &amp; Byron" in html
    assert "<b>Ada" not in html
    assert "<img src" not in html.replace("&lt;", "")
