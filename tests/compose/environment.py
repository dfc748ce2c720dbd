"""A .env and secrets as the person who installs Dermis would have them."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from service_kit.certificate_authority import make_certificates

ROOT = Path(__file__).parents[2]
ALERTED = "it@clinic.example"


def written(folder: Path, *, port: int, tls_port: int, settings: Mapping[str, str]) -> Path:
    """`folder`/.env from .env.example, `folder`/secrets and a certificate for nginx.

    Mails go to the sink of the test; `port` is plain HTTP, `tls_port` what production publishes,
    `settings` are further ones that differ.
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
        "SMTP_HOST": "mailbox",
        "SMTP_PORT": "1025",
        "SMTP_SECURITY": "none",
        "SECRETS": str(secrets),
        "MAILS": str(mails),
        "POINT_IN_TIME": "on",
        "ALERT_MAIL_TO": ALERTED,
        "HASTY": str(hasty(folder / "hasty")),
        **settings,
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


def hasty(folder: Path) -> Path:
    """The files of observability/, with seconds where an alert waits for minutes or hours."""
    (folder / "alertmanager").mkdir(parents=True, exist_ok=True)
    source = ROOT / "observability"
    changes = {
        # Its patience with an exporter stays.
        "prometheus.yml": [
            (r"scrape_interval: 15s", "scrape_interval: 10s"),
            (r"evaluation_interval: 15s", "evaluation_interval: 2s"),
        ],
        "alerts.yml": [(r"( +for:) \w+", r"\1 5s")],
        "alertmanager/alertmanager.yml": [
            (r"group_wait: 30s", "group_wait: 1s"), (r"group_interval: 5m", "group_interval: 5s"),
        ],
    }  # fmt: skip
    for name, pairs in changes.items():
        text = (source / name).read_text()
        for pattern, shorter in pairs:
            text, found = re.subn(pattern, shorter, text)
            assert found, (name, pattern)
        (folder / name).write_text(text)
    shutil.copy(source / "alertmanager" / "start.sh", folder / "alertmanager")
    return folder
