/* One message as an element. Text is always text: see element.js. */

import { element, fill, icon } from "../element.js";
import { cited, sources } from "../source.js";

const STATUS = { sending: "chat.sending", waiting: "chat.waiting", failed: "chat.failed" };

/** `actions`: open(citation, from), rate(message, value), again(clientId). `ratings`: message → "up" or "down". */
export function messageElement(item, strings, actions, ratings) {
  const node = element("li", { "data-key": item.key });
  return updateMessage(node, item, strings, actions, ratings);
}

/** Draw the message anew, unless nothing of it changed. */
export function updateMessage(node, item, strings, actions, ratings) {
  const rating = ratings[item.message] ?? "";
  const drawn = JSON.stringify([item, rating]);
  if (node.drawn === drawn) return node;
  node.drawn = drawn;
  node.className = `message ${item.author}${item.draft ? " draft" : ""}${item.kind ? ` kind-${item.kind}` : ""}`;
  node.dataset.author = item.author;
  // The machine-readable mark that the AI Act (art. 50) asks for.
  if (item.author === "ai") node.dataset.aiGenerated = "true";
  if (item.author === "notice") return fill(node, element("p", { class: "notice" }, item.text ? strings.kept(item.text) : strings.say(`chat.${item.kind}`)));
  return fill(node, head(item, strings), body(item, strings, actions), foot(item, strings, actions, rating));
}

export function authorName(item, strings) {
  if (item.author === "customer") return strings.say("chat.you");
  return item.author === "human" ? item.name || strings.say("chat.consultant") : strings.say("chat.assistant");
}

function head(item, strings) {
  return element("p", { class: "author" },
    element("span", { class: "author-name" }, authorName(item, strings)),
    item.author === "human" && item.name ? element("span", { class: "author-role" }, strings.say("chat.consultant_role")) : null,
    item.at ? element("time", { datetime: String(item.at) }, strings.time(item.at)) : null);
}

function body(item, strings, actions) {
  return element("div", { class: "bubble" }, element("p", { class: "text" }, cited(item.text, item.citations, actions.open, strings)));
}

function foot(item, strings, actions, rating) {
  if (item.author === "customer") return delivery(item, strings, actions);
  if (item.author !== "ai") return null;
  const answered = !item.draft && (item.kind === undefined || item.kind === "reply") && item.message;
  return [
    sources(item.citations, actions.open, strings),
    item.draft || !(item.mode || answered) ? null : element("div", { class: "foot" },
      item.mode ? element("span", { class: `mode mode-${item.mode}` }, strings.name("chat.modes", item.mode)) : null,
      answered ? thumbs(item, strings, actions, rating) : null),
  ];
}

function thumbs(item, strings, actions, rating) {
  const thumb = (value) => element("button", {
    type: "button",
    class: "thumb",
    "data-value": value,
    "aria-label": strings.say(`chat.rate_${value}`),
    title: strings.say(`chat.rate_${value}`),
    "aria-pressed": String(rating === value),
    onclick: () => actions.rate(item.message, value),
  }, icon(value));
  return element("div", { class: "thumbs", role: "group", "aria-label": strings.say("chat.rate") },
    rating ? element("span", { class: "thanks" }, strings.say("chat.rated")) : null, thumb("up"), thumb("down"));
}

function delivery(item, strings, actions) {
  if (!STATUS[item.status]) return null;
  const failed = item.status === "failed";
  return element("p", { class: `delivery ${item.status}` },
    item.problem || strings.say(STATUS[item.status]),
    failed ? element("button", { type: "button", class: "again", onclick: () => actions.again(item.client_id) }, strings.say("chat.again")) : null);
}
