/* The list of tickets: who waits, which are mine, which are with others. */

import { element, fill } from "../element.js";

/** Why a ticket came, in the reader's language: the service's own words are Polish. */
export function why(ticket, strings) {
  return (strings.language === "pl" && ticket.reason_text) || strings.name("reasons", ticket.reason);
}

/** A ticket's subject in the reader's language. */
export function subject(ticket, strings) {
  return ticket.topic_title?.[strings.language] ?? ticket.topic_title?.pl ?? ticket.topic;
}

/** The time a customer was promised: soon, or missed. Null where nothing was. */
export function promise(ticket, strings) {
  if (!ticket.promised_at || ticket.state !== "queued") return null;
  const over = ticket.promised_at < Date.now();
  const today = new Date(ticket.promised_at).toDateString() === new Date().toDateString();
  const when = today ? strings.time(ticket.promised_at) : strings.moment(ticket.promised_at);
  return element("span", { class: `tag${over ? " late" : ""}` }, strings.say(over ? "console.overdue" : "console.promised", { when }));
}

export class Queue {
  constructor(strings, session, choose) {
    Object.assign(this, { strings, session, chosen: null });
    this.pick = choose;
    this.tickets = [];
    this.counts = {};
    this.at = Date.now();
    this.groups = element("div", { class: "groups" });
    this.team = element("select", { id: "team", onchange: () => this.draw() });
    this.filter = element("div", { class: "filter", hidden: true }, element("label", { class: "unseen", for: "team" }, strings.say("console.team_filter")), this.team);
    this.root = element("aside", { class: "queue", "aria-label": strings.say("console.queue") }, this.filter, this.groups);
  }

  /** `counts` of each group: all of them, of which `tickets` has the first. */
  show(tickets, counts) {
    Object.assign(this, { tickets, counts });
    this.at = Date.now();
    this.teams();
    this.draw();
  }

  /** The teams that have tickets now; the choice stays while its team has some. */
  teams() {
    const { say } = this.strings;
    const chosen = this.team.value;
    const teams = [...new Set(this.tickets.map(({ team }) => team))].sort();
    const all = element("option", { value: "" }, say("console.all_teams"));
    fill(this.team, all, teams.map((team) => element("option", { value: team }, this.strings.name("teams", team))));
    this.team.value = teams.includes(chosen) ? chosen : "";
    this.filter.hidden = teams.length < 2;
  }

  choose(id) {
    this.chosen = id;
    this.draw();
  }

  draw() {
    const { who } = this.session;
    const shown = this.tickets.filter(({ team }) => !this.team.value || team === this.team.value);
    const mine = (ticket) => [who.user, who.name].includes(ticket.claimed_by);
    const group = (key, tickets) => this.group(key, tickets);
    const focused = document.activeElement?.dataset?.ticket;
    fill(this.groups,
      group("waiting", shown.filter(({ state }) => state === "queued")),
      group("mine", shown.filter((ticket) => ticket.state === "claimed" && mine(ticket))),
      group("others", shown.filter((ticket) => ticket.state === "claimed" && !mine(ticket))));
    if (focused) this.groups.querySelector(`[data-ticket="${CSS.escape(focused)}"]`)?.focus();
    this.tick();
  }

  group(key, tickets) {
    const { say } = this.strings;
    if (!tickets.length && key === "others") return null;
    const all = this.team.value ? tickets.length : Math.max(tickets.length, this.counts[key] ?? 0);
    return element("section", { class: `group ${key}` },
      element("h2", {}, say(`console.${key}`), element("span", { class: "count" }, String(all))),
      tickets.length ? element("ul", {}, tickets.map((ticket) => this.row(ticket))) : element("p", { class: "none" }, say(`console.${key}_none`)),
      all > tickets.length ? element("p", { class: "none" }, say("console.more", { n: all - tickets.length })) : null);
  }

  row(ticket) {
    const { strings } = this;
    return element("li", {}, element("button", {
      type: "button", class: "row", "data-ticket": ticket.ticket, "aria-current": ticket.ticket === this.chosen ? "true" : null,
      onclick: () => this.pick(ticket.ticket),
    },
      element("span", { class: "row-top" },
        element("span", { class: "row-reason" }, why(ticket, strings)),
        ticket.state === "queued" ? element("time", { class: "row-wait", "data-waited": String(ticket.waiting_s ?? 0) }) : null),
      element("span", { class: "row-question" }, ticket.question || strings.say("console.no_question")),
      element("span", { class: "row-tags" },
        ticket.unanswered ? element("span", { class: "tag late" }, strings.say("console.unanswered")) : null,
        promise(ticket, strings),
        ticket.reasons?.includes("mood") && ticket.reason !== "mood" ? element("span", { class: "tag late" }, strings.name("reasons", "mood")) : null,
        ticket.off_hours ? element("span", { class: "tag" }, strings.say("console.off_hours")) : null,
        ticket.topic ? element("span", { class: "tag" }, subject(ticket, strings)) : null,
        ticket.team ? element("span", { class: "tag plain" }, strings.name("teams", ticket.team)) : null,
        ticket.language && ticket.language !== strings.language ? element("span", { class: "tag" }, ticket.language.toUpperCase()) : null,
        ticket.state === "claimed" && ticket.claimed_by !== this.session.who.user ? element("span", { class: "tag plain" }, ticket.claimed_name ?? ticket.claimed_by) : null)));
  }

  /** Waiting times, each second, from when the list came. */
  tick() {
    const passed = (Date.now() - this.at) / 1000;
    for (const node of this.groups.querySelectorAll("[data-waited]")) {
      node.textContent = this.strings.span(Number(node.dataset.waited) + passed);
    }
  }
}
