/* The adapters there are: what each was trained on, how it was measured, which one answers. */

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
      const told = await this.session.get("/admin/adapters");
      const list = told.adapters ?? [];
      fill(this.root, list.length ? list.map((adapter) => this.card(adapter, told.active)) : element("p", { class: "empty" }, this.strings.say("admin.no_adapters")));
    });
  }

  card(adapter, active) {
    const { say } = this.strings;
    const { name, adapter: id, active: own, manifest, ...rest } = adapter;
    const facts = Object.entries({ ...rest, ...(manifest ?? {}) }).filter(([, value]) => value !== null && value !== undefined && value !== "");
    const called = name ?? id ?? "–";
    return element("section", { class: "card" },
      element("h2", {}, called, own || (active && active === called) ? element("span", { class: "tag" }, say("admin.in_service")) : null),
      element("dl", { class: "facts" }, facts.map(([key, value]) =>
        element("div", {}, element("dt", {}, this.strings.find(`manifest.${key}`) ?? key), element("dd", {}, plain(value, this.strings))))));
  }
}
