/* A second adapter in live traffic: how it does beside the first, harm by harm, and how to begin or end that. */

import { element } from "../element.js";
import { attempt } from "../staff/toast.js";
import { table } from "./table.js";

const MOST = 50; // percent of the conversations; chatbot.trial.LARGEST_SHARE

export class Trial {
  /** `changed()`: a trial was begun or ended. */
  constructor(strings, session, changed) {
    Object.assign(this, { strings, session, changed });
  }

  card({ trial, harms }, others) {
    const { say } = this.strings;
    return element("section", { class: "card trial" }, element("h2", {}, say("admin.trial"),
      trial?.status === "running" ? element("span", { class: "tag" }, say("adapters.trial_on")) : null),
    element("p", { class: "hint" }, say("admin.trial_lead")),
    trial ? this.told(trial, harms) : null,
    trial?.status === "running"
      ? element("p", {}, element("button", { type: "button", class: "secondary", onclick: () => this.act(() => this.session.send("DELETE", "/admin/trial")) }, say("admin.trial_end")))
      : this.form(others.filter(({ fit }) => fit)));
  }

  told(trial, harms) {
    const { say } = this.strings;
    const rows = Object.entries(harms).map(([harm, figures]) => ({ harm, ...figures }));
    return element("div", {},
      element("p", { class: trial.status === "retreated" ? "notice bad" : "" }, say(`admin.trial_${trial.status}`, { challenger: trial.challenger, share: this.strings.share(trial.share) }), " ",
        trial.until ? element("span", { class: "hint" }, say("adapters.trial_days", { since: this.strings.moment(trial.since), until: this.strings.moment(trial.until) }))
          : element("span", { class: "hint" }, say("adapters.trial_since", { since: this.strings.moment(trial.since) }))),
      table(say("admin.trial"), [
        [say("adapters.harm"), ({ harm }) => say(`admin.trial_${harm}`)],
        [trial.incumbent, ({ share, n }) => this.arm(share[0], n[0])],
        [trial.challenger, ({ share, n }) => this.arm(share[1], n[1])],
        [say("adapters.evidence"), ({ worse, needed }) => this.evidence(worse, needed)],
      ], rows, say("admin.nothing")));
  }

  arm(share, n) {
    return n ? element("span", { class: "figure" }, this.strings.share(share), " ", element("span", { class: "hint" }, this.strings.say("adapters.of", { n }))) : "–";
  }

  /** Evidence multiplies: on a scale of its logarithm it grows evenly. */
  evidence(worse, needed) {
    const part = Math.max(0, Math.min(1, Math.log(Math.max(worse, 1)) / Math.log(needed)));
    const told = this.strings.say("adapters.evidence_of", { now: evidence(this.strings, worse, needed), needed: this.strings.number(needed) });
    return element("span", { class: "meter" }, element("meter", { min: "0", max: "1", low: "0.4", high: "0.8", optimum: "0", value: part, "aria-label": told }), element("span", {}, told));
  }

  form(others) {
    const { say } = this.strings;
    if (!others.length) return element("p", { class: "hint" }, say("admin.trial_none"));
    const choice = element("select", { id: "trial-adapter" }, others.map(({ name }) => element("option", { value: name }, name)));
    const part = element("input", { id: "trial-share", type: "number", min: "1", max: String(MOST), value: "10", required: true });
    return element("form", { class: "trial-row", onsubmit: (event) => {
      event.preventDefault();
      this.act(() => this.session.post("/admin/trial", { adapter: choice.value, share: Number(part.value) / 100 }));
    } },
    element("div", { class: "field" }, element("label", { for: "trial-adapter" }, say("admin.trial_adapter")), choice),
    element("div", { class: "field" }, element("label", { for: "trial-share" }, say("admin.trial_share")), part),
    element("button", { type: "submit", class: "primary" }, say("admin.trial_begin")));
  }

  async act(does) {
    await attempt(this.strings, does);
    await this.changed();
  }
}

/* Beyond ten times what is needed the figure has twenty digits and says no more. */
export function evidence(strings, found, needed) {
  return found > 10 * needed ? strings.say("adapters.over", { limit: strings.number(10 * needed) }) : strings.number(found, 1);
}
