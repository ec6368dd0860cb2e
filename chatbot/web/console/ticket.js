/* One ticket: why it came, the transcript, the suggested reply, the box to answer in, the notes. */

import { element, fill, icon } from "../element.js";
import { cited, sources } from "../source.js";
import { openSource } from "../staff/source.js";
import { attempt, toast } from "../staff/toast.js";
import { Canned } from "./canned.js";
import { untilWhen, whoTakesOver } from "./moves.js";
import { promise, subject, why } from "./queue.js";
import { Reply } from "./reply.js";

const AUTHORS = { customer: "console.customer", ai: "chat.assistant", human: "chat.consultant" };

export class Ticket {
  /** `changed()`: what we did shows in the list too. `gone()`: the ticket was erased, nothing of it stays on the page. */
  constructor(id, strings, session, { changed, gone }) {
    Object.assign(this, { id, strings, session, changed, gone, held: null });
    this.head = element("div", { class: "ticket-head" });
    this.list = element("ol", { class: "lines" });
    this.scroll = element("div", { class: "lines-scroll", tabindex: "0", role: "region", "aria-label": strings.say("console.transcript") }, this.list);
    this.reply = new Reply(strings, (body) => this.act("reply", body));
    this.canned = new Canned(this.path, strings, session, { insert: (text) => this.reply.insert(text), can: () => this.mine });
    this.side = element("aside", { class: "side", "aria-label": strings.say("console.side") });
    this.root = element("article", { class: "ticket" }, element("div", { class: "talk" }, this.head, this.scroll, this.reply.root), this.side);
  }

  get path() {
    return `/agent/tickets/${encodeURIComponent(this.id)}`;
  }

  get mine() {
    const { who } = this.session;
    return this.held?.state === "claimed" && [who.user, who.name].includes(this.held.claimed_by);
  }

  async reload() {
    await attempt(this.strings, async () => {
      const fresh = await this.session.get(this.path).catch((problem) => {
        if (problem.status === 404) this.gone();
        throw problem;
      });
      const { waiting_s: _, ...lasting } = fresh;
      const seen = JSON.stringify(lasting);
      if (seen === this.seen) return;
      this.seen = seen;
      this.held = fresh;
      this.draw();
    });
  }

  /** One move of the ticket, then both views are read again. */
  async act(move, body = {}, said = "") {
    const done = await attempt(this.strings, () => this.session.post(`${this.path}/${move}`, body));
    if (done && said) toast(said, this.strings);
    await this.reload();
    this.changed();
    return done;
  }

  draw() {
    const { held, strings } = this;
    const stick = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 60;
    fill(this.head, this.about(), element("div", { class: "moves" }, this.moves()));
    fill(this.list, held.transcript.map((message) => this.line(message)));
    if (stick || !this.drawn) this.scroll.scrollTop = this.scroll.scrollHeight;
    this.drawn = true;
    this.reply.allow(this.mine, strings.say(this.mine ? "console.reply_hint" : held.state === "queued" ? "console.claim_first" : "console.read_only"));
    this.canned.draw();
    fill(this.side, this.facts(), this.suggestion(), this.canned.root, this.notes());
  }

  about() {
    const { held, strings } = this;
    return element("div", {},
      element("p", { class: "over" }, why(held, strings)),
      element("h1", {}, held.question || strings.say("console.no_question")));
  }

  moves() {
    const { say } = this.strings;
    const button = (key, kind, act) => element("button", { type: "button", class: kind, onclick: act }, say(key));
    if (this.held.state === "queued") return [button("console.claim", "primary", () => this.act("claim"))];
    if (!this.mine) return [];
    return [
      button("console.transfer", "secondary", () => this.further("transfer", () => whoTakesOver(this.strings, this.session), say("console.transferred"))),
      button("console.postpone", "secondary", () => this.further("postpone", () => untilWhen(this.strings), say("console.postponed"))),
      button("console.return", "secondary", () => this.act("return", {}, say("console.returned"))),
      button("console.close", "secondary", () => this.act("close", {}, say("console.closed"))),
    ];
  }

  /** A move that asks something first. */
  async further(move, question, said) {
    let body = null;
    const asked = await attempt(this.strings, async () => { body = await question(); });
    if (asked && body) await this.act(move, body, said);
  }

  line(message) {
    const { strings } = this;
    const author = message.author === "human" && message.name ? message.name : strings.say(AUTHORS[message.author] ?? "chat.assistant");
    return element("li", { class: `line ${message.author}`, "data-author": message.author },
      element("p", { class: "line-head" }, element("strong", {}, author),
        message.at ? element("time", { datetime: String(message.at) }, strings.moment(message.at)) : null,
        message.mode ? element("span", { class: "tag" }, strings.name("chat.modes", message.mode)) : null),
      element("p", { class: "line-text" }, cited(message.text, message.citations, this.open, strings)),
      sources(message.citations, this.open, strings));
  }

  open = (citation) => openSource(citation, this.strings);

  facts() {
    const { held, strings } = this;
    const rows = [
      ["console.promised_fact", held.promised_at && (promise(held, strings) ?? strings.moment(held.promised_at))],
      ["console.also", held.reasons?.filter((one) => one !== held.reason).map((one) => strings.name("reasons", one)).join(", ")],
      ["console.topic", subject(held, strings)], ["console.team", held.team && strings.name("teams", held.team)],
      ["console.language", held.language && strings.name("languages", held.language)],
      ["console.waited", held.waiting_s !== undefined && strings.span(held.waiting_s)],
      ["console.priority", held.priority > 0 && strings.say("console.minutes", { n: held.priority })],
      ["console.customer_id", held.customer], ["console.contract_date", held.contract_date && strings.day(held.contract_date)],
      ["console.claimed_by", held.claimed_name ?? held.claimed_by],
    ].filter(([, value]) => value);
    return element("dl", { class: "facts" }, rows.map(([key, value]) => element("div", {}, element("dt", {}, strings.say(key)), element("dd", {}, value instanceof Node ? value : String(value)))));
  }

  suggestion() {
    const { suggestion } = this.held;
    const { say } = this.strings;
    if (!suggestion?.text) return null;
    return element("section", { class: "card suggestion" },
      element("h2", {}, say("console.suggestion")),
      element("p", { class: "line-text" }, cited(suggestion.text, suggestion.citations, this.open, this.strings)),
      sources(suggestion.citations, this.open, this.strings),
      this.mine ? element("button", { type: "button", class: "secondary", onclick: () => this.reply.insert(suggestion.text, true) }, say("console.insert")) : null);
  }

  notes() {
    const { say } = this.strings;
    const held = this.held.notes ?? [];
    this.note ??= element("textarea", { id: "note", rows: "2", maxlength: "2000", placeholder: say("console.note_placeholder") });
    const form = element("form", { onsubmit: async (event) => {
      event.preventDefault();
      const text = this.note.value.trim();
      if (text && (await this.act("note", { text }))) this.note.value = "";
    } }, element("label", { class: "unseen", for: "note" }, say("console.note")), this.note,
    element("button", { type: "submit", class: "secondary" }, icon("fresh"), say("console.add_note")));
    return element("section", { class: "card notes" },
      element("h2", {}, say("console.notes")),
      element("p", { class: "hint" }, say("console.notes_hint")),
      held.length ? element("ul", {}, held.map(({ by, text, at }) => element("li", {},
        element("p", { class: "line-head" }, element("strong", {}, by), element("time", {}, this.strings.moment(at))), element("p", { class: "line-text" }, text)))) : null,
      form);
  }
}
