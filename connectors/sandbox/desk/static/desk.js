// Keeps the page current without touching what somebody is typing.
"use strict";

const EVERY = 2000; // ms
const news = document.getElementById("news");

function inUse(part) {
  return part.contains(document.activeElement) && document.activeElement.matches("select, button, a");
}

async function refresh() {
  const parts = [...document.querySelectorAll(".live")];
  if (!parts.length || document.hidden || parts.some(inUse)) return;
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = [...page.querySelectorAll(".live")];
  if (fresh.length !== parts.length) return;
  const before = document.querySelectorAll(".message, tbody tr").length;
  parts.forEach((part, at) => part.innerHTML === fresh[at].innerHTML || part.replaceWith(fresh[at]));
  const more = document.querySelectorAll(".message, tbody tr").length - before;
  if (more > 0) news.textContent = `${more} new since a moment ago`;
}

for (const form of document.querySelectorAll("form[data-keeps]")) {
  const text = form.querySelector("textarea");
  const key = `desk:${form.dataset.keeps}`;
  text.value ||= sessionStorage.getItem(key) ?? "";
  text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

setInterval(() => refresh().catch(() => {}), EVERY);
