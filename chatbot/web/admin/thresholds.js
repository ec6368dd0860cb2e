/* The numbers that decide whether an answer is sent, with where each came from. Read-only: they are calibrated, not typed. */

import { element, fill } from "../element.js";
import { attempt } from "../staff/toast.js";
import { plain, table } from "./table.js";

export class Thresholds {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.root = element("div", { class: "card flush" });
  }

  async enter() {
    await attempt(this.strings, async () => {
      const { origin, modes, ...values } = await this.session.get("/admin/thresholds");
      const { say } = this.strings;
      const rows = Object.entries(values).map(([name, value]) => ({ name, value }));
      fill(this.root,
        origin ? element("p", { class: "origin" }, say("admin.origin"), " ", origin) : null,
        this.modes(modes),
        table(say("admin.thresholds"), [
          [say("admin.name"), ({ name }) => element("code", {}, name)],
          [say("admin.value"), ({ value }) => element("strong", { class: "figure" }, plain(value, this.strings))],
          [say("admin.meaning"), ({ name }) => this.strings.find(`thresholds.${name}`) ?? ""],
        ], rows, say("admin.nothing")));
    });
  }

  /** How each kind of answer is judged, and what is proven of it. */
  modes(modes) {
    const { say } = this.strings;
    const share = (value) => (value === null || value === undefined ? "–" : this.strings.share(value));
    return table(say("thresholds.modes"), [
      [say("admin.mode"), ({ name }) => this.strings.find(`chat.modes.${name}`) ?? name],
      [say("admin.limit"), ({ p_wrong }) => element("strong", { class: "figure" }, plain(p_wrong, this.strings))],
      [say("admin.stated_risk"), ({ risk, refused }) => (risk === null ? element("span", { title: refused ?? "" }, say("admin.not_calibrated")) : share(risk))],
      [say("admin.risk_bound"), ({ risk_bound }) => share(risk_bound)],
      [say("admin.coverage"), ({ coverage }) => share(coverage)],
      [say("admin.drafts"), ({ n }) => (n ? this.strings.number(n) : "–")],
      [say("admin.own_topics"), ({ topics }) => Object.entries(topics).map(([topic, limit]) => `${topic}: ${plain(limit, this.strings)}`).join(", ") || "–"],
    ], Object.entries(modes).map(([name, rule]) => ({ name, ...rule })), say("admin.nothing"));
  }
}
