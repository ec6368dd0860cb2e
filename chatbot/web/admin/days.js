/* A version's days: what its text says of them, and what a person decides. */

import { element } from "../element.js";
import { attempt } from "../staff/toast.js";

/** A dialog; `saved(job)` once the decision is on its way. */
export function decideDays(document_, row, { strings, session, saved }) {
  const { say } = strings;
  const proposal = row.proposal?.open ? row.proposal : null;
  const since = element("input", { id: "days-since", type: "date", value: row.valid_from ?? "" });
  const until = element("input", { id: "days-until", type: "date", value: row.valid_until ?? "" });
  const field = (input, label) => element("div", { class: "field" }, element("label", { for: input.id }, say(label)), input);
  const take = () => {
    since.value = proposal.valid_from ?? since.value;
    until.value = proposal.valid_until ?? until.value;
  };
  const dialog = element("dialog", { class: "confirm-dialog days-dialog", "aria-labelledby": "days-title" },
    element("form", { method: "dialog", class: "confirm" },
      element("h2", { id: "days-title" }, say("admin.days_of", { title: document_.title || document_.document, version: row.version })),
      proposal ? element("div", { class: "says" }, element("p", {}, say("admin.text_says")),
        proposal.evidence.map((sentence) => element("blockquote", {}, sentence)),
        proposal.valid_from || proposal.valid_until ? element("button", { type: "button", class: "quiet", onclick: take }, say("admin.as_text_says", { days: strings.validity(proposal.valid_from, proposal.valid_until) }))
          : element("p", { class: "hint" }, say("admin.day_to_count"))) : null,
      element("div", { class: "fields two" }, field(since, "admin.valid_from"), field(until, "admin.valid_until")),
      element("p", { class: "hint" }, say("admin.days_hint")),
      element("div", { class: "confirm-foot" },
        element("button", { class: "secondary", value: "no", formnovalidate: true }, strings.say("staff.cancel")),
        element("button", { class: "primary", value: "yes" }, say("admin.confirm_days")))));
  dialog.addEventListener("close", async () => {
    dialog.remove();
    if (dialog.returnValue !== "yes") return;
    const path = `/admin/documents/${encodeURIComponent(document_.document)}/versions/${encodeURIComponent(row.version)}/days`;
    await attempt(strings, async () => {
      const { job } = await session.send("PUT", path, { valid_from: since.value || null, valid_until: until.value || null });
      await saved(job);
    });
  });
  document.body.append(dialog);
  if (proposal) take();
  dialog.showModal();
}
