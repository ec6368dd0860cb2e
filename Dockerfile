# One image for the service and for workers. Torch is the CPU build unless TORCH_INDEX_URL is left empty.
FROM python:3.12-slim

ARG TORCH=torch==2.13.0
ARG TORCH_INDEX_URL=""

RUN useradd --create-home --uid 10001 app && mkdir /data && chown app:app /data && chmod 700 /data
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} "$TORCH" \
 && pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY ingestion ingestion
COPY chatbot chatbot
COPY finetune finetune
COPY evals evals
RUN pip install --no-cache-dir --no-deps -e .

USER app
ENV DATA_DIR=/data HOST=0.0.0.0 PYTHONUNBUFFERED=1
EXPOSE 8000
CMD ["python", "-m", "chatbot", "serve"]
