// The inbox shows what waits as it changes. Without it a reload does the same.
"use strict";
(() => {
  const inbox = document.querySelector(".inbox");
  if (!inbox || !window.EventSource) return;
  const source = new EventSource(inbox.dataset.live);
  let last = null;
  source.onmessage = async (event) => {
    const first = last === null;
    if (event.data === last) return;
    last = event.data;
    // Nobody loses the place where they were: a page that somebody types or tabs through waits.
    if (first || inbox.contains(document.activeElement)) return;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".inbox");
    if (found) inbox.replaceChildren(...found.childNodes);
  };
  addEventListener("pagehide", () => source.close());
})();
