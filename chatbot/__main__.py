from chatbot.cli import app

app(prog_name="python -m chatbot")
