/* Pages and sitemaps that are followed: how often, how the last look went, page by page. */

import { element, fill, icon } from "../element.js";
import { confirmed } from "../staff/confirm.js";
import { attempt, toast } from "../staff/toast.js";
import { because } from "./reason.js";
import { table } from "./table.js";

const EVERY = [0, 1, 6, 24, 168, 720]; // hours; what people choose, up to a month
const SHOWN = 200; // pages of one site in its table

export class Sites {
  /** `asked()`: a look was asked for, so a job runs. */
  constructor(strings, session, asked) {
    Object.assign(this, { strings, session, asked });
    this.root = element("section", { class: "documents" });
  }

  async reload() {
    await attempt(this.strings, async () => {
      const { sites } = await this.session.get("/admin/sites");
      const open = new Set([...this.root.querySelectorAll("details[open]")].map(({ dataset }) => dataset.site));
      fill(this.root, sites.length ? [element("h2", {}, this.strings.say("admin.sites"), element("span", { class: "count" }, this.strings.number(sites.length))),
        ...sites.map((one) => this.site(one, open.has(one.site)))] : []);
    });
  }

  site(one, open) {
    const { say } = this.strings;
    const counts = Object.entries(one.counts).map(([status, n]) => `${this.strings.name("page_statuses", status)}: ${this.strings.number(n)}`).join(" · ");
    const every = element("select", { "aria-label": say("admin.every"), onchange: () => this.schedule(one, Number(every.value)) },
      [...new Set([...EVERY, one.every])].sort((a, b) => a - b).map((hours) => element("option", { value: String(hours), selected: hours === one.every }, this.often(hours))));
    const node = element("details", { class: "card flush document", open },
      element("summary", {}, element("span", { class: "document-title address" }, one.url),
        element("span", { class: "document-now" }, one.looked ? say("admin.looked", { when: this.strings.moment(one.looked * 1000) }) : say("admin.not_looked")),
        one.status ? element("span", { class: `status status-${one.status}` }, this.strings.name("site_statuses", one.status)) : null),
      one.reason ? element("p", { class: "origin" }, because(one, this.strings)) : null,
      counts ? element("p", { class: "origin" }, counts) : null,
      table(one.url, [
        [say("admin.page"), ({ url }) => element("span", { class: "address" }, url)],
        [say("admin.status"), (page) => element("span", { class: "status-cell" }, element("span", { class: `status status-${page.status}` }, this.strings.name("page_statuses", page.status)),
          page.reason ? element("span", { class: "reason" }, because(page, this.strings)) : null)],
        [say("admin.last_look"), ({ looked }) => (looked ? this.strings.moment(looked * 1000) : "–")],
      ], one.pages.slice(0, SHOWN), say("admin.nothing")),
      element("div", { class: "document-foot foot-acts" },
        element("label", { class: "inline" }, say("admin.every"), every),
        one.next_look ? element("span", { class: "hint" }, say("admin.next_look", { when: this.strings.moment(one.next_look * 1000) })) : null,
        element("button", { type: "button", class: "quiet", onclick: () => this.look(one) }, say("admin.look_now")),
        element("button", { type: "button", class: "quiet", onclick: () => this.forget(one) }, icon("close"), say("admin.forget"))));
    node.dataset.site = one.site;
    return node;
  }

  often(hours) {
    if (!hours) return this.strings.say("admin.never");
    return hours % 24 ? this.strings.say("admin.hours", { n: hours }) : this.strings.say("admin.days", { n: hours / 24 });
  }

  async schedule(one, every) {
    await attempt(this.strings, () => this.session.send("PUT", `/admin/sites/${encodeURIComponent(one.site)}`, { every }));
    await this.reload();
  }

  async look(one) {
    if (await attempt(this.strings, () => this.session.post(`/admin/sites/${encodeURIComponent(one.site)}/look`))) {
      toast(this.strings.say("admin.added"), this.strings);
      await this.asked();
    }
  }

  async forget(one) {
    const { say } = this.strings;
    if (!(await confirmed(this.strings, say("admin.forget_sure", { url: one.url }), say("admin.forget")))) return;
    await attempt(this.strings, () => this.session.send("DELETE", `/admin/sites/${encodeURIComponent(one.site)}`));
    await this.reload();
  }
}
