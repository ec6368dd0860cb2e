/* The moves of a ticket that need a word more: to whom it goes, or until when it waits. */

import { element } from "../element.js";
import { ask } from "./ask.js";

const HOUR = 3600_000; // ms
const FIRST_PROMISE = 2; // hours from now, as the form proposes

/** { team } or { agent }, or null. */
export async function whoTakesOver(strings, session) {
  const { say } = strings;
  const { agents, teams } = await session.get("/agent/tickets/colleagues");
  const choice = element("select", { id: "take-over" },
    agents.length ? element("optgroup", { label: say("console.people") }, agents.map(({ user, name, present }) =>
      element("option", { value: `agent:${user}`, disabled: !present }, present ? name : say("console.away", { name })))) : null,
    element("optgroup", { label: say("console.teams") }, teams.map((team) => element("option", { value: `team:${team}` }, strings.name("teams", team)))));
  const chosen = await ask(strings, say("console.transfer_heading"),
    [element("label", { for: "take-over" }, say("console.transfer_to")), choice], say("console.transfer"), () => choice.value);
  if (!chosen) return null;
  const [kind, name] = [chosen.slice(0, chosen.indexOf(":")), chosen.slice(chosen.indexOf(":") + 1)];
  return { [kind]: name };
}

/** { until }, or null. */
export async function untilWhen(strings) {
  const { say } = strings;
  const proposed = new Date(Math.ceil((Date.now() + FIRST_PROMISE * HOUR) / (HOUR / 2)) * (HOUR / 2));
  const box = element("input", { id: "until", type: "datetime-local", required: true, min: local(new Date()), value: local(proposed) });
  return ask(strings, say("console.postpone_heading"),
    [element("label", { for: "until" }, say("console.postpone_until")), box, element("p", { class: "hint" }, say("console.postpone_text"))],
    say("console.postpone"), () => ({ until: new Date(box.value).toISOString() }));
}

function local(moment) {
  return new Date(moment - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
