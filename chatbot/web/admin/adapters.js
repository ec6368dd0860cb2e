/* The adapters there are: what each was trained on, how it was measured, how its answers went, which one answers. */

import { element, fill } from "../element.js";
import { attempt } from "../staff/toast.js";
import { plain } from "./table.js";

export class Adapters {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.root = element("div", { class: "adapters" });
  }

  async enter() {
    await attempt(this.strings, async () => {
      const [{ adapters }, watched] = await Promise.all([this.session.get("/admin/adapters"), this.session.get("/admin/trial")]);
      fill(this.root, this.drift(watched), this.trial(watched, adapters), adapters.length ? adapters.map((one) => this.card(one)) : element("p", { class: "empty" }, this.strings.say("admin.no_adapters")));
    });
  }

  /** What has changed of the answers in service since they were trusted. */
  drift({ drift }) {
    const { say } = this.strings;
    if (!drift.length) return null;
    const share = (value) => `${this.strings.number(value * 100, 1)}%`;
    return element("section", { class: "card", role: "alert" }, element("h2", {}, say("admin.drift")),
      element("p", {}, say("admin.drift_lead")),
      element("ul", {}, drift.map((one) => element("li", {}, `${say(`admin.drift_${one.what}`)}: ${share(one.before)} → ${share(one.now)}`))));
  }

  /** The second adapter in live traffic: how it does beside the first, and how to begin or end that. */
  trial({ trial, active, harms }, adapters) {
    const { say } = this.strings;
    const running = trial?.status === "running";
    const share = (value) => `${this.strings.number(value * 100, 1)}%`;
    const others = adapters.filter((one) => one.adapter !== active);
    const rows = Object.entries(harms).map(([harm, one]) => element("li", {},
      `${say(`admin.trial_${harm}`)}: ${trial.incumbent} ${share(one.share[0])} (${one.n[0]}), ${trial.challenger} ${share(one.share[1])} (${one.n[1]}). `,
      say("admin.trial_evidence", { now: this.strings.number(one.worse, 1), needed: this.strings.number(one.needed) })));
    const choice = element("select", { "aria-label": say("admin.trial_adapter") }, others.map((one) => element("option", { value: one.adapter }, one.adapter)));
    const part = element("input", { type: "number", min: "1", max: "50", value: "10", "aria-label": say("admin.trial_share") });
    return element("section", { class: "card" }, element("h2", {}, say("admin.trial")),
      element("p", { class: "hint" }, say("admin.trial_lead")),
      trial ? element("p", {}, say(`admin.trial_${trial.status}`, { challenger: trial.challenger, share: share(trial.share) })) : null,
      rows.length ? element("ul", {}, rows) : null,
      running
        ? element("button", { type: "button", onclick: () => this.change(() => this.session.send("DELETE", "/admin/trial")) }, say("admin.trial_end"))
        : others.length
          ? element("p", {}, choice, " ", part, "% ", element("button", { type: "button", onclick: () => this.change(() => this.session.post("/admin/trial", { adapter: choice.value, share: Number(part.value) / 100 })) }, say("admin.trial_begin")))
          : element("p", { class: "hint" }, say("admin.trial_none")));
  }

  async change(act) {
    await attempt(this.strings, act);
    await this.enter();
  }

  card({ adapter, active, answers, manifest }) {
    const { say } = this.strings;
    const sent = Object.entries(answers).map(([kind, count]) => `${this.strings.name("outcomes", kind)}: ${this.strings.number(count)}`);
    return element("section", { class: "card" },
      element("h2", {}, adapter, active ? element("span", { class: "tag" }, say("admin.in_service")) : null),
      sent.length ? element("p", { class: "hint" }, say("admin.its_answers"), " ", sent.join(", ")) : null,
      this.facts(manifest));
  }

  /** The manifest, as it is written: nested parts become lists of their own. */
  facts(node) {
    const rows = Object.entries(node).filter(([, value]) => value !== null && value !== "");
    return element("dl", { class: "facts" }, rows.map(([key, value]) =>
      element("div", {}, element("dt", {}, this.strings.find(`manifest.${key}`) ?? key),
        element("dd", {}, this.value(value)))));
  }

  value(value) {
    if (Array.isArray(value)) return value.every((one) => typeof one !== "object") ? value.join(", ") : value.map((one) => this.facts(one));
    return typeof value === "object" ? this.facts(value) : plain(value, this.strings);
  }
}
