/* The one line a company adds to its site: <script src="https://…/widget.js" data-api="/api/v1" defer></script>
 *
 * Loads the chat as ES modules from the service it came from, and gives the page `supportChat.open()` and
 * `supportChat.ask(text)`. Both may be called at once: they wait for the modules. Colours are the page's to set
 * (`support-chat { --chat-accent: … }`). `data-language`: "pl", "en" or "auto" (the browser's); without it, the page's own.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.supportChat) return;
  const assets = new URL("static/", script.src);
  const api = new URL(script.dataset.api || "/api/v1", script.src).href.replace(/\/$/, "");
  const language = script.dataset.language || "";
  const ready = import(new URL("widget/chat.js", assets).href).then(({ Chat }) => Chat.mount({ api, assets, language }));
  ready.catch((error) => console.error(`support chat: can't load from ${assets.href}`, error));
  window.supportChat = Object.freeze({
    open: () => ready.then((chat) => chat.open()),
    ask: (text) => ready.then((chat) => chat.ask(String(text))),
  });
})();
