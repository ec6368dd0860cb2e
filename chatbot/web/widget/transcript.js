/* What the page knows of a conversation, built from its events. No I/O and no DOM: the same events always give the same
 * transcript, and an event that comes twice changes nothing.
 *
 * items: { key, author: "customer|ai|human|notice", name, text, kind, mode, citations, at, status, problem, draft }
 */

const HUMAN_STATES = new Set(["queued", "agent", "off_hours"]); // the bot is silent (chatbot.states.HUMAN)

const ANSWERS = new Set(["decline", "withdraw"]); // moves to the bot that the visitor made and should see confirmed

export class Transcript {
  constructor(outbox = []) {
    this.items = [];
    this.drafts = new Map(); // turn → item
    this.state = { state: "bot", text: "" };
    this.queue = null;
    this.waiting = 0; // since when (ms) an answer is being waited for; 0: it isn't
    for (const entry of outbox) this.echo(entry);
  }

  take({ id, type, data }) {
    if (type === "message") this.message(data, id);
    else if (type === "token") this.token(data);
    else if (type === "citations") this.draft(data.turn).citations = data.citations;
    else if (type === "state") this.become(data, id);
    else if (type === "queue") this.queue = data;
    else if (type === "done") this.done(data);
    else if (type === "gap") this.note(null, `gap-${id}`, "gap");
  }

  message(data, id) {
    const key = data.client_id && data.author === "customer" ? data.client_id : (data.message ?? id);
    const known = this.items.find((item) => item.key === key || (data.message && item.message === data.message));
    const draft = data.author === "ai" ? this.finishing(data.turn) : null;
    const item = known ?? draft ?? this.add({ key });
    Object.assign(item, { ...data, draft: false, status: "sent", problem: "" });
    if (data.author === "customer") this.waiting = HUMAN_STATES.has(this.state.state) ? 0 : Date.now();
    else this.waiting = 0;
  }

  /** The draft that a final message replaces: its turn's, or the oldest when it names none. */
  finishing(turn) {
    const key = turn !== undefined && this.drafts.has(turn) ? turn : turn === undefined ? this.drafts.keys().next().value : undefined;
    if (key === undefined) return null;
    const draft = this.drafts.get(key);
    this.drafts.delete(key);
    return draft;
  }

  token({ turn, text }) {
    const draft = this.draft(turn);
    draft.text = draft.text ? `${draft.text} ${text.trim()}` : text.trim();
    this.waiting = Date.now();
  }

  draft(turn) {
    if (!this.drafts.has(turn)) {
      this.drafts.set(turn, this.add({ key: `turn-${turn}`, author: "ai", text: "", draft: true, citations: [] }));
    }
    return this.drafts.get(turn);
  }

  /** A turn is over. A draft that no message replaced was withdrawn (a human took over): it goes. */
  done({ turn }) {
    const draft = this.drafts.get(turn);
    if (draft) {
      this.drafts.delete(turn);
      this.items = this.items.filter((item) => item !== draft);
    }
    this.waiting = 0;
  }

  /** A new state. What the service says of it stays in the transcript; the banner shows where we are now. */
  become(data, id) {
    this.state = data;
    if (data.text && (data.state !== "bot" || ANSWERS.has(data.event))) this.note(data.text, `state-${id}`);
    if (data.state !== "queued" && data.state !== "off_hours") this.queue = null;
    if (HUMAN_STATES.has(data.state)) this.waiting = 0;
  }

  /** A message of ours before the service has it. */
  echo({ client_id, text }) {
    this.add({ key: client_id, client_id, author: "customer", text, status: "sending" });
    if (!HUMAN_STATES.has(this.state.state)) this.waiting = Date.now();
  }

  mark(clientId, status, problem = "") {
    const item = this.items.find(({ key }) => key === clientId);
    if (!item || (item.message && status !== "sent")) return;
    Object.assign(item, { status, problem });
    if (status === "failed" || status === "waiting") this.waiting = 0;
  }

  failed(clientId) {
    return this.items.find(({ key }) => key === clientId)?.status === "failed";
  }

  note(text, key = `note-${this.items.length}`, kind = "notice") {
    if (!this.items.some((item) => item.key === key)) this.add({ key, author: "notice", kind, text });
  }

  add(item) {
    this.items.push({ status: "sent", text: "", ...item });
    return this.items.at(-1);
  }
}
