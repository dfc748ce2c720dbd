"""A .env and secrets as the person who installs Dermis would have them."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from service_kit.certificate_authority import make_certificates

ROOT = Path(__file__).parents[2]


def written(folder: Path, *, port: int, tls_port: int, unusual: Mapping[str, str]) -> Path:
    """`folder`/.env from .env.example, `folder`/secrets and a certificate for nginx.

    Mails go to the sink of the test; `port` is plain HTTP, `tls_port` what production publishes,
    `unusual` are further settings that differ.
    """
    mails, secrets, backups = folder / "mails", folder / "secrets", folder / "backups"
    for made in (mails, backups):
        made.mkdir(parents=True, exist_ok=True)
    subprocess.run([ROOT / "secrets" / "create.sh", secrets], check=True)
    (secrets / "backup_passphrase").write_text("a passphrase of the test\n")
    make_certificates(folder / "tls", ["nginx"])
    # nginx's own user reads what is mounted; the folder above is this user's alone.
    mounted = folder / "tls" / "nginx"
    mounted.chmod(0o755)
    for file in mounted.iterdir():
        file.chmod(0o644)
    differing = {
        "PUBLIC_URL": f"http://localhost:{port}",
        "HTTP_PORT": str(port),
        "HTTPS_PORT": str(tls_port),
        "BACKUPS": str(backups),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "1025",
        "SMTP_SECURITY": "none",
        "SECRETS": str(secrets),
        "MAILS": str(mails),
        **unusual,
    }
    lines = []
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, equals, _ = line.partition("=")
        own = equals and name in differing
        lines.append(f"{name}={differing.pop(name)}" if own else line)
    lines += [f"{name}={value}" for name, value in differing.items()]
    path = folder / ".env"
    path.write_text("\n".join(lines) + "\n")
    return path
