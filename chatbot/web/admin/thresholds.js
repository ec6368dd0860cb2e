/* The numbers that decide whether an answer is sent, with where each came from. Read-only: they are calibrated, not typed. */

import { element, fill } from "../element.js";
import { attempt } from "../staff/toast.js";
import { plain, table } from "./table.js";

const SHIPPED = "shipped; no stated risk"; // chatbot.thresholds
const CALIBRATED = /^calibrated on (\d+) cases, ([\d-]+): risk ([\d.]+), confidence ([\d.]+)$/; // evals.calibrate
const SHARES = new Set(["risk", "p_wrong"]); // the others are cosines and certainties

export class Thresholds {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.root = element("div", { class: "stack" });
  }

  async enter() {
    await attempt(this.strings, async () => {
      const { origin, modes, ...values } = await this.session.get("/admin/thresholds");
      const { say } = this.strings;
      const rows = Object.entries(values).map(([name, value]) => ({ name, value }));
      fill(this.root,
        element("section", { class: "card flush" }, origin ? element("p", { class: "origin" }, this.origin(origin)) : null, this.modes(modes)),
        element("section", { class: "card flush" }, table(say("admin.thresholds"), [
          [say("admin.name"), ({ name }) => [element("strong", {}, this.strings.find(`threshold_names.${name}`) ?? name), " ", element("code", { class: "hint" }, name)]],
          [say("admin.value"), ({ name, value }) => element("strong", { class: "figure" }, SHARES.has(name) && value !== null ? this.strings.share(value) : plain(value, this.strings))],
          [say("admin.meaning"), ({ name }) => this.strings.find(`thresholds.${name}`) ?? ""],
        ], rows, say("admin.nothing"))));
    });
  }

  /** Where the rules came from, in words: evals.calibrate and chatbot.thresholds name it in English. */
  origin(origin) {
    const { strings } = this;
    if (origin === SHIPPED) return strings.say("admin.origin_shipped");
    const [, n, day, risk, confidence] = CALIBRATED.exec(origin) ?? [];
    return n ? strings.say("admin.origin_calibrated", { n: Number(n), day: strings.day(day), risk: strings.share(Number(risk)), confidence: strings.share(Number(confidence)) })
      : `${strings.say("admin.origin")} ${origin}`;
  }

  /** How each kind of answer is judged, and what is proven of it. */
  modes(modes) {
    const { say } = this.strings;
    const share = (value) => (value === null || value === undefined ? "–" : this.strings.share(value));
    return table(say("thresholds.modes"), [
      [say("admin.mode"), ({ name }) => this.strings.find(`chat.modes.${name}`) ?? name],
      [say("admin.limit"), ({ p_wrong }) => element("strong", { class: "figure" }, share(p_wrong))],
      [say("admin.stated_risk"), ({ risk, refused }) => (risk === null ? element("span", { title: refused ?? "" }, say("admin.not_calibrated")) : share(risk))],
      [say("admin.risk_bound"), ({ risk_bound }) => share(risk_bound)],
      [say("admin.coverage"), ({ coverage }) => share(coverage)],
      [say("admin.drafts"), ({ n }) => (n ? this.strings.number(n) : "–")],
      [say("admin.own_topics"), ({ topics }) => Object.entries(topics).map(([topic, limit]) => `${topic}: ${share(limit)}`).join(", ") || "–"],
    ], Object.entries(modes).map(([name, rule]) => ({ name, ...rule })), say("admin.nothing"));
  }
}
