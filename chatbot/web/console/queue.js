/* The list of tickets: who waits, which are mine, which are with others. */

import { element, fill } from "../element.js";

/** Why a ticket came, in the reader's language: the service's own words are Polish. */
export function why(ticket, strings) {
  return (strings.language === "pl" && ticket.reason_text) || strings.name("reasons", ticket.reason);
}

export class Queue {
  constructor(strings, session, choose) {
    Object.assign(this, { strings, session, chosen: null });
    this.pick = choose;
    this.tickets = [];
    this.at = Date.now();
    this.groups = element("div", { class: "groups" });
    this.root = element("aside", { class: "queue", "aria-label": strings.say("console.queue") }, this.groups);
  }

  show(tickets) {
    this.tickets = tickets;
    this.at = Date.now();
    this.draw();
  }

  choose(id) {
    this.chosen = id;
    this.draw();
  }

  draw() {
    const { who } = this.session;
    const mine = (ticket) => [who.user, who.name].includes(ticket.claimed_by);
    const group = (key, tickets) => this.group(key, tickets);
    const focused = document.activeElement?.dataset?.ticket;
    fill(this.groups,
      group("waiting", this.tickets.filter(({ state }) => state === "queued")),
      group("mine", this.tickets.filter((ticket) => ticket.state === "claimed" && mine(ticket))),
      group("others", this.tickets.filter((ticket) => ticket.state === "claimed" && !mine(ticket))));
    if (focused) this.groups.querySelector(`[data-ticket="${CSS.escape(focused)}"]`)?.focus();
    this.tick();
  }

  group(key, tickets) {
    const { say } = this.strings;
    if (!tickets.length && key === "others") return null;
    return element("section", { class: `group ${key}` },
      element("h2", {}, say(`console.${key}`), element("span", { class: "count" }, String(tickets.length))),
      tickets.length ? element("ul", {}, tickets.map((ticket) => this.row(ticket))) : element("p", { class: "none" }, say(`console.${key}_none`)));
  }

  row(ticket) {
    const { strings } = this;
    return element("li", {}, element("button", {
      type: "button", class: "row", "data-ticket": ticket.ticket, "aria-current": ticket.ticket === this.chosen ? "true" : null,
      onclick: () => this.pick(ticket.ticket),
    },
      element("span", { class: "row-top" },
        element("span", { class: "row-reason" }, why(ticket, strings)),
        element("time", { class: "row-wait", "data-waited": String(ticket.waiting_s ?? 0) })),
      element("span", { class: "row-question" }, ticket.question || strings.say("console.no_question")),
      element("span", { class: "row-tags" },
        ticket.topic ? element("span", { class: "tag" }, ticket.topic_text ?? ticket.topic) : null,
        ticket.language && ticket.language !== strings.language ? element("span", { class: "tag" }, ticket.language.toUpperCase()) : null,
        ticket.state === "claimed" && ticket.claimed_by ? element("span", { class: "tag" }, ticket.claimed_by) : null)));
  }

  /** Waiting times, each second, from when the list came. */
  tick() {
    const passed = (Date.now() - this.at) / 1000;
    for (const node of this.groups.querySelectorAll("[data-waited]")) {
      node.textContent = this.strings.span(Number(node.dataset.waited) + passed);
    }
  }
}
