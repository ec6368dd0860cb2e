/* The index itself: which one answers, going back, building anew, and the golden queries that every change must pass. */

import { element, fill, icon } from "../element.js";
import { confirmed } from "../staff/confirm.js";
import { attempt, toast } from "../staff/toast.js";
import { Jobs } from "./jobs.js";
import { table } from "./table.js";

export class Index {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    const { say } = strings;
    const field = (input, label) => element("div", { class: "field" }, element("label", { for: input.id }, say(label)), input);
    this.generations = element("section", { class: "card flush" });
    this.jobs = new Jobs(strings, session, () => this.reload());
    this.trials = element("div", { class: "flush" });
    this.question = element("input", { id: "golden-question", required: true, maxlength: "500", autocomplete: "off", placeholder: say("admin.question_placeholder") });
    this.document = element("select", { id: "golden-document", required: true });
    this.clause = element("input", { id: "golden-clause", maxlength: "120", autocomplete: "off", placeholder: "§ 3 ust. 1" });
    this.root = element("div", { class: "stack" }, this.generations, this.jobs.root,
      element("section", { class: "card" }, element("h2", {}, say("admin.golden")), element("p", { class: "hint" }, say("admin.golden_hint")), this.trials,
        element("form", { class: "golden-row", onsubmit: (event) => { event.preventDefault(); this.add(); } },
          field(this.question, "admin.question"), field(this.document, "admin.must_find"), field(this.clause, "admin.clause"),
          element("button", { type: "submit", class: "primary" }, say("admin.add")))));
  }

  async enter() {
    await this.reload();
    await this.jobs.enter();
  }

  leave() {
    this.jobs.leave();
  }

  async reload() {
    await attempt(this.strings, async () => {
      const [{ generations }, { golden }, { documents }] = await Promise.all(["index", "golden", "documents"].map((name) => this.session.get(`/admin/${name}`)));
      this.golden = golden;
      this.titles = new Map(documents.map(({ document, title }) => [document, title || document]));
      fill(this.document, documents.map(({ document, title }) => element("option", { value: document }, title || document)));
      this.show(generations);
      this.list(golden);
    });
  }

  show(generations) {
    const { say } = this.strings;
    fill(this.generations, table(say("admin.generations"), [
      [say("admin.made"), ({ created }) => this.strings.moment(created)],
      [say("admin.documents"), ({ documents }) => this.strings.number(documents)],
      [say("admin.points"), ({ points }) => this.strings.number(points)],
      ["", (one) => (one === generations[0] ? element("span", { class: "status" }, say("admin.answers_now")) : one === generations[1]
        ? element("button", { type: "button", class: "quiet", onclick: () => this.back() }, say("admin.go_back")) : "")],
    ], generations, say("admin.no_documents")),
    element("p", { class: "document-foot" }, element("button", { type: "button", class: "quiet", onclick: () => this.renew() }, say("admin.reindex"))));
  }

  list(golden) {
    const { say } = this.strings;
    fill(this.trials, table(say("admin.golden"), [
      [say("admin.question"), ({ question }) => question],
      [say("admin.must_find"), ({ document, clause }) => [this.titles.get(document) ?? document, clause].filter(Boolean).join(", ")],
      [say("admin.status"), (one) => this.state(one)],
      ["", (one) => (one.own ? element("button", { type: "button", class: "quiet", "aria-label": say("admin.remove_golden", { question: one.question }), onclick: () => this.write(golden.filter((other) => other.own && other !== one)) }, icon("close")) : element("span", { class: "hint" }, say("admin.of_profile")))],
    ], golden, say("admin.no_golden")));
  }

  state(one) {
    const { say } = this.strings;
    if (!one.tried) return element("span", { class: "hint" }, say("admin.golden_untried"));
    if (!one.applies) return element("span", { class: "hint" }, say("admin.golden_off"));
    return element("span", { class: `status${one.passed ? "" : " status-failed"}` }, one.passed ? say("admin.golden_found", { rank: one.rank }) : say("admin.golden_lost"));
  }

  async add() {
    const made = { question: this.question.value.trim(), document: this.document.value, clause: this.clause.value.trim() || null };
    if (await this.write([...this.golden.filter(({ own }) => own), made])) this.question.value = this.clause.value = "";
  }

  async write(rows) {
    const golden = rows.map(({ question, document, clause, as_of: asOf, among }) => ({ question, document, clause, as_of: asOf ?? null, among: among ?? 5 }));
    const well = await attempt(this.strings, () => this.session.send("PUT", "/admin/golden", { golden }));
    await this.reload();
    return well;
  }

  async back() {
    const { say } = this.strings;
    if (await confirmed(this.strings, say("admin.go_back_sure"), say("admin.go_back"))) await this.ask("/admin/index/rollback");
  }

  async renew() {
    const { say } = this.strings;
    if (await confirmed(this.strings, say("admin.reindex_sure"), say("admin.reindex"))) await this.ask("/admin/index/reindex");
  }

  async ask(path) {
    if (await attempt(this.strings, () => this.session.post(path))) {
      toast(this.strings.say("admin.accepted"), this.strings);
      await this.jobs.look();
    }
  }
}
