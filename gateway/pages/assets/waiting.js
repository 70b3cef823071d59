// A ticket without a draft: the page becomes the review as soon as there is one.
"use strict";
(() => {
  const place = document.querySelector(".waiting");
  if (!place || !window.EventSource) return;
  const source = new EventSource(place.dataset.live);
  source.onmessage = () => location.reload();
  addEventListener("pagehide", () => source.close());
})();
