/* Webhooks: which of the company's own systems are told of tickets, and what came of it. */

import { element, fill } from "../element.js";
import { confirmed } from "../staff/confirm.js";
import { attempt, toast } from "../staff/toast.js";
import { table } from "./table.js";

export class Webhooks {
  constructor(strings, session) {
    Object.assign(this, { strings, session, shown: null });
    const { say } = strings;
    this.list = element("div", { class: "card flush" });
    this.log = element("div", {});
    this.url = element("input", { id: "webhook-url", type: "url", required: true, placeholder: "https://", autocomplete: "off", maxlength: "500" });
    this.types = element("fieldset", { class: "types" });
    this.text = element("input", { id: "webhook-text", type: "checkbox" });
    this.secret = element("div", { role: "status" });
    this.root = element("div", { class: "stack" }, this.list, this.log,
      element("form", { class: "card", onsubmit: (event) => { event.preventDefault(); this.add(); } },
        element("h2", {}, say("admin.webhook_add")),
        element("div", { class: "field" }, element("label", { for: "webhook-url" }, say("admin.webhook_url")), this.url),
        this.types,
        element("label", { class: "check", for: "webhook-text" }, this.text, say("admin.webhook_text")),
        element("div", { class: "upload-foot" }, this.secret, element("button", { type: "submit", class: "primary" }, say("admin.add")))));
  }

  async enter() {
    await attempt(this.strings, async () => {
      const { webhooks, types } = await this.session.get("/admin/webhooks");
      if (!this.types.children.length) this.offer(types);
      this.draw(webhooks);
      await this.deliveries();
    });
  }

  leave() {
    fill(this.secret);
  }

  offer(types) {
    fill(this.types, element("legend", {}, this.strings.say("admin.webhook_types")), types.map((type) => element("label", { class: "check" },
      element("input", { type: "checkbox", name: "type", value: type, checked: true }), this.strings.name("webhook_types", type))));
  }

  draw(webhooks) {
    const { say } = this.strings;
    const act = (key, does) => element("button", { type: "button", class: "quiet", onclick: does }, say(key));
    fill(this.list, table(say("admin.webhooks"), [
      [say("admin.webhook_url"), ({ url }) => element("code", {}, url)],
      [say("admin.webhook_types"), ({ types }) => (types.length === this.types.querySelectorAll("input").length
        ? say("admin.webhook_all") : types.map((type) => this.strings.name("webhook_types", type)).join(", "))],
      [say("admin.webhook_state"), ({ active, last }) => element("div", { class: "status-cell" },
        element("span", { class: `status${active ? "" : " status-failed"}` }, say(active ? "admin.webhook_on" : "admin.webhook_off")),
        last ? element("span", { class: "reason" }, `${this.strings.name("delivery_states", last.state)} · ${this.strings.moment(last.at)}`) : null)],
      ["", (hook) => element("div", { class: "row-acts" },
        act("admin.webhook_show", () => this.show(hook.id)),
        act("admin.webhook_test", () => this.test(hook.id)),
        act(hook.active ? "admin.webhook_switch_off" : "admin.webhook_switch_on", () => this.change("POST", `/${hook.id}/active`, { active: !hook.active })),
        act("admin.remove", () => this.remove(hook)))],
    ], webhooks, say("admin.webhook_none")));
  }

  async add() {
    const types = [...this.types.querySelectorAll("input:checked")].map(({ value }) => value);
    await attempt(this.strings, async () => {
      const { secret } = await this.session.post("/admin/webhooks", { url: this.url.value.trim(), types, with_text: this.text.checked });
      this.url.value = "";
      this.tell(secret);
      await this.enter();
    });
  }

  tell(secret) {
    const { say } = this.strings;
    const copy = element("button", { type: "button", class: "secondary", onclick: async () => {
      await navigator.clipboard.writeText(secret);
      copy.textContent = say("admin.webhook_copied");
    } }, say("admin.webhook_copy"));
    fill(this.secret, element("p", { class: "hint" }, say("admin.webhook_secret")), element("p", { class: "secret" }, element("code", {}, secret), navigator.clipboard ? copy : null));
  }

  async show(webhook) {
    this.shown = this.shown === webhook ? null : webhook;
    await attempt(this.strings, () => this.deliveries());
  }

  async test(webhook) {
    const sent = await attempt(this.strings, () => this.session.post(`/admin/webhooks/${webhook}/test`));
    if (sent) toast(this.strings.say("admin.webhook_tested"), this.strings);
    this.shown = webhook;
    await this.enter();
  }

  async deliveries() {
    if (!this.shown) return fill(this.log);
    const { say } = this.strings;
    const { deliveries } = await this.session.get(`/admin/webhooks/${this.shown}/deliveries`);
    return fill(this.log, element("section", { class: "card flush" }, table(say("admin.webhook_log"), [
      [say("admin.when"), ({ at }) => this.strings.moment(at)],
      [say("admin.webhook_event"), ({ type }) => this.strings.name("webhook_types", type)],
      [say("admin.on"), ({ ticket }) => (ticket ? element("code", {}, ticket) : "–")],
      [say("admin.webhook_state"), ({ state }) => element("span", { class: `status${state === "failed" ? " status-failed" : ""}` }, this.strings.name("delivery_states", state))],
      [say("admin.webhook_tries"), ({ tries }) => this.strings.number(tries)],
      [say("admin.webhook_said"), ({ said, state, due, tries }) => [said, state === "pending" && tries ? say("admin.webhook_next", { when: this.strings.moment(due) }) : ""].filter(Boolean).join(" · ") || "–"],
      ["", ({ id, state }) => (state === "delivered" ? null
        : element("button", { type: "button", class: "quiet", onclick: () => this.change("POST", `/${this.shown}/deliveries/${encodeURIComponent(id)}/again`) }, say("admin.webhook_again")))],
    ], deliveries, say("admin.webhook_no_deliveries"))));
  }

  async remove({ id, url }) {
    const { say } = this.strings;
    if (!(await confirmed(this.strings, say("admin.webhook_remove_sure", { url }), say("admin.remove")))) return;
    if (this.shown === id) this.shown = null;
    await this.change("DELETE", `/${id}`);
  }

  async change(method, path, body) {
    await attempt(this.strings, () => this.session.send(method, `/admin/webhooks${path}`, body));
    await this.enter();
  }
}
