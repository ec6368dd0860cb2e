/* The adapters: which one answers and since when, what it was measured at and learnt from, what is wrong with any of
 * them, how to go back. What an engineer wants besides is folded into details. */

import { element, fill } from "../element.js";
import { confirmed } from "../staff/confirm.js";
import { attempt, toast } from "../staff/toast.js";
import { plain } from "./table.js";
import { Trial } from "./trial.js";

const LOOK_AGAIN = 2; // seconds, while another adapter is being loaded
const COUNTS = new Set(["cases", "samples"]); // figures that are no shares
const GRAVE = new Set(["erased", "damaged", "other_base", "other_prompt"]);

export class Adapters {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    this.trial = new Trial(strings, session, () => this.enter());
    this.root = element("div", { class: "adapters" });
  }

  async enter() {
    await attempt(this.strings, async () => {
      const [shelf, watched] = await Promise.all([this.session.get("/admin/adapters"), this.session.get("/admin/trial")]);
      const others = shelf.adapters.filter(({ active }) => !active);
      fill(this.root, this.notices(shelf), this.now(shelf), this.drift(watched), this.trial.card(watched, others),
        element("section", { class: "card" }, element("h2", {}, this.strings.say("adapters.others"), element("span", { class: "count" }, this.strings.number(others.length))),
          others.length ? element("ul", { class: "care" }, others.map((one) => element("li", { class: "adapter" }, this.about(one)))) : element("p", { class: "hint" }, this.strings.say("adapters.no_others"))),
        this.history(shelf.service));
      clearTimeout(this.again);
      if (shelf.swapping.adapter) this.again = setTimeout(() => this.enter(), LOOK_AGAIN * 1000);
    });
  }

  leave() {
    clearTimeout(this.again);
  }

  /** What happens, or did not happen, to the adapter that answers. */
  notices({ swapping, service }) {
    const told = [
      swapping.adapter && element("p", { class: "notice", role: "status" }, this.strings.say("adapters.loading", { name: swapping.adapter })),
      swapping.error && element("p", { class: "notice bad", role: "alert" }, this.strings.say("adapters.not_loaded", { error: swapping.error })),
      service.fixed && element("p", { class: "notice" }, this.strings.say("adapters.fixed", { name: service.fixed })),
    ];
    return told.filter(Boolean);
  }

  now({ adapters, service }) {
    const one = adapters.find(({ active }) => active);
    const came = service.history.find(({ adapter }) => adapter === one?.name);
    const since = came && this.strings.say(came.why === "rolled back" ? "adapters.rolled_back" : "adapters.approved", { when: this.strings.moment(Date.parse(came.since)), by: came.by });
    return element("section", { class: "card adapter in-service" },
      element("p", { class: "over-line" }, this.strings.say("adapters.now")),
      one ? this.about(one, since ?? this.strings.say("adapters.shipped")) : element("p", {}, this.strings.say("adapters.nobody")),
      service.before ? element("p", {}, element("button", { type: "button", class: "secondary", onclick: () => this.back(service.before) }, this.strings.say("adapters.go_back", { name: service.before }))) : null);
  }

  about(one, since = null) {
    return [
      element("h2", {}, one.name, one.created ? element("span", { class: "hint" }, this.strings.say("adapters.trained", { day: this.strings.day(one.created) })) : null),
      since ? element("p", { class: "hint" }, since) : null,
      one.worries.length ? element("ul", { class: "worries" }, one.worries.map((worry) => element("li", { class: GRAVE.has(worry) ? "bad" : "" }, this.strings.say(`adapters.worries.${worry === "unapproved" && one.active ? "unapproved_now" : worry}`, { n: one.people, base: one.base, trouble: one.trouble })))) : null,
      this.measured(one.measured),
      this.learnt(one.sets),
      this.answers(one.answers),
      Object.keys(one.manifest).length ? element("details", { class: "engineer" }, element("summary", {}, this.strings.say("adapters.details")), this.facts(one.manifest)) : null,
    ];
  }

  measured({ by, ...figures }) {
    if (!by) return null;
    const rows = Object.entries(figures).filter(([name, value]) => value !== null && !COUNTS.has(name));
    return element("div", {}, element("dl", { class: "tiles" }, rows.map(([name, value]) => element("div", {},
      element("dt", {}, this.strings.say(`adapters.figures.${by}.${name}`)), element("dd", {}, this.strings.share(value))))),
    element("p", { class: "hint" }, this.strings.say(`adapters.measured.${by}`, { n: figures.cases ?? figures.samples })));
  }

  learnt(sets) {
    if (!sets.length) return null;
    const total = sets.reduce((sum, { examples }) => sum + examples, 0);
    return element("p", {}, this.strings.say("adapters.learnt", { n: total }), " ", element("span", { class: "hint" }, sets.map(({ name, examples, licence }) => `${name} (${this.strings.number(examples)}, ${licence})`).join(" · ")));
  }

  answers(counts) {
    const told = Object.entries(counts).map(([kind, count]) => `${this.strings.name("outcomes", kind)}: ${this.strings.number(count)}`);
    return told.length ? element("p", {}, this.strings.say("adapters.answered"), " ", told.join(" · ")) : null;
  }

  /** What has changed of the answers in service since they were trusted. */
  drift({ drift }) {
    if (!drift.length) return null;
    const { say } = this.strings;
    return element("section", { class: "card", role: "alert" }, element("h2", {}, say("admin.drift")), element("p", {}, say("admin.drift_lead")),
      element("ul", {}, drift.map((one) => element("li", {}, `${say(`admin.drift_${one.what}`)}: ${this.strings.share(one.before)} → ${this.strings.share(one.now)}`))));
  }

  history({ history }) {
    if (!history.length) return null;
    return element("details", { class: "card engineer" }, element("summary", {}, this.strings.say("adapters.history")),
      element("ul", {}, history.map(({ adapter, since, by, why }) => element("li", {}, `${this.strings.moment(Date.parse(since))}: ${adapter}. `,
        this.strings.say(why === "rolled back" ? "adapters.by_rollback" : "adapters.by_approval", { by })))));
  }

  async back(name) {
    if (!(await confirmed(this.strings, this.strings.say("adapters.go_back_sure", { name }), this.strings.say("adapters.go_back", { name })))) return;
    if (await attempt(this.strings, () => this.session.post("/admin/adapters/rollback"))) toast(this.strings.say("adapters.going_back"), this.strings);
    this.again = setTimeout(() => this.enter(), LOOK_AGAIN * 1000);
  }

  /** The manifest, as it is written: nested parts become lists of their own. */
  facts(node) {
    const rows = Object.entries(node).filter(([, value]) => value !== null && value !== "");
    return element("dl", { class: "facts" }, rows.map(([key, value]) =>
      element("div", {}, element("dt", {}, this.strings.find(`manifest.${key}`) ?? key), element("dd", {}, this.value(value)))));
  }

  value(value) {
    if (Array.isArray(value)) return value.every((one) => typeof one !== "object") ? value.join(", ") : value.map((one) => this.facts(one));
    return value !== null && typeof value === "object" ? this.facts(value) : plain(value, this.strings);
  }
}
