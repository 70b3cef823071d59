// What makes the review page quick: keys, live news, and nothing typed ever lost. Without it every form still works.
"use strict";
(() => {
  const desk = document.querySelector(".review");
  if (!desk) return;
  const form = document.getElementById("act");
  const text = document.getElementById("text");
  const news = desk.querySelector(".news");
  const drawer = `countersign-${desk.dataset.run}`;

  // The typed text survives a reload, a lost network and the back button, until it was taken.
  const drafted = text ? text.value : "";
  const seen = form ? form.elements.seen.value : "";
  const keep = () => {
    try {
      if (text.value === drafted) localStorage.removeItem(drawer);
      else localStorage.setItem(drawer, JSON.stringify({ seen, text: text.value }));
    } catch { /* a browser that keeps nothing */ }
  };
  if (text && !text.readOnly) {
    try {
      const kept = JSON.parse(localStorage.getItem(drawer) || "null");
      if (kept && kept.text !== text.value) {
        text.value = kept.text;
        say("Your unsent text is back in the editor.", false, ["Use the draft instead", () => { text.value = drafted; keep(); }]);
      }
    } catch { /* nothing kept, or nothing readable */ }
    text.addEventListener("input", keep);
  } else if (["sent", "superseded", "rejected"].includes(desk.dataset.state)) {
    try { localStorage.removeItem(drawer); } catch { /* nothing kept */ }
  }

  // How long somebody was really here, and how many sources they opened.
  let active = 0, last = Date.now(), opened = 0, acted = Date.now();
  const tick = () => {
    const now = Date.now();
    if (document.visibilityState === "visible" && now - acted < 30000) active += Math.min(now - last, 2000);
    last = now;
  };
  setInterval(tick, 1000);
  for (const kind of ["pointermove", "keydown", "scroll", "pointerdown"])
    addEventListener(kind, () => { acted = Date.now(); }, { passive: true });
  const toQuote = (passage) => {
    const words = passage.querySelector(".words"), quote = passage.querySelector("mark");
    if (quote) words.scrollTop = quote.offsetTop - words.offsetTop - 40;
  };
  for (const one of desk.querySelectorAll(".passage")) {
    if (one.open) toQuote(one);
    let counted = one.open;
    if (counted) opened += 1;
    one.addEventListener("toggle", () => {
      if (!one.open) return;
      toQuote(one);
      if (!counted) { counted = true; opened += 1; }
    });
  }

  // Forms go out by fetch, so that a lost network leaves everything where it is.
  for (const one of desk.querySelectorAll("form[method=post]")) {
    one.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (one.dataset.busy) return;
      one.dataset.busy = "1";
      if (one === form) {
        tick();
        form.elements.reading_ms.value = String(Math.round(active));
        form.elements.sources_opened.value = String(opened);
      }
      const buttons = desk.querySelectorAll(".bar-bottom button");
      buttons.forEach((button) => { button.disabled = true; });
      try {
        const answer = await fetch(one.action, {
          method: "POST", body: new URLSearchParams(new FormData(one, event.submitter)), credentials: "same-origin",
          headers: { accept: "text/html" },
        });
        if (answer.redirected) {
          if (one === form) try { localStorage.removeItem(drawer); } catch { /* nothing kept */ }
          location.replace(answer.url);
          return;
        }
        show(await answer.text());
      } catch {
        say("Not sent: there is no connection. Your text is kept; try again when you are back.", true);
        buttons.forEach((button) => { button.disabled = false; });
        delete one.dataset.busy;
      }
    });
  }
  function show(html) {
    const found = new DOMParser().parseFromString(html, "text/html");
    const ours = found.querySelector(".news");
    news.replaceChildren(...(ours || found.querySelector("main")).childNodes);
    if (!ours && around) say("Your text is kept.", true, ["Sign in again", () => around({ countersign: "sign-in" })]);
    news.scrollIntoView({ block: "nearest" });
    desk.querySelectorAll(".bar-bottom button").forEach((button) => { button.disabled = false; });
    desk.querySelectorAll("form").forEach((one) => { delete one.dataset.busy; });
  }

  // Keys: Ctrl+Enter approves, e edits, r redrafts, x rejects, s shows the sources.
  addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      const approve = document.getElementById("approve");
      if (approve && !approve.disabled) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.key === "Escape") { document.activeElement.blur(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const go = {
      e: () => text && text.focus(),
      r: () => open("redraft"),
      x: () => open("reject"),
      s: () => { const first = desk.querySelector(".passage summary"); if (first) first.focus(); },
    }[event.key];
    if (go) { event.preventDefault(); go(); }
  });
  function open(act) {
    const found = desk.querySelector(`form[action*="/${act}"]`);
    if (!found) return;
    found.closest("details").open = true;
    found.querySelector("textarea, select, input:not([type=hidden])").focus();
  }

  // News: a colleague acted, the customer wrote, a newer draft is there.
  const words = {
    approved: (by) => `${by || "A policy"} approved this draft; it is being sent.`,
    sent: () => "This draft was sent.",
    rejected: (by) => `${by || "Somebody"} rejected this draft.`,
    superseded: () => "The ticket went on; this draft is not the newest any more.",
    expired: () => "The deadline of this draft has passed; it cannot be sent any more.",
    closed: () => "The ticket was answered without this draft.",
    held: (by) => `${by || "Somebody"} holds this draft.`,
    uncertain: () => "It is not known whether this was written. Look into the ticket.",
  };
  let state = desk.dataset.state, review = desk.dataset.review, told = "";
  function heard(now) {
    const line = now.newer ? "This ticket has a newer draft."
      : now.state !== state ? (words[now.state] || (() => `This draft is ${now.state}.`))(now.by)
      : now.news ? "Something new has come in on this ticket; it is being read."
      : String(now.review || "") !== review ? `${now.by || "Somebody"} said something about this draft.` : "";
    if (!line || line === told) return;
    told = line;
    const where = now.newer ? `/review/${now.newer}${location.search.includes("aside") ? "?aside=1" : ""}` : location.pathname + location.search;
    say(line, now.state !== "sent" && now.state !== "approved", [now.newer ? "Open it" : "Show", () => { location.href = where; }]);
    if (["sent", "rejected", "superseded", "expired", "closed", "approved"].includes(now.state) && now.state !== state)
      desk.querySelectorAll(".bar-bottom button").forEach((button) => { button.disabled = true; });
  }
  if (window.EventSource) {
    const source = new EventSource(desk.dataset.live);
    source.onmessage = (event) => heard(JSON.parse(event.data));
    addEventListener("pagehide", () => source.close());
  }

  function say(line, alarm, action) {
    const notice = document.createElement("p");
    notice.className = alarm ? "notice alarm" : "notice";
    notice.append(line + " ");
    if (action) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = action[0];
      button.addEventListener("click", () => { action[1](); notice.remove(); });
      notice.append(button);
    }
    news.prepend(notice);
  }

  // In a help desk's sidebar the page around us, our own, knows the composer. What we say goes to our own origin only.
  const around = window.parent !== window ? (said) => window.parent.postMessage(said, location.origin) : null;
  const insert = document.getElementById("insert");
  if (insert && around) {
    insert.hidden = false;
    insert.addEventListener("click", () => around({ countersign: "insert", text: text.value }));
    addEventListener("message", (event) => {
      if (event.origin !== location.origin || event.source !== window.parent) return;
      const said = event.data || {};
      if (said.countersign === "inserted") say("Inserted into the reply. Send it there.", false);
      if (said.countersign === "not-inserted") say(`Not inserted: ${said.because}. Select the text and copy it.`, true);
    });
  }
  const copy = document.getElementById("copy");
  if (copy) copy.addEventListener("click", () => {
    const selection = [text.selectionStart, text.selectionEnd];
    text.select();
    const copied = document.execCommand("copy"); // the newer call is forbidden in a frame of another site
    text.setSelectionRange(...selection);
    say(copied ? "Copied. Paste it into the reply." : "Not copied: the browser refused. Select the text and copy it.", !copied);
  });
  const signIn = document.getElementById("sign-in");
  if (signIn && around) signIn.addEventListener("click", () => around({ countersign: "sign-in" }));
})();
