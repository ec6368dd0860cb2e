/* The agent's box. A reply that failed keeps its text and its client_id, so that sending it again can't double it. */

import { element } from "../element.js";

export class Reply {
  /** `send({ client_id, text, from_suggestion })` resolves to whether it was stored. */
  constructor(strings, send) {
    const { say } = strings;
    Object.assign(this, { send, pending: null, suggested: false });
    this.box = element("textarea", { id: "reply", rows: "4", maxlength: "4000", placeholder: say("console.reply_placeholder"),
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
          event.preventDefault();
          this.submit();
        }
      } });
    this.hint = element("p", { class: "hint" });
    this.button = element("button", { type: "submit", class: "primary" }, say("console.send"));
    this.root = element("form", { class: "reply", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      element("label", { class: "unseen", for: "reply" }, say("console.reply")), this.box,
      element("div", { class: "reply-foot" }, this.hint, this.button));
    this.allow(false, "");
  }

  allow(yes, hint) {
    this.box.disabled = !yes;
    this.button.disabled = !yes || this.sending;
    this.hint.textContent = hint;
  }

  /** A suggestion as the start of a reply; its source numbers mean nothing to the customer there, so they go. */
  insert(text, suggested = false) {
    this.suggested ||= suggested;
    const plain = text.replace(/\s?\[\d{1,2}\]/g, "");
    this.box.value = this.box.value.trim() ? `${this.box.value.trimEnd()}\n\n${plain}` : plain;
    this.box.focus();
  }

  async submit() {
    const text = this.box.value.trim();
    if (!text || this.sending) return;
    if (this.pending?.text !== text) this.pending = { client_id: crypto.randomUUID(), text, from_suggestion: this.suggested };
    this.sending = this.button.disabled = true;
    try {
      if (await this.send(this.pending)) {
        this.pending = null;
        this.suggested = false;
        this.box.value = "";
      }
    } finally {
      this.sending = false;
      this.button.disabled = this.box.disabled;
      this.box.focus();
    }
  }
}
