/* The panel: launcher, head, messages, banner, the open source, the box to write in. It draws; chat.js decides. */

import { ANSWER_SECONDS, COUNTER_FROM, MESSAGE_CHARS } from "../limits.js";
import { element, fill, icon } from "../element.js";
import { clause } from "../source.js";
import { banner } from "./banner.js";
import { OwnData } from "./data.js";
import { authorName, messageElement, updateMessage } from "./message.js";

const STICKY = 80; // pixels from the end within which the view follows what is new
const READ = 5; // announcements kept for a screen reader

export class Panel {
  /** `company`: what GET /widget says. `actions`: toggle, send(text), handoff, decline, fresh, rate, again, begun, and data.js's. */
  constructor(root, strings, company, actions) {
    Object.assign(this, { root, strings, company });
    this.actions = { ...actions, open: (citation, from) => this.openSource(citation, from) };
    this.spoken = new Map();
    const { say } = strings;
    this.launcher = element("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel", onclick: actions.toggle },
      icon("chat"), element("span", {}, say("chat.launch")));
    this.live = element("div", { class: "unseen", "aria-live": "polite", "aria-atomic": "false" });
    this.list = element("ol", { class: "messages", "aria-label": say("chat.transcript") });
    this.typing = element("p", { class: "typing", hidden: true },
      element("span", { class: "unseen" }, say("chat.typing")), element("i"), element("i"), element("i"));
    this.scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("chat.transcript") },
      this.intro(), this.list, this.typing);
    this.state = element("div", { class: "state", role: "status" });
    this.human = element("button", { type: "button", class: "human-button", onclick: () => actions.handoff() }, icon("human"), element("span", {}, say("chat.human")));
    this.source = element("div", { class: "source", role: "dialog", "aria-modal": "true", "aria-labelledby": "source-heading", hidden: true });
    this.main = element("div", { class: "main" }, this.state, this.scroll, this.form());
    this.panel = element("section", { class: "panel", id: "panel", role: "dialog", "aria-label": say("chat.dialog", { company: company.company }), hidden: true },
      this.head(), this.main, this.source);
    this.panel.addEventListener("keydown", (event) => this.key(event));
    root.append(this.live, this.panel, this.launcher);
  }

  head() {
    const { say } = this.strings;
    return element("header", { class: "head" },
      element("div", { class: "head-text" },
        element("h2", {}, this.company.company),
        element("p", {}, say("chat.subtitle"))),
      element("button", { type: "button", class: "head-button", title: say("own.heading"), "aria-label": say("own.heading"), onclick: (event) => this.openOwn(event.currentTarget) }, icon("shield")),
      element("button", { type: "button", class: "head-button", title: say("chat.fresh"), "aria-label": say("chat.fresh"), onclick: this.actions.fresh }, icon("fresh")),
      element("button", { type: "button", class: "head-button", title: say("chat.close"), "aria-label": say("chat.close"), onclick: this.actions.toggle }, icon("close")));
  }

  /** Greeting and disclosure: there before anything can be written. */
  intro() {
    return element("div", { class: "intro", "data-author": "ai" },
      element("p", { class: "greeting" }, this.company.greeting),
      element("p", { class: "disclosure" }, this.company.disclosure),
      (this.warm = element("p", { class: "warming", role: "status", hidden: true }, this.strings.say("chat.warming"))));
  }

  warming(yes) {
    this.warm.hidden = !yes;
  }

  form() {
    const { say } = this.strings;
    this.box = element("textarea", {
      id: "box", rows: "1", maxlength: MESSAGE_CHARS, placeholder: say("chat.placeholder"), autocomplete: "off", enterkeyhint: "send",
      "aria-describedby": "hint", oninput: () => this.typed(),
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.submit();
      },
    });
    this.counter = element("span", { class: "counter", "aria-live": "polite" });
    this.sendButton = element("button", { type: "submit", class: "send", "aria-label": say("chat.send"), title: say("chat.send"), disabled: true }, icon("send"));
    return element("form", { class: "form", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      element("label", { class: "unseen", for: "box" }, say("chat.label")),
      element("div", { class: "write" }, this.box, this.sendButton),
      element("div", { class: "under" }, this.human, this.counter, element("span", { class: "unseen", id: "hint" }, say("chat.hint"))),
      element("p", { class: "fine" }, say("chat.fine")));
  }

  typed() {
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight}px`;
    this.sendButton.disabled = !this.box.value.trim();
    const left = MESSAGE_CHARS - this.box.value.length;
    this.counter.textContent = this.box.value.length >= COUNTER_FROM ? this.strings.say("chat.left", { n: left }) : "";
  }

  submit() {
    const text = this.box.value.trim();
    if (!text) return;
    this.box.value = "";
    this.typed();
    this.follow = true;
    this.actions.send(text);
  }

  /** Draw what changed. `ratings`: message → value; `quiet`: the transcript is being caught up on, don't read it aloud. */
  draw(transcript, status, ratings, quiet) {
    const stick = this.follow || this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < STICKY;
    this.follow = false;
    const nodes = new Map([...this.list.children].map((node) => [node.dataset.key, node]));
    const wanted = transcript.items.map((item) => {
      const node = nodes.get(item.key) ?? messageElement(item, this.strings, this.actions, ratings);
      if (!quiet) this.read(item);
      else this.spoken.set(item.key, item.text);
      return updateMessage(node, item, this.strings, this.actions, ratings);
    });
    if (wanted.length !== this.list.children.length || wanted.some((node, at) => node !== this.list.children[at])) this.list.replaceChildren(...wanted);
    this.wait(transcript);
    const told = banner(transcript, status, this.strings, this.actions, this.company.hours?.timezone);
    if ((told?.textContent ?? "") !== this.state.textContent || told?.className !== this.state.firstChild?.className) fill(this.state, told);
    const { state } = transcript.state;
    this.human.hidden = false;
    this.human.disabled = state === "queued" || state === "agent" || state === "off_hours";
    this.human.lastChild.textContent = this.strings.say(this.human.disabled ? `chat.human_${state}` : "chat.human");
    if (stick) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  /** The dots, while an answer is on its way, but never for ever. */
  wait(transcript) {
    clearTimeout(this.dots);
    const left = transcript.waiting ? transcript.waiting + ANSWER_SECONDS * 1000 - Date.now() : 0;
    this.typing.hidden = left <= 0;
    if (left > 0) this.dots = setTimeout(() => (this.typing.hidden = true), left);
  }

  /** Say to a screen reader what is new of a message of others: a draft sentence by sentence, its final text not again. */
  read(item) {
    const before = this.spoken.get(item.key) ?? "";
    if (item.author === "customer" || !item.text || before === item.text) return;
    this.spoken.set(item.key, item.text);
    const fresh = before && item.text.startsWith(before) ? item.text.slice(before.length) : before ? "" : item.text;
    if (!fresh) return;
    const who = before || item.author === "notice" ? "" : `${authorName(item, this.strings)}: `;
    this.live.append(element("p", {}, who + fresh));
    while (this.live.children.length > READ) this.live.firstChild.remove();
  }

  /** A passing failure, under the messages. */
  complain(text) {
    const note = element("li", { class: "message notice problem", "data-key": "problem", role: "alert" }, element("p", { class: "notice" }, text));
    this.list.append(note);
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  show(open, focus = true) {
    this.panel.hidden = !open;
    this.launcher.setAttribute("aria-expanded", String(open));
    this.launcher.hidden = open;
    if (open) this.scroll.scrollTop = this.scroll.scrollHeight;
    if (focus) (open ? this.box : this.launcher).focus();
  }

  openSource(citation, from) {
    const { say } = this.strings;
    this.sheet(citation.n ? say("source.heading", { n: citation.n }) : say("source.heading_plain"), clause(citation, this.strings), from);
    this.source.querySelector("mark")?.scrollIntoView({ block: "center" });
  }

  openOwn(from) {
    const own = new OwnData(this.strings, this.actions, () => this.closeSource());
    this.sheet(this.strings.say("own.heading"), own.root, from);
    own.enter(this.actions.begun());
  }

  /** Something to read over the conversation, until one goes back to it. */
  sheet(heading, body, from) {
    const { say } = this.strings;
    this.from = from;
    const back = element("button", { type: "button", class: "head-button", "aria-label": say("source.close"), title: say("source.close"), onclick: () => this.closeSource() }, icon("back"));
    fill(this.source,
      element("div", { class: "source-head" }, back, element("h3", { id: "source-heading" }, heading)),
      element("div", { class: "source-body", tabindex: "0" }, body));
    this.source.hidden = false;
    this.main.inert = true;
    back.focus();
  }

  closeSource() {
    this.source.hidden = true;
    this.main.inert = false;
    (this.from?.isConnected ? this.from : this.box).focus();
  }

  key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (this.source.hidden) this.actions.toggle();
    else this.closeSource();
  }
}
