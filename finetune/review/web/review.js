/* The review page: one example at a time, decided by one key. It draws what the server says and decides nothing itself. */

import { element, fill } from "/static/element.js";
import { Strings } from "/static/strings.js";
import { changes } from "./words.js";

const SECRET = "review-secret"; // sessionStorage: comes in the address's fragment, which no server sees
const FILTERS = ["left", "accepted", "dropped", "all"];

const strings = await Strings.load(new URL("/review/", location.href), "auto");
const { say } = strings;
document.documentElement.lang = strings.language;
document.title = say("title");
if (location.hash.length > 1) {
  sessionStorage.setItem(SECRET, location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}

async function ask(path, body) {
  const answer = await fetch(`/api/${path}`, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${sessionStorage.getItem(SECRET) ?? ""}`, ...(body ? { "Content-Type": "application/json" } : {}) },
  });
  if (answer.ok) return answer.json();
  const { detail } = await answer.json().catch(() => ({}));
  throw new Error(problem(answer.status, detail));
}

function problem(status, detail) {
  if (status === 401) return say("problem.secret");
  if (detail?.problem === "personal") return say("problem.personal", { kinds: detail.kinds.map((kind) => say(`kinds.${kind}`)).join(", ") });
  return detail?.problem === "faults" ? say("problem.faults") : say("problem.other");
}

class Page {
  constructor() {
    this.filter = "left";
    this.progress = element("div", { class: "progress", role: "status" });
    this.list = element("nav", { class: "list", "aria-label": say("list") });
    this.work = element("main", { class: "work" });
    this.side = element("aside", { class: "side", "aria-label": say("passages") });
    document.body.append(
      element("header", { class: "bar" }, element("span", { class: "bar-name" }, say("title")), this.progress,
        element("button", { type: "button", class: "primary finish", onclick: () => this.finish() }, say("finish"))),
      element("div", { class: "body" }, this.list, this.work, this.side));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  async load() {
    try {
      const { records, counts, by, file } = await ask("records");
      Object.assign(this, { records, counts, by, file });
      this.drawList();
      await this.open(this.shown()[0]?.id ?? null);
    } catch (error) {
      fill(this.work, element("p", { class: "empty", role: "alert" }, error.message));
    }
  }

  shown() {
    const fits = { left: (one) => !one.decision, accepted: (one) => one.decision === "accepted" || one.decision === "edited", dropped: (one) => one.decision === "dropped", all: () => true };
    return this.records.filter(fits[this.filter]);
  }

  drawList() {
    const done = this.counts.all - this.counts.left;
    fill(this.progress, element("progress", { max: this.counts.all || 1, value: done, "aria-hidden": "true" }), say("progress", { done, all: this.counts.all }), element("span", { class: "hint" }, this.file));
    const filters = FILTERS.map((name) => element("button", { type: "button", "aria-pressed": String(name === this.filter), onclick: () => this.choose(name) }, say(`filters.${name}`)));
    const rows = this.shown().map((one) => element("button", { type: "button", class: "row", "data-id": one.id, "aria-current": String(one.id === this.current?.id), onclick: () => this.open(one.id) },
      element("span", { class: "row-question" }, one.question),
      element("span", { class: "row-about" }, [say(`origins.${one.origin}`), one.pair && say("pair")].filter(Boolean).join(", "), one.decision && element("span", { class: one.decision }, say(`decisions.${one.decision}`)))));
    fill(this.list, element("div", { class: "filters" }, filters), rows.length ? rows : element("p", { class: "empty" }, say("none")));
    this.list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  }

  choose(name) {
    this.filter = name;
    this.drawList();
    if (!this.shown().some((one) => one.id === this.current?.id)) this.open(this.shown()[0]?.id ?? null);
  }

  /** Until the example is there nothing can be decided: a key must never meet the one before it. */
  async open(id) {
    const asked = (this.opening = Symbol(id));
    this.work.inert = true;
    try {
      const found = id === null ? null : await ask(`records/${encodeURIComponent(id)}`);
      if (this.opening !== asked) return;
      this.current = found;
      this.draw();
      this.drawList();
    } finally {
      if (this.opening === asked) {
        this.opening = null;
        this.work.inert = false;
      }
    }
  }

  draw() {
    const one = this.current;
    if (!one) {
      fill(this.work, element("p", { class: "empty" }, say(this.counts.left ? "none" : "all_done")));
      fill(this.side);
      return;
    }
    this.question = element("textarea", { rows: "2", "aria-label": say("question"), value: one.question });
    this.answer = element("textarea", { rows: String(Math.min(12, 3 + Math.ceil(one.answer.length / 70))), "aria-label": say("answer"), value: one.answer });
    this.action = element("select", { id: "action" }, ["", "quote", "ask", "hand_over", "decline"].map((name) => element("option", { value: name, selected: (one.action ?? "") === name }, say(`actions.${name || "none"}`))));
    this.told = element("span", { class: "told", role: "status" }, one.review ? say("decided", { what: say(`decisions.${one.review.decision}`), by: one.review.by, at: new Date(one.review.at).toLocaleString(strings.language) }) : "");
    fill(this.work,
      this.flags(one),
      one.earlier.length ? element("section", {}, element("h2", {}, say("earlier")), one.earlier.map((turn) => element("p", { class: `said ${turn.role}` }, element("b", {}, say(turn.role === "user" ? "customer" : turn.author === "human" ? "agent" : "bot")), turn.content))) : null,
      element("section", {}, element("h2", {}, say("question")), this.question),
      one.rejected ? element("section", {}, element("div", { class: "two" },
        element("div", {}, element("h2", {}, say("rejected")), element("div", { class: "text rejected" }, changes(one.rejected, one.answer).map(([kind, text]) => (kind === "in" ? null : element(kind === "out" ? "del" : "span", {}, text))))),
        element("div", {}, element("h2", {}, say("chosen")), element("div", { class: "text" }, changes(one.rejected, one.answer).map(([kind, text]) => (kind === "out" ? null : element(kind === "in" ? "ins" : "span", {}, text))))))) : null,
      element("section", {}, element("h2", {}, say("answer")), this.answer),
      element("div", { class: "action" }, element("label", { for: "action" }, say("action")), this.action),
      element("footer", { class: "foot" },
        element("button", { type: "button", class: "primary accept", onclick: () => this.decide("accepted") }, say("accept"), element("kbd", {}, "A")),
        element("button", { type: "button", class: "secondary drop", onclick: () => this.decide("dropped") }, say("drop"), element("kbd", {}, "D")),
        one.review && element("button", { type: "button", class: "quiet undo", onclick: () => this.decide(null) }, say("undo"), element("kbd", {}, "U")),
        element("span", { class: "hint" }, say("keys")), this.told));
    this.drawSide(one);
    this.work.scrollTop = 0;
  }

  flags({ flags, notes }) {
    const found = [
      flags.personal.length ? element("p", { class: "flag bad", role: "alert" }, say("flags.personal", { what: flags.personal.map(([text, kind]) => `${text} (${say(`kinds.${kind}`)})`).join(", ") })) : null,
      flags.facts.length ? element("p", { class: "flag bad" }, say("flags.facts", { what: flags.facts.join(" ") })) : null,
      flags.untaught ? element("p", { class: "flag" }, say("flags.untaught")) : null,
      notes.includes("rated up") ? element("p", { class: "flag fine" }, say("flags.rated_up")) : null,
    ].filter(Boolean);
    return element("section", { class: "flags" }, found.length ? found : element("p", { class: "flag fine" }, say("flags.none")));
  }

  drawSide(one) {
    fill(this.side, element("h2", {}, say("passages")), one.passages.length ? one.passages.map((passage) => element("article", { class: "card passage" },
      element("h3", {}, [passage.title || passage.document, passage.clause].filter(Boolean).join(", ")),
      element("p", { class: "passage-text" }, marked(passage.text, one.flags.quoted)),
      element("label", {}, element("input", { type: "checkbox", value: passage.key, checked: one.clauses.includes(passage.key) }), say("rests")))) : element("p", { class: "hint" }, say("no_passages")));
  }

  edits() {
    const one = this.current;
    const clauses = [...this.side.querySelectorAll("input:checked")].map((box) => box.value);
    const made = {};
    if (this.answer.value.trim() !== one.answer.trim()) made.answer = this.answer.value;
    if (this.question.value.trim() !== one.question.trim()) made.question = this.question.value;
    if (this.action.value && this.action.value !== (one.action ?? "")) made.action = this.action.value;
    if (clauses.join() !== one.clauses.join()) made.clauses = clauses;
    return made;
  }

  async decide(decision) {
    if (!this.current || this.busy || this.opening) return;
    this.busy = true;
    try {
      const before = this.shown().findIndex((one) => one.id === this.current.id);
      const made = await ask(`records/${encodeURIComponent(this.current.id)}`, { decision, ...(decision ? this.edits() : {}) });
      const row = this.records.find((one) => one.id === made.id);
      Object.assign(row, { decision: made.review?.decision ?? null, question: made.question });
      this.counts = made.counts;
      this.current = made;
      const rest = this.shown();
      const next = this.filter === "left" ? rest[Math.min(Math.max(before, 0), rest.length - 1)] : decision ? rest[Math.min(before + 1, rest.length - 1)] : row;
      await this.open(next?.id ?? null);
    } catch (error) {
      fill(this.told, error.message);
      this.told.classList.add("over");
    } finally {
      this.busy = false;
    }
  }

  step(by) {
    const rest = this.shown();
    const at = rest.findIndex((one) => one.id === this.current?.id);
    const next = rest[Math.min(Math.max(at + by, 0), rest.length - 1)];
    if (next) this.open(next.id);
  }

  async finish() {
    try {
      const { written, file } = await ask("finish", {});
      fill(this.progress, say("finished", { n: written, file }));
    } catch (error) {
      fill(this.progress, error.message);
    }
  }

  key(event) {
    const writing = event.target.closest?.("textarea, select, input");
    if (writing) {
      if (event.key === "Escape") event.target.blur();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.decide("accepted");
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      a: () => this.decide("accepted"), d: () => this.decide("dropped"), u: () => this.current?.review && this.decide(null),
      e: () => this.answer?.focus(), j: () => this.step(1), k: () => this.step(-1), ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}

/** A passage's text with the quoted sentences marked; white space may differ. */
function marked(text, quoted) {
  const plain = text.replace(/\s+/g, " ");
  const parts = [];
  let at = 0;
  for (const quote of quoted.filter((one) => plain.includes(one)).sort((a, b) => plain.indexOf(a) - plain.indexOf(b))) {
    const start = plain.indexOf(quote, at);
    if (start < 0) continue;
    parts.push(plain.slice(at, start), element("mark", {}, quote));
    at = start + quote.length;
  }
  return [...parts, plain.slice(at)];
}

await new Page().load();
