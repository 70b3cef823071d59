// Our page beside a ticket: it asks the help desk (`desk`, the connector's script) which ticket is looked at, shows that
// ticket's review within, and hands a reply from there to the composer. Words go to exact origins only.
"use strict";
(() => {
  const page = document.documentElement.dataset;
  const told = document.getElementById("told");
  const who = document.getElementById("who");
  const frame = document.getElementById("review");
  const button = document.getElementById("sign-in");
  const byHand = document.getElementById("by-hand");
  let ticket = null, popup = null, secret = null;

  function look(id) {
    if (id === ticket) return;
    ticket = id;
    if (!page.known) return;
    frame.src = `${page.review}${encodeURIComponent(id)}?aside=1`;
    frame.hidden = false;
    told.hidden = true;
  }
  function say(line) {
    told.textContent = line;
    told.hidden = false;
  }
  function ask(line) {
    frame.hidden = true;
    who.hidden = false;
    say(line);
  }
  // What may not be shown in a frame is not ours to read: a session that has ended leads to the sign-in.
  frame.addEventListener("load", () => {
    let shown = null;
    try { shown = frame.contentDocument?.querySelector("main"); } catch { /* somebody else's page */ }
    if (frame.getAttribute("src") && !shown) ask("The draft cannot be shown to you now. Sign in, again or as somebody else.");
  });

  addEventListener("message", async (event) => {
    if (event.origin !== location.origin) return;
    const said = event.data || {};
    if (event.source === frame.contentWindow && said.countersign === "sign-in") ask("You are not signed in any more.");
    if (event.source === frame.contentWindow && said.countersign === "insert") {
      let because = null;
      try { await desk.insert(String(said.text)); } catch (error) { because = String(error?.message || error); }
      frame.contentWindow.postMessage({ countersign: because === null ? "inserted" : "not-inserted", because }, location.origin);
    }
    if (event.source === popup && said.countersign === "signed-in") takeOver(String(said.code));
  });

  // The cookie of another window does not reach this frame, so that window hands over a code. It is worth nothing
  // without the secret, which stays here.
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  button?.addEventListener("click", async () => {
    popup = window.open("", "countersign-sign-in", "popup,width=520,height=680");
    if (!popup) { say("The browser did not let a window open. Allow it for this page, then try again."); return; }
    secret = base64(crypto.getRandomValues(new Uint8Array(32)));
    const proof = base64(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret)));
    popup.location.replace(`/sign-in/window?proof=${proof}`);
    byHand.hidden = false;
  });
  byHand?.addEventListener("submit", (event) => {
    event.preventDefault();
    takeOver(byHand.elements.code.value.trim());
  });
  async function takeOver(code) {
    if (!secret) return;
    const body = new URLSearchParams({ code, secret });
    let answer = null;
    try { answer = await fetch("/sign-in/frame", { method: "POST", body, credentials: "same-origin" }); } catch { /* no line */ }
    if (!answer?.ok) { say("That did not work. Press Sign in again."); return; }
    secret = null;
    popup?.postMessage({ countersign: "taken-over" }, location.origin);
    location.reload();
  }

  if (page.known || button) desk.watch(look).catch((error) => say(`The help desk does not tell the ticket: ${error.message}`));
})();
