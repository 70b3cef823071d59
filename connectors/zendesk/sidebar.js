// How our page beside a ticket speaks with Zendesk: by the Apps framework, which is loaded before this.
"use strict";
globalThis.desk = (() => {
  const client = globalThis.ZAFClient ? globalThis.ZAFClient.init() : null;
  const sure = (answer) => {
    const wrong = Object.values(answer?.errors ?? {})[0];
    if (wrong) throw new Error(`Zendesk says: ${wrong.message ?? wrong}`);
    return answer;
  };
  // Zendesk fills in what looks like a placeholder when the agent sends; a hair space keeps it as it was written.
  const literal = (text) => text.replace(/\{(?=[{%])/g, "{\u200a");
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const rich = (text) => text.split(/\n{2,}/).map((part) => `<p>${escaped(part).replace(/\n/g, "<br>")}</p>`).join("");

  return {
    async watch(told) {
      if (!client) throw new Error("Zendesk's library is not there: open this page as an app of a ticket");
      client.invoke("resize", { width: "100%", height: "640px" });
      told(String(sure(await client.get("ticket.id"))["ticket.id"]));
    },
    async insert(text) {
      sure(await client.set("comment.type", "publicReply"));
      sure(await client.invoke("ticket.editor.insert", rich(literal(text))));
    },
  };
})();
