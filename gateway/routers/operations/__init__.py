"""Running Dermis: health, logs, audit, and what only a development system answers."""
