/* The visitor's own data: whether the conversation may teach the assistant, and having it erased. */

import { element, fill } from "../element.js";

/** The body of the sheet. `actions`: consent(), agree(yes), erase(). Each resolves, or tells of its failure itself. */
export class OwnData {
  constructor(strings, actions, done) {
    Object.assign(this, { strings, actions, done });
    const { say } = strings;
    this.agree = element("input", { type: "checkbox", id: "agree", onchange: () => this.agreed() });
    this.note = element("p", { class: "own-note", role: "status" });
    this.foot = element("div", { class: "own-foot" });
    this.root = element("div", { class: "own" },
      element("p", {}, say("own.about")),
      element("label", { class: "own-agree", for: "agree" }, this.agree, element("span", {}, say("own.agree"))),
      element("p", { class: "own-small" }, say("own.agree_text")),
      this.note, element("h4", {}, say("own.erase_heading")), element("p", {}, say("own.erase_text")), this.foot);
  }

  /** `begun`: whether there is a conversation at the service at all. */
  async enter(begun) {
    this.agree.disabled = true;
    this.offer(begun);
    fill(this.note, begun ? null : this.strings.say("own.none"));
    if (!begun) return;
    this.agree.checked = (await this.actions.consent()) === "given";
    this.agree.disabled = false;
  }

  async agreed() {
    const wanted = this.agree.checked;
    this.agree.disabled = true;
    const kept = await this.actions.agree(wanted);
    this.agree.disabled = false;
    if (!kept) this.agree.checked = !wanted;
    fill(this.note, this.strings.say(kept ? (wanted ? "own.agreed" : "own.disagreed") : "problem.other"));
  }

  offer(begun) {
    fill(this.foot, element("button", { type: "button", class: "own-erase", disabled: !begun, onclick: () => this.sure() }, this.strings.say("own.erase")));
  }

  /** A second click, so that no slip of a finger erases anything. */
  sure() {
    const { say } = this.strings;
    const yes = element("button", { type: "button", class: "own-erase sure", onclick: () => this.erase(yes) }, say("own.erase_sure"));
    fill(this.foot, yes, element("button", { type: "button", class: "own-keep", onclick: () => this.offer(true) }, say("own.keep")));
    yes.focus();
  }

  async erase(button) {
    button.disabled = true;
    if (await this.actions.erase()) this.done();
    else {
      button.disabled = false;
      fill(this.note, this.strings.say("problem.other"));
    }
  }
}
