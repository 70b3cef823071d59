# One image for `countersign serve`, `countersign work` and `countersign migrate`. Builds that must be the same tomorrow pin
# the base by its digest: --build-arg BASE=python:3.12-slim-bookworm@sha256:...
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.image.lock ./
RUN pip install --require-hashes -r requirements.image.lock
COPY pyproject.toml README.md LICENSE .env.example ./
COPY policies policies
COPY gateway gateway
COPY connectors connectors
RUN pip install --no-deps --no-build-isolation .

FROM ${BASE}
# Nothing but /state is ever written: the heads of the audit record, outside of the database's reach.
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin countersign \
    && install --directory --owner countersign --mode 700 /state
COPY --from=build /venv /venv
WORKDIR /app
COPY policies policies
COPY countersign.example.yaml countersign.example.yaml
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 COUNTERSIGN_HOST=0.0.0.0 COUNTERSIGN_HOME=/state
USER 10001
EXPOSE 8400 8401
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('HEALTH_PORT', '8400')}/livez\", timeout=2)"]
ENTRYPOINT ["countersign"]
CMD ["serve"]
