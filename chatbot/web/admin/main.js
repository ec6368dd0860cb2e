/* The admin page: one section at a time, chosen by the address (#documents, #playground …). */

import { element, fill } from "../element.js";
import { bar, Session } from "../staff/session.js";
import { Strings } from "../strings.js";
import { Accounts } from "./accounts.js";
import { Adapters } from "./adapters.js";
import { Audit } from "./audit.js";
import { Care } from "./care.js";
import { Documents } from "./documents.js";
import { Index } from "./index.js";
import { People } from "./people.js";
import { Playground } from "./playground.js";
import { Thresholds } from "./thresholds.js";
import { Webhooks } from "./webhooks.js";

const SECTIONS = { documents: Documents, care: Care, index: Index, playground: Playground, thresholds: Thresholds, adapters: Adapters, accounts: Accounts, people: People, webhooks: Webhooks, audit: Audit };

const strings = await Strings.load(new URL("..", import.meta.url));
strings.translate(document.body);
document.title = strings.say("admin.title");
const session = await new Session(strings, { title: strings.say("admin.title"), role: "admin" }).start();

const tabs = element("nav", { class: "tabs", "aria-label": strings.say("admin.sections") },
  Object.keys(SECTIONS).map((name) => element("a", { href: `#${name}` }, strings.say(`admin.${name}`))));
const stage = element("main", { class: "stage" });
fill(document.body, bar(session, strings.say("admin.title")), element("div", { class: "page" }, tabs, stage));

const open = new Map();
let current = null;

function show() {
  const name = Object.hasOwn(SECTIONS, location.hash.slice(1)) ? location.hash.slice(1) : "documents";
  for (const link of tabs.children) link.toggleAttribute("aria-current", link.hash === `#${name}`);
  if (!open.has(name)) open.set(name, new SECTIONS[name](strings, session));
  current?.leave?.();
  current = open.get(name);
  fill(stage, element("h1", {}, strings.say(`admin.${name}`)), element("p", { class: "lead" }, strings.say(`admin.${name}_lead`)), current.root);
  current.enter();
}

window.addEventListener("hashchange", show);
show();
