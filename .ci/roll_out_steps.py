"""What k8s/roll-out.sh must apply before it waits for the migrations has the label of that step.

Otherwise the first roll-out on a cluster waits for Jobs that wait for what comes after them.
"""

import sys
from pathlib import Path

import yaml

FIRST = {
    "Cluster", "ConfigMap", "ExternalSecret", "Namespace", "ObjectStore", "PersistentVolumeClaim",
    "Secret",
}  # fmt: skip

late = [
    f"{path}: {made['kind']} {made['metadata']['name']} needs the label dermis/step: settings"
    for path in sys.argv[1:]
    for made in yaml.safe_load_all(Path(path).read_text())
    if made["kind"] in FIRST
    and (made["metadata"].get("labels") or {}).get("dermis/step") != "settings"
]
sys.exit("\n".join(late) or 0)
