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
      const { adapters } = await this.session.get("/admin/adapters");
      fill(this.root, adapters.length ? adapters.map((one) => this.card(one)) : element("p", { class: "empty" }, this.strings.say("admin.no_adapters")));
    });
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
