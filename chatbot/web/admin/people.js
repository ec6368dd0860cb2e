/* A person's data: give it to them, erase it; the company's own numbers that are hidden; how long things are kept. */

import { element, fill } from "../element.js";
import { ERASE_SECONDS } from "../limits.js";
import { confirmed } from "../staff/confirm.js";
import { attempt } from "../staff/toast.js";
import { table } from "./table.js";

export class People {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    const { say } = strings;
    const field = (label, input) => element("div", { class: "field" }, element("label", { for: input.id }, label), input);
    this.customer = element("input", { id: "person-customer", required: true, autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
    this.outcome = element("div", { role: "status" });
    this.kept = element("p", { class: "origin" });
    this.list = element("div", { class: "card flush" });
    this.name = element("input", { id: "pattern-name", required: true, maxlength: "80", autocomplete: "off" });
    this.pattern = element("input", { id: "pattern-form", required: true, maxlength: "200", autocomplete: "off", spellcheck: "false" });
    this.example = element("input", { id: "pattern-example", required: true, autocomplete: "off", spellcheck: "false" });
    this.other = element("input", { id: "pattern-other", autocomplete: "off", spellcheck: "false" });
    this.saved = [];
    this.root = element("div", { class: "stack" },
      element("form", { class: "card", onsubmit: (event) => { event.preventDefault(); this.export(); } },
        element("h2", {}, say("admin.person")), element("p", {}, say("admin.person_hint")),
        element("div", { class: "account-row" }, field(say("admin.customer"), this.customer),
          element("button", { type: "submit", class: "primary" }, say("admin.person_export")),
          element("button", { type: "button", onclick: () => this.erase() }, say("admin.person_erase"))),
        this.outcome, this.kept),
      this.list,
      element("form", { class: "card", onsubmit: (event) => { event.preventDefault(); this.add(); } },
        element("h2", {}, say("admin.pattern_add")), element("p", {}, say("admin.pattern_hint")),
        element("div", { class: "account-row" }, field(say("admin.name"), this.name), field(say("admin.pattern"), this.pattern),
          field(say("admin.pattern_example"), this.example), field(say("admin.pattern_other"), this.other),
          element("button", { type: "submit", class: "primary" }, say("admin.add")))));
  }

  async enter() {
    await attempt(this.strings, async () => {
      const { say } = this.strings;
      const kept = await this.session.get("/admin/retention");
      fill(this.kept, say("admin.kept", { days: kept.retention_days, uploads: kept.upload_days }));
      this.show(await this.session.get("/admin/patterns"));
    });
  }

  show({ profile, saved }) {
    const { say } = this.strings;
    this.saved = saved;
    const rows = [...profile.map((one) => ({ ...one, fixed: true })), ...saved];
    fill(this.list, table(say("admin.patterns"), [
      [say("admin.name"), ({ name }) => name],
      [say("admin.pattern"), ({ pattern }) => element("code", {}, pattern)],
      [say("admin.pattern_example"), ({ examples }) => element("code", {}, examples.join(", "))],
      ["", ({ fixed, name, pattern }) => (fixed ? say("admin.pattern_profile")
        : element("button", { type: "button", class: "quiet", "aria-label": say("admin.pattern_remove", { name }), onclick: () => this.save(this.saved.filter((one) => one.pattern !== pattern)) }, say("admin.remove")))],
    ], rows, say("admin.nothing")));
  }

  async save(patterns) {
    return attempt(this.strings, async () => this.show(await this.session.send("PUT", "/admin/patterns", { patterns })));
  }

  async add() {
    const others = this.other.value.trim() ? [this.other.value.trim()] : [];
    const made = { name: this.name.value.trim(), pattern: this.pattern.value.trim(), examples: [this.example.value.trim()], others };
    const before = this.saved;
    await this.save([...this.saved, made]);
    if (this.saved !== before) for (const input of [this.name, this.pattern, this.example, this.other]) input.value = "";
  }

  async export() {
    await attempt(this.strings, async () => {
      const found = await this.session.post("/admin/people/export", { customer: this.customer.value.trim() });
      const file = new Blob([JSON.stringify(found, null, 1)], { type: "application/json" });
      const link = element("a", { href: URL.createObjectURL(file), download: "export.json" }, this.strings.say("admin.person_file"));
      fill(this.outcome, element("p", {}, this.strings.say("admin.person_held", { conversations: found.conversations.length, training: found.training.length }), " ", link));
    });
  }

  async erase() {
    const { say } = this.strings;
    const customer = this.customer.value.trim();
    if (!customer || !(await confirmed(this.strings, say("admin.person_sure", { customer }), say("admin.person_erase")))) return;
    await attempt(this.strings, async () => {
      const { erased, adapters, exports, documents } = await this.session.post("/admin/people/erase", { customer }, { seconds: ERASE_SECONDS });
      const named = documents.map(({ document, version, clause }) => element("li", {}, [document, version, clause].filter(Boolean).join(" · ")));
      fill(this.outcome,
        element("p", {}, say("admin.person_erased", { conversations: erased.conversations, messages: erased.messages, training: erased.training_records })),
        adapters.length ? element("p", {}, say("admin.person_adapters", { names: adapters.join(", ") })) : null,
        exports.length ? element("p", {}, say("admin.person_exports", { names: exports.join(", ") })) : null,
        named.length ? element("div", {}, element("p", {}, say("admin.person_documents")), element("ul", {}, named)) : null);
    });
  }
}
