"""A .env and secrets as the person who installs Dermis would have them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def written(folder: Path, *, port: int) -> Path:
    """`folder`/.env from .env.example, and `folder`/secrets: mails to the sink, plain HTTP."""
    mails, secrets = folder / "mails", folder / "secrets"
    mails.mkdir(parents=True, exist_ok=True)
    subprocess.run([ROOT / "secrets" / "create.sh", secrets], check=True)
    differing = {
        "PUBLIC_URL": f"http://localhost:{port}",
        "HTTP_PORT": str(port),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "1025",
        "SMTP_SECURITY": "none",
        "SECRETS": str(secrets),
        "MAILS": str(mails),
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
