/* What waits for a person: days that texts name, curated answers that are suspended, documents that disagree. */

import { element, fill } from "../element.js";
import { POLL_SECONDS } from "../limits.js";
import { attempt, toast } from "../staff/toast.js";
import { decideDays } from "./days.js";
import { because } from "./reason.js";

export class Care {
  constructor(strings, session) {
    Object.assign(this, { strings, session, sent: new Map() }); // decisions under way: what they are of → their job
    this.root = element("div", { class: "stack" });
  }

  async enter() {
    const { say } = this.strings;
    if (!this.root.children.length) fill(this.root, element("p", { class: "empty" }, say("admin.working")));
    await attempt(this.strings, async () => {
      const [{ documents }, { suspended }, { conflicts }] = await Promise.all(
        ["documents", "suspended", "conflicts"].map((name) => this.session.get(`/admin/${name}`)));
      const waiting = documents.flatMap((one) => one.versions.filter(({ proposal, replaced }) => proposal?.open && !replaced).map((row) => [one, row]));
      fill(this.root,
        this.part("waiting", waiting, ([one, row]) => this.proposal(one, row)),
        this.part("suspended", suspended, (one) => this.entry(one)),
        this.part("conflicts", conflicts, (one) => this.conflict(one)));
    });
  }

  leave() {
    clearTimeout(this.timer);
  }

  /** A decision was taken: its row says so until the job that carries it out is over. */
  async decided(what, job) {
    this.sent.set(what, job);
    await this.enter();
    await this.watch();
  }

  async watch() {
    clearTimeout(this.timer);
    await attempt(this.strings, async () => {
      const { jobs } = await this.session.get("/admin/jobs");
      const over = new Map(jobs.filter(({ state }) => state === "done" || state === "parked").map((job) => [job.job, job]));
      const ended = [...this.sent].filter(([, job]) => over.has(job));
      for (const [what, job] of ended) {
        this.sent.delete(what);
        const { trouble, outcomes, reason } = over.get(job);
        if (trouble) toast(because(outcomes[0] ?? { reason }, this.strings), this.strings, { bad: true });
      }
      if (ended.length) await this.enter();
    });
    if (this.sent.size && this.root.isConnected) this.timer = setTimeout(() => this.watch(), POLL_SECONDS * 1000);
  }

  /** The button that decides, or that it was decided. */
  act(what, label, does) {
    return this.sent.has(what) ? element("p", { class: "hint", role: "status" }, this.strings.say("admin.being_saved"))
      : element("button", { type: "button", class: "secondary", onclick: does }, this.strings.say(label));
  }

  part(name, rows, show) {
    const { say } = this.strings;
    return element("section", { class: "card" },
      element("h2", {}, say(`admin.${name}`), element("span", { class: "count" }, this.strings.number(rows.length))),
      element("p", { class: "hint" }, say(`admin.${name}_hint`)),
      rows.length ? element("ul", { class: "care" }, rows.map(show)) : element("p", { class: "all-well" }, say(`admin.${name}_none`)));
  }

  proposal(one, row) {
    const { strings, session } = this;
    const what = `days ${one.document} ${row.version}`;
    return element("li", {}, element("p", {}, element("strong", {}, one.title || one.document), " ", element("code", {}, row.version)),
      row.proposal.evidence.slice(0, 2).map((sentence) => element("blockquote", {}, sentence)),
      element("p", { class: "hint" }, strings.say("admin.until_then", { days: strings.validity(row.since, row.until) || strings.say("admin.always") })),
      this.act(what, "admin.decide", () => decideDays(one, row, { strings, session, saved: (job) => this.decided(what, job) })));
  }

  entry(one) {
    const { say } = this.strings;
    const soon = one.since > new Date().toISOString().slice(0, 10);
    return element("li", {}, element("p", {}, element("strong", {}, one.question)), element("blockquote", {}, one.answer),
      element("p", { class: "hint" }, say(soon ? "admin.suspended_from" : "admin.suspended_since", { day: this.strings.day(one.since) }), " ",
        one.changed.length ? say("admin.because_changed", { clauses: one.changed.join(", ") }) : "", " ",
        one.missing.length ? say("admin.because_missing", { clauses: one.missing.join(", ") }) : ""),
      soon || one.missing.length ? null : this.act(`entry ${one.document} ${one.question}`, "admin.still_true", () => this.approve(one)));
  }

  async approve({ document, version, question }) {
    await attempt(this.strings, async () => {
      const { job } = await this.session.post("/admin/suspended/approve", { document, version, question });
      await this.decided(`entry ${document} ${question}`, job);
    });
  }

  conflict({ holds, sides }) {
    const { say } = this.strings;
    return element("li", {}, element("div", { class: "sides" }, sides.map((one) =>
      element("p", { class: "side" }, element("span", { class: "side-name" }, `${one.title}, ${one.clause}`), one.quote))),
    element("p", { class: "hint" }, holds ? say("admin.holds", { title: sides.find(({ document }) => document === holds)?.title ?? holds }) : say("admin.nobody_holds")));
  }
}
