from ingestion.cli import app

app(prog_name="python -m ingestion")
