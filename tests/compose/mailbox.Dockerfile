ARG PYTHON=python:3.11-slim
FROM ${PYTHON}
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir aiosmtpd==1.4.6
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
