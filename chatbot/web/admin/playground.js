/* The playground: for one question, what was found and how it scored at each stage, the verdict, the answer, the prompt. */

import { element, fill } from "../element.js";
import { cited, quoted, sources } from "../source.js";
import { openSource } from "../staff/source.js";
import { attempt } from "../staff/toast.js";

const ACTIONS = new Set(["reply", "question", "refusal", "ticket"]);
const SECONDS = 60; // the longest an answer may take on two cores, with the model's own deadline inside

/** The risk of being wrong up to which such an answer is sent. Of one that was held back the mode isn't told: most are
 * quotes, and their limit is `p_wrong`. */
function limit({ modes, p_wrong: quoted }, { answer, verdict }) {
  const rule = modes[answer.mode];
  return rule?.topics?.[verdict?.topic] ?? rule?.p_wrong ?? quoted;
}

export class Playground {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    const { say } = strings;
    this.question = element("input", { id: "question", required: true, maxlength: "2000", placeholder: say("admin.question_placeholder"), autocomplete: "off" });
    this.day = element("input", { id: "as_of", type: "date" });
    this.button = element("button", { type: "submit", class: "primary" }, say("admin.try"));
    this.result = element("div", { class: "stack", "aria-live": "polite" });
    this.root = element("div", { class: "stack" },
      element("form", { class: "card ask", onsubmit: (event) => { event.preventDefault(); this.run(); } },
        element("div", { class: "field" }, element("label", { for: "question" }, say("admin.question")), this.question),
        element("div", { class: "field" }, element("label", { for: "as_of" }, say("admin.as_of")), this.day), this.button),
      this.result);
  }

  enter() {
    this.question.focus();
  }

  async run() {
    this.button.disabled = true;
    fill(this.result, element("p", { class: "empty" }, this.strings.say("admin.working")));
    const well = await attempt(this.strings, async () => {
      const body = { question: this.question.value.trim(), ...(this.day.value ? { as_of: this.day.value } : {}) };
      const [told, thresholds] = await Promise.all([this.session.post("/admin/playground", body, { seconds: SECONDS }), this.session.get("/admin/thresholds")]);
      fill(this.result, this.answer(told.answer), this.verdict(told.verdict, limit(thresholds, told)), this.filters(told), this.passages("admin.passages", told.passages), this.passages("admin.faq_near", told.faq), this.prompt(told));
    });
    if (!well) fill(this.result);
    this.button.disabled = false;
  }

  open = (citation) => openSource(citation, this.strings);

  answer(answer) {
    const { strings } = this;
    const kind = ACTIONS.has(answer.kind) ? answer.kind : "reply";
    const facts = [
      answer.mode && strings.name("chat.modes", answer.mode), answer.model, answer.adapter,
      answer.took_ms !== undefined && `${strings.number(answer.took_ms)} ms`,
      answer.first_token_ms && strings.say("admin.first_sentence", { ms: strings.number(answer.first_token_ms) }),
    ].filter(Boolean);
    return element("section", { class: `card outcome outcome-${kind}` },
      element("h2", {}, strings.say(`admin.kind_${kind}`)),
      element("p", { class: "answer-text" }, cited(answer.text ?? "", answer.citations, this.open, strings)),
      sources(answer.citations, this.open, strings),
      answer.draft ? element("p", { class: "hint" }, strings.say("admin.draft"), " ", answer.draft) : null,
      element("p", { class: "hint" }, facts.join(" · ")));
  }

  verdict(verdict, most) {
    if (!verdict) return null;
    const { strings } = this;
    const { say } = strings;
    const wrong = Number(verdict.p_wrong);
    return element("section", { class: "card" },
      element("h2", {}, say("admin.verdict")),
      Number.isFinite(wrong) ? element("div", { class: "meter" },
        element("meter", { min: "0", max: "1", low: String(most), high: String(most), optimum: "0", value: wrong, "aria-label": say("admin.p_wrong") }),
        element("span", {}, say("admin.p_wrong"), " ", element("strong", {}, strings.share(wrong)), " ", element("span", { class: "hint" }, say("admin.at_most", { limit: strings.share(most) })))) : null,
      element("dl", { class: "facts" },
        verdict.topic ? element("div", {}, element("dt", {}, say("console.topic")), element("dd", {}, verdict.topic)) : null,
        verdict.team ? element("div", {}, element("dt", {}, say("console.team")), element("dd", {}, strings.name("teams", verdict.team))) : null,
        verdict.reasons?.length ? element("div", {}, element("dt", {}, say("admin.reasons")), element("dd", {}, verdict.reasons.map((reason) => strings.name("reasons", reason)).join(", "))) : null));
  }

  /** What the search was narrowed to, and the words it looked for. */
  filters({ filters, generation }) {
    if (!filters) return null;
    const { strings } = this;
    const { say } = strings;
    const fact = (label, value) => element("div", {}, element("dt", {}, say(label)), element("dd", {}, value));
    return element("section", { class: "card" }, element("h2", {}, say("admin.filters")), element("dl", { class: "facts" },
      fact("admin.as_of", strings.day(filters.as_of)),
      fact("admin.audience", filters.audience ? strings.name("audiences", filters.audience) : say("admin.any")),
      fact("admin.collection", filters.collection ?? say("admin.any")), fact("admin.language", filters.language ?? say("admin.any")),
      fact("admin.searched_words", filters.words), generation ? fact("admin.generation", generation) : null));
  }

  passages(heading, passages = []) {
    const { strings } = this;
    return element("section", { class: "card" },
      element("h2", {}, strings.say(heading), element("span", { class: "count" }, String(passages.length))),
      passages.length ? element("ol", { class: "passages" }, passages.map((one, index) => this.passage(one, index + 1))) : element("p", { class: "empty" }, strings.say("admin.no_passages")));
  }

  passage(one, rank) {
    const { strings } = this;
    const scores = Object.entries({ score: one.score, ...(one.scores ?? {}) }).filter(([, value]) => typeof value === "number");
    return element("li", {},
      element("p", { class: "passage-head" }, element("span", { class: "rank" }, String(rank)),
        element("strong", {}, one.clause || one.title), element("span", { class: "hint" }, [one.clause && one.title, strings.validity(one.valid_from, one.valid_until)].filter(Boolean).join(" · "))),
      element("p", { class: "passage-text" }, quoted(one.text ?? "", one.quote ?? "")),
      element("p", { class: "scores" }, scores.map(([name, value]) =>
        element("span", { class: "score" }, strings.name("scores", name), " ", element("strong", {}, strings.number(value, 3))))));
  }

  prompt(told) {
    if (!told.prompt) return null;
    const title = [this.strings.say("admin.prompt"), told.prompt_version].filter(Boolean).join(" · ");
    return element("details", { class: "card" }, element("summary", {}, title), element("pre", {}, told.prompt));
  }
}
