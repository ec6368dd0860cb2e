/* Where the conversation stands, above the messages: the queue, the opening hours, who answers, that we are offline. */

import { RETRY_NOTICE } from "../limits.js";
import { element, icon } from "../element.js";

/** The banner's element, or null when a plain conversation with the bot needs none.
 * `actions`: handoff(), decline(), fresh(). `zone`: the company's time zone; its opening hours are told in it. */
export function banner(transcript, { offline }, strings, actions, zone) {
  if (offline >= RETRY_NOTICE) return strip("offline", "clock", strings.say("chat.offline"));
  const { state, name } = transcript.state;
  const said = strings.has(`chat.states.${state}`) ? strings.say(`chat.states.${state}`, { name: name || strings.say("chat.consultant") }) : "";
  if (state === "offered") return strip(state, "human", said, [button(strings.say("chat.connect"), actions.handoff), button(strings.say("chat.decline"), actions.decline, "plain")]);
  if (state === "queued" || state === "off_hours") return strip(state, "clock", said, [detail(state, transcript.queue, strings, zone), button(strings.say("chat.withdraw"), actions.decline, "plain")]);
  if (state === "agent") return strip(state, "human", said);
  if (state === "closed" || state === "abandoned") return strip(state, "check", said, button(strings.say("chat.fresh"), actions.fresh));
  return null;
}

function strip(state, image, text, extra) {
  return element("div", { class: `banner banner-${state}` }, icon(image), element("div", { class: "banner-text" }, element("p", {}, text), ...[extra].flat()));
}

function button(label, act, kind = "") {
  return element("button", { type: "button", class: `banner-button ${kind}`.trim(), onclick: act }, label);
}

function detail(state, queue, strings, zone) {
  if (!queue) return null;
  const lines = [
    queue.promised_at ? strings.say("chat.promised", { when: strings.opening(queue.promised_at, zone) }) : "",
    queue.position && state === "queued" && !queue.promised_at ? strings.say("chat.position", { n: queue.position }) : "",
    queue.expected_wait_minutes && !queue.promised_at ? strings.say("chat.wait", { n: queue.expected_wait_minutes }) : "",
    queue.opens_at ? strings.say("chat.opens", { when: strings.opening(queue.opens_at, zone) }) : "",
  ].filter(Boolean);
  return lines.length ? element("p", { class: "banner-detail" }, lines.join(" · ")) : null;
}
