// The window in which somebody signed in for a frame: hands the code to the frame that opened it, which is ours, and closes.
"use strict";
(() => {
  const told = document.getElementById("told");
  const byHand = () => {
    told.textContent = "You are signed in.";
    document.getElementById("by-hand").hidden = false;
    document.getElementById("copy").addEventListener("click", () => {
      document.getElementById("code").select();
      document.execCommand("copy");
    });
  };
  if (!window.opener) { byHand(); return; }
  addEventListener("message", (event) => {
    if (event.origin === location.origin && event.source === window.opener && event.data?.countersign === "taken-over") close();
  });
  window.opener.postMessage({ countersign: "signed-in", code: told.dataset.code }, location.origin);
  setTimeout(byHand, 5000);
})();
