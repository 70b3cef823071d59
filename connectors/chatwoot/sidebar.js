// How our page beside a conversation hears from Chatwoot which one it is. Who looks is told too, without any proof: it is
// not read. There is no call that writes into the composer, so there is no `insert`.
"use strict";
globalThis.desk = {
  async watch(told) {
    const origin = document.documentElement.dataset.desk;
    if (window.parent === window) throw new Error("open this page as a dashboard app of a conversation");
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || event.origin !== origin || typeof event.data !== "string") return;
      let said;
      try { said = JSON.parse(event.data); } catch { return; }
      const id = said?.event === "appContext" ? said.data?.conversation?.id : undefined;
      if (Number.isInteger(id) && id > 0) told(String(id));
    });
    window.parent.postMessage("chatwoot-dashboard-app:fetch-info", origin);
  },
};
