/* Ready answers: approved FAQ entries near the question, or near what the agent searches for. */

import { element, fill } from "../element.js";
import { openSource } from "../staff/source.js";
import { attempt } from "../staff/toast.js";

const TYPING = 350; // ms without a key before the search goes out

export class Canned {
  /** `insert(text)`: take it as the reply. `can()`: whether one may reply now. */
  constructor(path, strings, session, { insert, can }) {
    Object.assign(this, { path, strings, session, insert, can });
    const { say } = strings;
    this.box = element("input", { id: "canned", type: "search", placeholder: say("console.canned_search"), maxlength: "500",
      oninput: () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.look(), TYPING); } });
    this.list = element("ul", { class: "canned-list" });
    this.root = element("details", { class: "card canned", ontoggle: () => this.root.open && !this.looked && this.look() },
      element("summary", {}, say("console.canned")),
      element("p", { class: "hint" }, say("console.canned_hint")),
      element("label", { class: "unseen", for: "canned" }, say("console.canned_search")), this.box, this.list);
  }

  async look() {
    this.looked = true;
    const words = this.box.value.trim();
    await attempt(this.strings, async () => {
      const { replies } = await this.session.get(`${this.path}/canned${words ? `?q=${encodeURIComponent(words)}` : ""}`);
      this.found = replies;
      this.draw();
    });
  }

  draw() {
    const { say } = this.strings;
    if (!this.found) return;
    fill(this.list, this.found.length ? this.found.map((one) => this.entry(one)) : element("li", { class: "none" }, say("console.canned_none")));
  }

  entry({ question, text, clauses, suspended }) {
    const { say } = this.strings;
    return element("li", { class: suspended ? "suspended" : "" },
      element("p", { class: "canned-question" }, question),
      element("p", { class: "line-text" }, text),
      element("p", { class: "canned-foot" },
        suspended ? element("span", { class: "trouble" }, say("console.canned_suspended")) : clauses.map((clause) =>
          element("button", { type: "button", class: "quiet", onclick: () => openSource(clause, this.strings) }, clause.clause || clause.title)),
        suspended || !this.can() ? null : element("button", { type: "button", class: "secondary", onclick: () => this.insert(text) }, say("console.insert"))));
  }
}
