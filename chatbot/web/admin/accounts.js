/* Who may sign in: agents and admins. A new password for an account that exists ends its sessions at once. */

import { element, fill } from "../element.js";
import { confirmed } from "../staff/confirm.js";
import { attempt } from "../staff/toast.js";
import { table } from "./table.js";

export class Accounts {
  constructor(strings, session) {
    Object.assign(this, { strings, session });
    const { say } = strings;
    const field = (name, input) => element("div", { class: "field" }, element("label", { for: input.id }, say(name)), input);
    this.user = element("input", { id: "account-user", required: true, autocapitalize: "none", autocomplete: "off", spellcheck: "false" });
    this.name = element("input", { id: "account-name", required: true, autocomplete: "off" });
    this.password = element("input", { id: "account-password", type: "password", required: true, autocomplete: "new-password" });
    this.role = element("select", { id: "account-role" }, ["agent", "admin"].map((role) => element("option", { value: role }, strings.name("roles", role))));
    this.list = element("div", { class: "card flush" });
    this.root = element("div", { class: "stack" }, this.list,
      element("form", { class: "card", onsubmit: (event) => { event.preventDefault(); this.add(); } },
        element("h2", {}, say("admin.add_account")),
        element("div", { class: "account-row" }, field("staff.user", this.user), field("admin.full_name", this.name),
          field("admin.role", this.role), field("staff.password", this.password), element("button", { type: "submit", class: "primary" }, say("admin.add")))));
  }

  async enter() {
    await attempt(this.strings, async () => {
      const { accounts } = await this.session.get("/admin/accounts");
      const { say } = this.strings;
      fill(this.list, table(say("admin.accounts"), [
        [say("staff.user"), ({ user }) => element("code", {}, user)],
        [say("admin.full_name"), ({ name }) => name],
        [say("admin.role"), ({ role }) => this.strings.name("roles", role)],
        ["", ({ user }) => (user === this.session.who.user ? null
          : element("button", { type: "button", class: "quiet", "aria-label": say("admin.remove_account", { user }), onclick: () => this.remove(user) }, say("admin.remove")))],
      ], accounts, say("admin.nothing")));
    });
  }

  async add() {
    const account = { user: this.user.value.trim(), name: this.name.value.trim(), role: this.role.value, password: this.password.value };
    if (await attempt(this.strings, () => this.session.post("/admin/accounts", account))) {
      for (const input of [this.user, this.name, this.password]) input.value = "";
      await this.enter();
    }
  }

  async remove(user) {
    const { say } = this.strings;
    if (!(await confirmed(this.strings, say("admin.remove_account_sure", { user }), say("admin.remove")))) return;
    await attempt(this.strings, () => this.session.send("DELETE", `/admin/accounts/${encodeURIComponent(user)}`));
    await this.enter();
  }
}
