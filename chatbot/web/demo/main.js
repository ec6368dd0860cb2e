/* The demo shop's page: what the company says of itself, and example questions that open the chat. */

import { element, fill } from "../element.js";
import { Requests } from "../requests.js";
import { Strings } from "../strings.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const strings = await Strings.load(new URL("..", import.meta.url));
strings.translate(document.body);
for (const button of document.querySelectorAll("[data-language]:is(button)")) {
  button.setAttribute("aria-pressed", String(button.dataset.language === strings.language));
  button.addEventListener("click", () => {
    Strings.choose(button.dataset.language);
    location.reload();
  });
}
document.getElementById("open").addEventListener("click", () => window.supportChat.open());
fill(document.getElementById("examples"), strings.find("demo.examples").map(({ text, hint }) =>
  element("li", {}, element("button", { type: "button", onclick: () => window.supportChat.ask(text) },
    element("span", { class: "example-text" }, text), element("span", { class: "example-hint" }, hint)))));

const company = await new Requests("/api/v1", strings).get(`/widget?language=${strings.language}`);
document.title = strings.say("demo.page", { company: company.company });
document.getElementById("company").textContent = company.company;
document.getElementById("about").textContent = company.about ?? "";
fill(document.getElementById("hours"), week(company.hours?.week ?? company.hours ?? {}));

/** Days with equal hours in one row: "poniedziałek – piątek, 8:00–18:00". */
function week(hours) {
  const rows = [];
  for (const day of DAYS) {
    const text = span(hours[day]);
    if (rows.at(-1)?.text === text) rows.at(-1).last = day;
    else rows.push({ first: day, last: day, text });
  }
  const name = (day) => strings.say(`days.${day}`);
  return rows.map(({ first, last, text }) =>
    element("div", {}, element("dt", {}, first === last ? name(first) : `${name(first)} – ${name(last)}`), element("dd", {}, text)));
}

function span(hours) {
  const [opens, closes] = Array.isArray(hours) ? hours : [hours?.opens, hours?.closes];
  return opens ? `${opens.slice(0, 5)}–${closes.slice(0, 5)}` : strings.say("days.closed");
}
